// Templates of store/store.h.
#pragma once

#include <algorithm>
#include <type_traits>

#include "core/encoding.h"
#include "core/json.h"

namespace latchkey {

template <>
struct Traits<User> {
  static constexpr std::string_view kind = "user";
  static Id id(const User& user) { return {user.account, "", to_lower(user.name)}; }
  static std::vector<std::string> index(const User& user);
};
template <>
struct Traits<Role> {
  static constexpr std::string_view kind = "role";
  static Id id(const Role& role) { return {role.account, "", to_lower(role.name)}; }
  static std::vector<std::string> index(const Role& role);
};
template <>
struct Traits<Group> {
  static constexpr std::string_view kind = "group";
  static Id id(const Group& group) { return {group.account, "", to_lower(group.name)}; }
  static std::vector<std::string> index(const Group& group);
};
template <>
struct Traits<ControlPolicies> {
  static constexpr std::string_view kind = "control-policies";
  static Id id(const ControlPolicies& policies) { return {policies.account, "", "organization"}; }
  static std::vector<std::string> index(const ControlPolicies&) { return {}; }
};
template <>
struct Traits<ManagedPolicy> {
  static constexpr std::string_view kind = "policy";
  static Id id(const ManagedPolicy& policy) { return {policy.account, "", to_lower(policy.name)}; }
  static std::vector<std::string> index(const ManagedPolicy&) { return {}; }
};
template <>
struct Traits<AccessKey> {
  static constexpr std::string_view kind = "access-key";
  static Id id(const AccessKey& key) { return {"", "", key.id}; }  // access key ids are unique in the world
  static std::vector<std::string> index(const AccessKey& key) {
    return {key.account + "/" + to_lower(key.user)};
  }
};
template <>
struct Traits<Key> {
  static constexpr std::string_view kind = "key";
  static Id id(const Key& key) { return {key.account, key.region, key.id}; }
  static std::vector<std::string> index(
      const Key& key);  // region and material: how a ciphertext finds its key
};
template <>
struct Traits<Alias> {
  static constexpr std::string_view kind = "alias";
  static Id id(const Alias& alias) { return {alias.account, alias.region, alias.name}; }
  static std::vector<std::string> index(const Alias& alias) {
    return {alias.account + "/" + alias.region + "/" + alias.target};
  }
};
template <>
struct Traits<Grant> {
  static constexpr std::string_view kind = "grant";
  static Id id(const Grant& grant) { return {grant.account, grant.region, grant.key + "/" + grant.id}; }
  // Its key (list and decide), its id, and who may retire it in a region.
  static std::vector<std::string> index(const Grant& grant);
};
template <>
struct Traits<CustomKeyStore> {
  static constexpr std::string_view kind = "custom-key-store";
  static Id id(const CustomKeyStore& store) { return {store.account, store.region, store.id}; }
  static std::vector<std::string> index(const CustomKeyStore&) { return {}; }
};
template <>
struct Traits<AccountSettings> {
  static constexpr std::string_view kind = "account-settings";
  static Id id(const AccountSettings& e) { return {e.account, "", "account"}; }
  static std::vector<std::string> index(const AccountSettings&) { return {}; }
};
template <>
struct Traits<InstanceProfile> {
  static constexpr std::string_view kind = "instance-profile";
  static Id id(const InstanceProfile& e) { return {e.account, "", to_lower(e.name)}; }
  static std::vector<std::string> index(const InstanceProfile& e) { return {e.account + "/" + e.role}; }
};
template <>
struct Traits<LoginProfile> {
  static constexpr std::string_view kind = "login-profile";
  static Id id(const LoginProfile& e) { return {e.account, "", e.user_id}; }
  static std::vector<std::string> index(const LoginProfile&) { return {}; }
};
template <>
struct Traits<MfaDevice> {
  static constexpr std::string_view kind = "mfa-device";
  static Id id(const MfaDevice& e) { return {e.account, "", e.serial}; }
  static std::vector<std::string> index(const MfaDevice& e) { return {e.user_id}; }
};
template <>
struct Traits<OidcProvider> {
  static constexpr std::string_view kind = "oidc-provider";
  static Id id(const OidcProvider& e) { return {e.account, "", e.url}; }
  static std::vector<std::string> index(const OidcProvider&) { return {}; }
};
template <>
struct Traits<SamlProvider> {
  static constexpr std::string_view kind = "saml-provider";
  static Id id(const SamlProvider& e) { return {e.account, "", e.name}; }
  static std::vector<std::string> index(const SamlProvider&) { return {}; }
};
template <>
struct Traits<ServerCertificate> {
  static constexpr std::string_view kind = "server-certificate";
  static Id id(const ServerCertificate& e) { return {e.account, "", to_lower(e.name)}; }
  static std::vector<std::string> index(const ServerCertificate&) { return {}; }
};
template <>
struct Traits<SigningCertificate> {
  static constexpr std::string_view kind = "signing-certificate";
  static Id id(const SigningCertificate& e) { return {e.account, "", e.id}; }
  static std::vector<std::string> index(const SigningCertificate& e) { return {e.user_id}; }
};
template <>
struct Traits<SshPublicKey> {
  static constexpr std::string_view kind = "ssh-public-key";
  static Id id(const SshPublicKey& e) { return {e.account, "", e.id}; }
  static std::vector<std::string> index(const SshPublicKey& e) { return {e.user_id}; }
};
template <>
struct Traits<ServiceCredential> {
  static constexpr std::string_view kind = "service-credential";
  static Id id(const ServiceCredential& e) { return {e.account, "", e.id}; }
  static std::vector<std::string> index(const ServiceCredential& e) { return {e.user_id}; }
};
template <>
struct Traits<IamJob> {
  static constexpr std::string_view kind = "iam-job";
  static Id id(const IamJob& e) { return {e.account, "", e.id}; }
  static std::vector<std::string> index(const IamJob&) { return {}; }
};
template <>
struct Traits<DelegationRequest> {
  static constexpr std::string_view kind = "delegation-request";
  static Id id(const DelegationRequest& e) { return {e.account, "", e.id}; }
  static std::vector<std::string> index(const DelegationRequest&) { return {}; }
};
template <>
struct Traits<Setting> {
  static constexpr std::string_view kind = "setting";
  static Id id(const Setting& setting) { return {"", "", setting.name}; }
  static std::vector<std::string> index(const Setting&) { return {}; }
};

// --- Table
// -----------------------------------------------------------------------------------------------------------

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
  const auto found = index_.find(std::string(key));
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

template <class T>
Ptr<T> Txn::find(const Id& id) const {
  const auto staged = staged_.find({Traits<T>::kind, id.scope(), id.name});
  if (staged != staged_.end()) return std::static_pointer_cast<const T>(staged->second);
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
    changes_.push_back({Traits<T>::kind, id, to_json(encode(*shared, Secrets::plain)), false});
  staged_[{Traits<T>::kind, id.scope(), id.name}] = shared;
  publish_.push_back([&table = store_.table<T>(), shared] { table.put(shared); });
  return shared;
}

template <class T>
void Txn::erase(const Id& id) {
  if (store_.backing_) changes_.push_back({Traits<T>::kind, id, {}, true});
  staged_[{Traits<T>::kind, id.scope(), id.name}] = nullptr;
  publish_.push_back([&table = store_.table<T>(), id] { table.erase(id); });
}

// --- Store
// -----------------------------------------------------------------------------------------------------------

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

template <class F>
auto Store::write(F&& work) {
  const std::unique_lock lock(mutex_);
  Txn txn(*this);
  if constexpr (std::is_void_v<std::invoke_result_t<F, Txn&>>) {
    work(txn);
    commit(txn);
  } else {
    auto result = work(txn);
    commit(txn);
    return result;
  }
}

template <class T>
void Store::load(T entity) {
  const std::unique_lock lock(mutex_);
  table<T>().put(std::make_shared<const T>(std::move(entity)));
}

}  // namespace latchkey
