#include "store/table.h"

namespace latchkey {

AnyEntity Table::find(std::string_view scope, std::string_view name) const {
  const auto names = scopes_.find(scope);
  if (names == scopes_.end()) return nullptr;
  const auto found = names->second.find(name);
  return found == names->second.end() ? nullptr : found->second;
}

std::vector<AnyEntity> Table::range(std::string_view scope, std::string_view after, std::size_t limit) const {
  std::vector<AnyEntity> out;
  const auto names = scopes_.find(scope);
  if (names == scopes_.end()) return out;
  auto at = after.empty() ? names->second.begin() : names->second.upper_bound(after);
  for (; at != names->second.end() && out.size() < limit; ++at) out.push_back(at->second);
  return out;
}

std::vector<AnyEntity> Table::indexed(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? std::vector<AnyEntity>() : found->second;
}

std::vector<AnyEntity> Table::all() const {
  std::vector<AnyEntity> out;
  out.reserve(count());
  for (const auto& [scope, names] : scopes_) {
    for (const auto& [name, entity] : names) out.push_back(entity);
  }
  return out;
}

std::vector<AnyEntity> Table::of_account(std::string_view account) const {
  std::vector<AnyEntity> out;
  for (const auto& [scope, names] : scopes_) {
    for (const auto& [name, entity] : names) {
      if (kind_->account(entity.get()) == account) out.push_back(entity);
    }
  }
  return out;
}

std::size_t Table::count() const {
  std::size_t total = 0;
  for (const auto& [scope, names] : scopes_) total += names.size();
  return total;
}

std::size_t Table::count(std::string_view scope) const {
  const auto names = scopes_.find(scope);
  return names == scopes_.end() ? 0 : names->second.size();
}

void Table::put(AnyEntity entity) {
  const Id id = kind_->id(entity.get());
  AnyEntity& place = scopes_[id.scope()][id.name];
  if (place) unindex(place);
  place = std::move(entity);
  for (std::string& key : kind_->index(place.get())) index_[std::move(key)].push_back(place);
}

void Table::erase(const Id& id) {
  const auto names = scopes_.find(id.scope());
  if (names == scopes_.end()) return;
  const auto found = names->second.find(id.name);
  if (found == names->second.end()) return;
  unindex(found->second);
  names->second.erase(found);
  if (names->second.empty()) scopes_.erase(names);
}

void Table::unindex(const AnyEntity& entity) {
  for (const std::string& key : kind_->index(entity.get())) {
    const auto found = index_.find(key);
    if (found == index_.end()) continue;
    std::erase(found->second, entity);
    if (found->second.empty()) index_.erase(found);
  }
}

}  // namespace latchkey
