// From the journal to a policy: what a principal was seen doing, and what it may do and never did.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "pipeline/journal.h"
#include "pipeline/operation.h"
#include "store/store.h"

namespace latchkey {

using Entries = std::vector<std::shared_ptr<const Entry>>;

// The calls of a principal: its ARN; for a role's ARN the calls of all its sessions.
Entries calls_of(const Entries& entries, std::string_view principal);

// The identity policy that allows exactly these calls: actions on the resources they were on, and as
// conditions what was the same in every call of an action on a resource (the encryption context, the external
// id). Calls that were refused do not count; calls that were only let through (enforcement off) do.
Members least_privilege_policy(const Entries& calls);

// The Allow statements of a user's or role's own policies with the actions that none of the calls needed;
// wildcards in the actions of the services here are spelled out. Statements that were used whole are left
// out. Throws std::runtime_error for an ARN that names neither a user nor a role.
List unused_permissions(const Store& store, const std::vector<const Service*>& services, const Entries& calls,
                        std::string_view principal);

}  // namespace latchkey
