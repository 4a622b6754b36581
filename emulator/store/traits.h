// What the store needs to know of each kind of entity: its name, where it stands, how it is found.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/encoding.h"
#include "store/entity.h"

namespace latchkey {

inline constexpr std::string_view kAwsAccount = "aws";  // of AWS's own managed policies

// Where an entity stands. Global things (IAM) have an empty region.
struct Id {
  std::string account, region, name;
  std::string scope() const { return account + "/" + region; }
};

// The kind's name on disk, the id, and the texts by which an entity can be found besides (unique across
// accounts where that matters).
template <class T>
struct Traits;

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

template <class... T>
struct TypeList {};

// All of them, in the order in which they are exported.
using EntityTypes =
    TypeList<User, Group, Role, ManagedPolicy, AccessKey, ControlPolicies, Key, Alias, Grant, CustomKeyStore, Setting,
             AccountSettings, InstanceProfile, LoginProfile, MfaDevice, OidcProvider, SamlProvider, ServerCertificate,
             SigningCertificate, SshPublicKey, ServiceCredential, IamJob, DelegationRequest>;

template <class T, class... All>
constexpr std::size_t place_in(TypeList<All...>) {
  std::size_t place = 0;
  static_cast<void>(((std::is_same_v<T, All> || (++place, false)) || ...));
  return place;
}
template <class T>
inline constexpr std::size_t kPlaceOf = place_in<T>(EntityTypes());

}  // namespace latchkey
