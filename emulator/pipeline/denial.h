// AWS's access-denied sentences. No other file composes them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
#pragma once

#include <string>

#include "pipeline/operation.h"

namespace latchkey {

AwsError denied(const Call& call, const Access& access, const policy::Decision& decision, const policy::Set& policies);

}  // namespace latchkey
