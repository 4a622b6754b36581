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
std::vector<Operation> instance_profile_operations();
std::vector<Operation> password_operations();
std::vector<Operation> preference_operations();
std::vector<Operation> mfa_operations();
std::vector<Operation> oidc_provider_operations();
std::vector<Operation> saml_provider_operations();
std::vector<Operation> server_certificate_operations();
std::vector<Operation> user_credential_operations();
std::vector<Operation> service_linked_role_operations();
std::vector<Operation> authorization_detail_operations();
std::vector<Operation> access_advisor_operations();
std::vector<Operation> delegation_operations();

}  // namespace latchkey::iam
