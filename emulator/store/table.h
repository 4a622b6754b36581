// The store's tables, and the templates of store/store.h: for the files of this folder only.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <unordered_map>

#include "core/json.h"
#include "store/store.h"

namespace latchkey {

// Looks texts up without making strings of them.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

template <class T>
class Table {
 public:
  Ptr<T> find(std::string_view scope, std::string_view name) const;
  std::vector<Ptr<T>> range(std::string_view scope, std::string_view after, std::size_t limit) const;
  std::vector<Ptr<T>> indexed(std::string_view key) const;
  std::vector<Ptr<T>> all() const;
  std::size_t count() const;
  std::size_t count(std::string_view scope) const;
  void put(Ptr<T> entity);
  void erase(const Id& id);
  std::vector<Id> ids_of_account(std::string_view account) const;
  void clear();

 private:
  void unindex(const Ptr<T>& entity);
  std::map<std::string, std::map<std::string, Ptr<T>, std::less<>>, std::less<>> scopes_;
  std::unordered_map<std::string, std::vector<Ptr<T>>, TextHash, std::equal_to<>> index_;
};

template <class T>
Ptr<T> Table<T>::find(std::string_view scope, std::string_view name) const {
  const auto names = scopes_.find(scope);
  if (names == scopes_.end()) return nullptr;
  const auto found = names->second.find(name);
  return found == names->second.end() ? nullptr : found->second;
}

template <class T>
std::vector<Ptr<T>> Table<T>::range(std::string_view scope, std::string_view after, std::size_t limit) const {
  std::vector<Ptr<T>> out;
  const auto names = scopes_.find(scope);
  if (names == scopes_.end()) return out;
  auto at = after.empty() ? names->second.begin() : names->second.upper_bound(after);
  for (; at != names->second.end() && out.size() < limit; ++at) out.push_back(at->second);
  return out;
}

template <class T>
std::vector<Ptr<T>> Table<T>::indexed(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? std::vector<Ptr<T>>() : found->second;
}

template <class T>
std::vector<Ptr<T>> Table<T>::all() const {
  std::vector<Ptr<T>> out;
  for (const auto& [scope, names] : scopes_) {
    for (const auto& [name, entity] : names) out.push_back(entity);
  }
  return out;
}

template <class T>
std::size_t Table<T>::count() const {
  std::size_t total = 0;
  for (const auto& [scope, names] : scopes_) total += names.size();
  return total;
}

template <class T>
std::size_t Table<T>::count(std::string_view scope) const {
  const auto names = scopes_.find(scope);
  return names == scopes_.end() ? 0 : names->second.size();
}

template <class T>
void Table<T>::put(Ptr<T> entity) {
  const Id id = Traits<T>::id(*entity);
  Ptr<T>& place = scopes_[id.scope()][id.name];
  if (place) unindex(place);
  place = std::move(entity);
  for (std::string& key : Traits<T>::index(*place)) index_[std::move(key)].push_back(place);
}

template <class T>
void Table<T>::erase(const Id& id) {
  const auto names = scopes_.find(id.scope());
  if (names == scopes_.end()) return;
  const auto found = names->second.find(id.name);
  if (found == names->second.end()) return;
  unindex(found->second);
  names->second.erase(found);
  if (names->second.empty()) scopes_.erase(names);
}

template <class T>
void Table<T>::unindex(const Ptr<T>& entity) {
  for (const std::string& key : Traits<T>::index(*entity)) {
    const auto found = index_.find(key);
    if (found == index_.end()) continue;
    std::erase(found->second, entity);
    if (found->second.empty()) index_.erase(found);
  }
}

template <class T>
std::vector<Id> Table<T>::ids_of_account(std::string_view account) const {
  std::vector<Id> out;
  for (const auto& [scope, names] : scopes_) {
    for (const auto& [name, entity] : names) {
      if constexpr (requires(const T& any) { any.account; }) {
        if (entity->account == account) out.push_back(Traits<T>::id(*entity));
      }
    }
  }
  return out;
}

template <class T>
void Table<T>::clear() {
  scopes_.clear();
  index_.clear();
}

// --- Txn
// -------------------------------------------------------------------------------------------------------------

struct Txn::Staged {
  std::vector<Change> changes;
  std::vector<std::function<void()>> publish;
  // What find() answers for an id that was changed here.
  std::map<std::tuple<std::string_view, std::string, std::string>, std::shared_ptr<const void>> entities;
};

template <class T>
Ptr<T> Txn::find(const Id& id) const {
  const auto staged = staged_->entities.find({Traits<T>::kind, id.scope(), id.name});
  if (staged != staged_->entities.end()) return std::static_pointer_cast<const T>(staged->second);
  return store_.table<T>().find(id.scope(), id.name);
}

template <class T>
std::vector<Ptr<T>> Txn::indexed(std::string_view key) const {
  return store_.table<T>().indexed(key);
}

template <class T>
std::size_t Txn::count(std::string_view account, std::string_view region) const {
  return store_.table<T>().count(Id{std::string(account), std::string(region), ""}.scope());
}

template <class T>
Ptr<T> Txn::put(T entity) {
  auto shared = std::make_shared<const T>(std::move(entity));
  const Id id = Traits<T>::id(*shared);
  if (store_.backing_)
    staged_->changes.push_back({Traits<T>::kind, id, to_json(encode(*shared, Secrets::plain)), false});
  staged_->entities[{Traits<T>::kind, id.scope(), id.name}] = shared;
  staged_->publish.push_back([&table = store_.table<T>(), shared] { table.put(shared); });
  return shared;
}

template <class T>
void Txn::erase(const Id& id) {
  if (store_.backing_) staged_->changes.push_back({Traits<T>::kind, id, {}, true});
  staged_->entities[{Traits<T>::kind, id.scope(), id.name}] = nullptr;
  staged_->publish.push_back([&table = store_.table<T>(), id] { table.erase(id); });
}

// --- Store
// -----------------------------------------------------------------------------------------------------------

struct Store::Tables {
  std::tuple<Table<User>, Table<Group>, Table<Role>, Table<ManagedPolicy>, Table<AccessKey>,
             Table<ControlPolicies>, Table<Key>, Table<Alias>, Table<Grant>, Table<CustomKeyStore>,
             Table<Setting>, Table<AccountSettings>, Table<InstanceProfile>, Table<LoginProfile>,
             Table<MfaDevice>, Table<OidcProvider>, Table<SamlProvider>, Table<ServerCertificate>,
             Table<SigningCertificate>, Table<SshPublicKey>, Table<ServiceCredential>, Table<IamJob>,
             Table<DelegationRequest>>
      all;
};

template <class T>
Table<T>& Store::table() const {
  return std::get<Table<T>>(tables_->all);
}

template <class T>
Ptr<T> Store::find(const Id& id) const {
  const std::string scope = id.scope();
  const std::shared_lock lock(mutex_);
  return table<T>().find(scope, id.name);
}

template <class T>
std::vector<Ptr<T>> Store::range(std::string_view account, std::string_view region, std::string_view after,
                                 std::size_t limit) const {
  const std::string scope = Id{std::string(account), std::string(region), ""}.scope();
  const std::shared_lock lock(mutex_);
  return table<T>().range(scope, after, limit);
}

template <class T>
std::vector<Ptr<T>> Store::indexed(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  return table<T>().indexed(key);
}

template <class T>
std::vector<Ptr<T>> Store::all() const {
  const std::shared_lock lock(mutex_);
  return table<T>().all();
}

template <class T>
std::size_t Store::count() const {
  const std::shared_lock lock(mutex_);
  return table<T>().count();
}

template <class T>
std::size_t Store::count(std::string_view account, std::string_view region) const {
  const std::string scope = Id{std::string(account), std::string(region), ""}.scope();
  const std::shared_lock lock(mutex_);
  return table<T>().count(scope);
}

template <class T>
void Store::load(Ptr<T> entity) {
  const std::lock_guard writer(writing_);
  const std::unique_lock lock(mutex_);
  table<T>().put(std::move(entity));
}

template <class T>
void Store::load(T entity) {
  load(std::make_shared<const T>(std::move(entity)));
}

}  // namespace latchkey

// Everything of one kind; for store/kinds_*.cc.
#define LATCHKEY_STORE_KIND(T)                                                                       \
  template class Table<T>;                                                                           \
  template Ptr<T> Txn::find<T>(const Id&) const;                                                     \
  template std::vector<Ptr<T>> Txn::indexed<T>(std::string_view) const;                              \
  template std::size_t Txn::count<T>(std::string_view, std::string_view) const;                      \
  template Ptr<T> Txn::put<T>(T);                                                                    \
  template void Txn::erase<T>(const Id&);                                                            \
  template Ptr<T> Store::find<T>(const Id&) const;                                                   \
  template std::vector<Ptr<T>> Store::range<T>(std::string_view, std::string_view, std::string_view, \
                                               std::size_t) const;                                   \
  template std::vector<Ptr<T>> Store::indexed<T>(std::string_view) const;                            \
  template std::vector<Ptr<T>> Store::all<T>() const;                                                \
  template std::size_t Store::count<T>() const;                                                      \
  template std::size_t Store::count<T>(std::string_view, std::string_view) const;                    \
  template void Store::load<T>(Ptr<T>);                                                              \
  template void Store::load<T>(T);
