// IAM as a service: the tables of its operations, joined.
#pragma once

#include <vector>

#include "pipeline/operation.h"

namespace latchkey::iam {

const Service& service();

// One table a file.
std::vector<Operation> user_operations();
std::vector<Operation> access_key_operations();
std::vector<Operation> group_operations();
std::vector<Operation> role_operations();
std::vector<Operation> managed_policy_operations();
std::vector<Operation> policy_version_operations();
std::vector<Operation> inline_policy_operations();
std::vector<Operation> attachment_operations();
std::vector<Operation> boundary_operations();
std::vector<Operation> tag_operations();
std::vector<Operation> simulation_operations();
std::vector<Operation> account_operations();

}  // namespace latchkey::iam
