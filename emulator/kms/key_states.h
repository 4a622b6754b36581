// Which operations work on a key in which state, as a table.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/error.h"
#include "pipeline/operation.h"

namespace latchkey::kms {

// What a state makes of an operation. What only some kinds of keys refuse (a rotation of an RSA key) is not
// the state's.
enum class Effect { works, disabled, pending_import, pending_deletion, not_pending_deletion, unavailable };

struct StateRow {
  std::string_view operation;
  Effect enabled, disabled, pending_import, pending_deletion, unavailable;

  Effect in(Key::State state) const;
};

// Every operation on an existing key, by name.
std::span<const StateRow> state_table();

// What the key's state makes of this call's operation. Throws the state's error.
void require_state(const Call& call, const Key& key);

}  // namespace latchkey::kms
