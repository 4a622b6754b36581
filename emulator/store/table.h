// A table of the store: the entities of one kind, in the order of their scopes and names, and by the texts of their index.
// Not thread safe; for store.cc alone.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/kind.h"

namespace latchkey {

// Looks texts up without making strings of them.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

class Table {
 public:
  explicit Table(const EntityKind& kind) : kind_(&kind) {}

  const EntityKind& kind() const { return *kind_; }
  AnyEntity find(std::string_view scope, std::string_view name) const;
  std::vector<AnyEntity> range(std::string_view scope, std::string_view after, std::size_t limit) const;
  std::vector<AnyEntity> indexed(std::string_view key) const;
  std::vector<AnyEntity> all() const;
  std::vector<AnyEntity> of_account(std::string_view account) const;
  std::size_t count() const;
  std::size_t count(std::string_view scope) const;
  void put(AnyEntity entity);
  void erase(const Id& id);

 private:
  using Names = std::map<std::string, AnyEntity, std::less<>>;
  void unindex(const AnyEntity& entity);

  const EntityKind* kind_;
  std::map<std::string, Names, std::less<>> scopes_;
  std::unordered_map<std::string, std::vector<AnyEntity>, TextHash, std::equal_to<>> index_;
};

}  // namespace latchkey
