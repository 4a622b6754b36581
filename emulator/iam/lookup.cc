#include "iam/lookup.h"

#include "core/arn.h"

namespace latchkey::iam {

// IAM checks every part of a policy ARN: partition, service, the empty region and the resource type.
PolicyReference policy_reference(const Call& call, std::string_view arn) {
  const auto parsed = Arn::parse(arn);
  if (!parsed) throw unparsable_arn();
  const bool account = parsed->account == "aws" || is_account_id(parsed->account);
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

}  // namespace latchkey::iam
