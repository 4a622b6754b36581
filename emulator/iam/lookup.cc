#include "iam/lookup.h"

#include "core/arn.h"

namespace latchkey::iam {

// IAM checks every part of a policy ARN: partition, service, the empty region and the resource type.
PolicyReference policy_reference(const Call& call, std::string_view arn) {
  const auto parsed = Arn::parse(arn);
  if (!parsed) throw unparsable_arn();
  const bool account = parsed->account == kAwsAccount || is_account_id(parsed->account);
  if (!account || parsed->partition != call.partition || parsed->service != "iam" ||
      !parsed->region.empty() || !parsed->resource.starts_with("policy/") ||
      parsed->resource.ends_with('/')) {
    throw invalid_arn(arn);
  }
  const std::string name = parsed->resource.substr(parsed->resource.rfind('/') + 1);
  return {std::string(arn), {parsed->account, "", to_lower(name)}};
}

Ptr<ManagedPolicy> policy_of_key(const Store& store, std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return nullptr;
  return store.find<ManagedPolicy>(
      {std::string(key.substr(0, slash)), "", std::string(key.substr(slash + 1))});
}

std::optional<std::string> user_or_caller(const Call& call) {
  if (call.in.has("UserName")) return call.in.text("UserName");
  if (call.who.user) return call.who.user->name;
  if (call.who.is_root()) return std::nullopt;
  throw must_name_user();
}

std::string owner_id(const Call& call) {
  const auto name = user_or_caller(call);
  return name ? require<User>(call.store, call, *name)->id : call.account;
}

Ptr<User> user_or_caller_entity(const Call& call) {
  const auto name = user_or_caller(call);
  if (!name) throw must_name_user();
  return require<User>(call.store, call, *name);
}

namespace {

// What stands after `before` in an ARN of the caller's partition; throws for any other ARN.
std::string name_in(const Call& call, std::string_view arn, std::string_view before) {
  const auto parsed = Arn::parse(arn);
  if (!parsed) throw unparsable_arn();
  if (parsed->partition != call.partition || parsed->service != "iam" ||
      !parsed->resource.starts_with(before)) {
    throw invalid_arn(arn);
  }
  return parsed->account == call.account ? parsed->resource.substr(before.size()) : "";
}

}  // namespace

template <>
Id id_named<MfaDevice>(const Call& call, std::string_view serial) {
  return {call.account, "", std::string(serial)};
}

template <>
Id id_named<OidcProvider>(const Call& call, std::string_view arn) {
  return {call.account, "", name_in(call, arn, "oidc-provider/")};
}

template <>
Id id_named<SamlProvider>(const Call& call, std::string_view arn) {
  return {call.account, "", name_in(call, arn, "saml-provider/")};
}

template <>
AwsError no_such<InstanceProfile>(std::string_view name) {
  return missing("Instance Profile " + std::string(name) + " cannot be found.");
}

template <>
AwsError no_such<MfaDevice>(std::string_view serial) {
  return missing("VirtualMFADevice with serial number " + std::string(serial) + " doesn't exist.");
}

template <>
AwsError no_such<OidcProvider>(std::string_view arn) {
  return missing("OpenIDConnect Provider not found for arn " + std::string(arn));
}

template <>
AwsError no_such<SamlProvider>(std::string_view arn) {
  return missing("Manifest not found for arn " + std::string(arn));
}

template <>
AwsError no_such<ServerCertificate>(std::string_view name) {
  return missing("The Server Certificate with name " + std::string(name) + " cannot be found.");
}

}  // namespace latchkey::iam
