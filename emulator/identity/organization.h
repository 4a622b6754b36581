// Service and resource control policies: what an organization puts on an account from above.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_authorization_policies.html
#pragma once

#include <string_view>

#include "latchkey/policy.h"
#include "store/store.h"

namespace latchkey {

// The SCPs of the caller's account; nothing is added where the account has none.
void add_service_controls(const Store& store, std::string_view account, policy::Set& into);
// The RCPs of the account that owns the resource.
void add_resource_controls(const Store& store, std::string_view account, policy::Set& into);

}  // namespace latchkey
