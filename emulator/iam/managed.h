// AWS's own managed policies, as far as they are here.
#pragma once

#include <memory>
#include <vector>

#include "store/entity.h"

namespace latchkey::iam {

// Names, dates and documents as AWS publishes them (managed_policies.json); only each policy's default
// version is known. Account "aws".
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
const std::vector<std::shared_ptr<const ManagedPolicy>>& aws_managed_policies();

}  // namespace latchkey::iam
