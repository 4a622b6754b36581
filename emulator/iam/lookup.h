// Finding what an IAM operation acts on, by name or by policy ARN: in the store, or inside a transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/encoding.h"
#include "iam/errors.h"
#include "pipeline/operation.h"

namespace latchkey::iam {

// What the operations of users, groups and roles (and, for tags, managed policies) differ in.
template <class T>
struct Kind;
template <>
struct Kind<User> {
  static constexpr std::string_view word = "user";      // in sentences and ARNs
  static constexpr std::string_view title = "User";     // in the names of operations and quotas
  static constexpr std::string_view name = "UserName";  // the member that names one
  static constexpr std::size_t inline_characters = 2048;
};
template <>
struct Kind<Group> {
  static constexpr std::string_view word = "group";
  static constexpr std::string_view title = "Group";
  static constexpr std::string_view name = "GroupName";
  static constexpr std::size_t inline_characters = 5120;
};
template <>
struct Kind<Role> {
  static constexpr std::string_view word = "role";
  static constexpr std::string_view title = "Role";
  static constexpr std::string_view name = "RoleName";
  static constexpr std::size_t inline_characters = 10240;
};
template <>
struct Kind<ManagedPolicy> {
  static constexpr std::string_view word = "policy";
  static constexpr std::string_view title = "Policy";
  static constexpr std::string_view name = "PolicyArn";
};

template <>
struct Kind<InstanceProfile> {
  static constexpr std::string_view word = "instance profile";
  static constexpr std::string_view name = "InstanceProfileName";
};
template <>
struct Kind<MfaDevice> {
  static constexpr std::string_view word = "mfa device";
  static constexpr std::string_view name = "SerialNumber";
};
template <>
struct Kind<OidcProvider> {
  static constexpr std::string_view word = "provider";
  static constexpr std::string_view name = "OpenIDConnectProviderArn";
};
template <>
struct Kind<SamlProvider> {
  static constexpr std::string_view word = "provider";
  static constexpr std::string_view name = "SAMLProviderArn";
};
template <>
struct Kind<ServerCertificate> {
  static constexpr std::string_view word = "server certificate";
  static constexpr std::string_view name = "ServerCertificateName";
};

// A managed policy as its ARN names it; whether there is one is another question.
struct PolicyReference {
  std::string arn;
  Id id;
  bool of_aws() const { return id.account == kAwsAccount; }
  std::string key() const { return id.account + "/" + id.name; }  // ManagedPolicy::key
};

// Throws what AWS answers to an ARN that can name no policy.
PolicyReference policy_reference(const Call& call, std::string_view arn);

// The policy, if the caller's account can see it: its own and AWS's. Path and name must be as they were
// created.
template <class Source>
Ptr<ManagedPolicy> find_policy(const Source& source, const Call& call, const PolicyReference& reference) {
  if (!reference.of_aws() && reference.id.account != call.account) return nullptr;
  auto policy = source.template find<ManagedPolicy>(reference.id);
  return policy && arn_of(call.partition, *policy) == reference.arn ? policy : nullptr;
}

// A policy by the key that attachments and boundaries keep; null if it is gone.
Ptr<ManagedPolicy> policy_of_key(const Store& store, std::string_view key);

inline Id id_of(const Call& call, std::string_view name) { return {call.account, "", to_lower(name)}; }

// Where the store keeps what a request names so. Throws for an ARN that can name no such thing.
template <class T>
Id id_named(const Call& call, std::string_view name) {
  return id_of(call, name);
}
template <>
Id id_named<MfaDevice>(const Call& call, std::string_view serial);
template <>
Id id_named<OidcProvider>(const Call& call, std::string_view arn);
template <>
Id id_named<SamlProvider>(const Call& call, std::string_view arn);

// What AWS answers where there is none of that name.
template <class T>
AwsError no_such(std::string_view name) {
  return no_such_entity(Kind<T>::word, name);
}
template <>
AwsError no_such<InstanceProfile>(std::string_view name);
template <>
AwsError no_such<MfaDevice>(std::string_view serial);
template <>
AwsError no_such<OidcProvider>(std::string_view arn);
template <>
AwsError no_such<SamlProvider>(std::string_view arn);
template <>
AwsError no_such<ServerCertificate>(std::string_view name);

// The entity of the caller's account, by name (a policy: by ARN), or NoSuchEntity.
template <class T, class Source>
Ptr<T> require(const Source& source, const Call& call, std::string_view name) {
  Ptr<T> found;
  if constexpr (std::is_same_v<T, ManagedPolicy>) {
    found = find_policy(source, call, policy_reference(call, name));
    if (!found) throw no_such_policy(name);
  } else {
    found = source.template find<T>(id_named<T>(call, name));
    if (!found) throw no_such<T>(name);
  }
  return found;
}

// The entity that the operation names.
template <class T>
Ptr<T> named(const Call& call) {
  return require<T>(call.store, call, call.in.text(Kind<T>::name));
}

// Changes the entity that the operation names: work(entity, txn) gets a copy, which is put back.
template <class T, class F>
Ptr<T> change(const Call& call, F&& work) {
  const std::string& name = call.in.text(Kind<T>::name);
  return call.store.write([&](Txn& txn) {
    T entity = *require<T>(txn, call, name);
    if constexpr (std::is_same_v<T, ManagedPolicy>) {
      if (entity.account == kAwsAccount) throw policy_is_not_yours(call, name);
    }
    work(entity, txn);
    return txn.put(std::move(entity));
  });
}

// The user whose name was given or, without one, the calling user; nullopt: the account's root user. Throws
// for callers that are neither.
std::optional<std::string> user_or_caller(const Call& call);
// Who that is, as what belongs to a user names its owner: the user's unique id, or the account's number for
// its root user. Throws if there is no such user.
std::string owner_id(const Call& call);
// The user that is found so; throws NoSuchEntity where that is the root user.
Ptr<User> user_or_caller_entity(const Call& call);

}  // namespace latchkey::iam
