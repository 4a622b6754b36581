// Permissions boundaries of users and roles.
#pragma once

#include <string>

#include "pipeline/operation.h"

namespace latchkey::iam {

// The key of the policy that PermissionsBoundary names, or what AWS answers where there is none.
std::string boundary_key(const Txn& txn, const Call& call);

}  // namespace latchkey::iam
