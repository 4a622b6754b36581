// A kind of entity without its type, for the tables and for the disk: what Traits says of it, and how it is written down.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "store/traits.h"

namespace latchkey {

// How secrets are written.
enum class Secrets {
  plain,   // base64: in the data directory, whose files are private
  sealed,  // encrypted under a fixed key: out of sight of people, greps and scanners, readable by every
           // Latchkey
};

using AnyEntity = std::shared_ptr<const void>;

// The pointers that the functions take are to an entity of this kind.
struct EntityKind {
  std::string_view name;
  Id (*id)(const void* entity);
  std::vector<std::string> (*index)(const void* entity);
  std::string_view (*account)(const void* entity);  // whose it is; empty: nobody's
  AnyEntity (*take)(void* entity);                  // moves it into memory of its own
  // The same codec serves SQLite, export and import.
  Members (*encode)(const void* entity, Secrets secrets);
  // Takes both forms of secrets. Throws std::runtime_error, with the field's name, if a member is absent or of a wrong
  // type.
  AnyEntity (*decode)(const Members& members);
};

// In the order of EntityTypes: kinds()[kPlaceOf<User>] is what there is to know of users.
std::span<const EntityKind> kinds();

}  // namespace latchkey
