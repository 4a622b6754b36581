// Do the principals that a policy names exist? AWS refuses key policies and trust policies that name unknown ones.
#pragma once

#include <string_view>

#include "store/store.h"

namespace latchkey {

// An account (number or root ARN) always does; a user, role, assumed-role or federated-user ARN and a unique id are looked
// up. Anything else that looks like no principal at all does not.
bool principal_exists(const Store& store, std::string_view principal);

}  // namespace latchkey
