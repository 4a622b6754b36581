// Entity to Value and back, one description of the fields a kind: the same codec serves SQLite, export and
// import.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/value.h"
#include "store/entity.h"

namespace latchkey {

// How secrets are written.
enum class Secrets {
  plain,   // base64: in the data directory, whose files are private
  sealed,  // encrypted under a fixed key: out of sight of people, greps and scanners, readable by every
           // Latchkey
};

template <class T>
Members encode(const T& entity, Secrets secrets);

// Takes both forms of secrets. Throws std::runtime_error, with the field's name, if a member is absent or of
// a wrong type.
template <class T>
T decode(const Members& members);

}  // namespace latchkey
