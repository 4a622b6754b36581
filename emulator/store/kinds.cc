#include <array>

#include "store/codec.h"
#include "store/fields.h"
#include "store/iam_fields.h"
#include "store/kind.h"

namespace latchkey {
namespace {

template <class T>
const T& as(const void* entity) {
  return *static_cast<const T*>(entity);
}

template <class T>
constexpr EntityKind kind_of() {
  return {.name = Traits<T>::kind,
          .id = [](const void* entity) { return Traits<T>::id(as<T>(entity)); },
          .index = [](const void* entity) { return Traits<T>::index(as<T>(entity)); },
          .account = [](const void* entity) -> std::string_view {
            if constexpr (requires { as<T>(entity).account; }) return as<T>(entity).account;
            return {};
          },
          .take = [](void* entity) -> AnyEntity { return std::make_shared<const T>(std::move(*static_cast<T*>(entity))); },
          .encode = [](const void* entity, Secrets secrets) { return encode(as<T>(entity), secrets); },
          .decode = [](const Members& members) -> AnyEntity { return std::make_shared<const T>(decode<T>(members)); }};
}

template <class... T>
constexpr std::array<EntityKind, sizeof...(T)> kinds_of(TypeList<T...>) {
  return {kind_of<T>()...};
}

constexpr auto kKinds = kinds_of(EntityTypes());

}  // namespace

std::span<const EntityKind> kinds() { return kKinds; }

}  // namespace latchkey
