#include "sts/session_parts.h"

#include <algorithm>

#include "core/arn.h"
#include "core/encoding.h"

namespace latchkey::sts {
namespace {

constexpr std::size_t kMostPolicyArns = 10;
constexpr std::size_t kMostPolicyCharacters = 2'048;

std::string policy_key(const Call& call, const std::string& text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("policy/")) {
    throw validation_error(Protocol::query, text + " is invalid");
  }
  const std::string key = arn->account + "/" + to_lower(arn->resource.substr(arn->resource.rfind('/') + 1));
  if (!managed_policy(call.store, key, call.partition)) {
    throw AwsError(400, "MalformedPolicyDocument",
                   "Policy " + text + " does not exist or is not attachable.");
  }
  return key;
}

}  // namespace

AccessRule on_everything() {
  return AccessRule(
      [](Call& call) { return std::vector<Access>{{.action = action_of(call), .resource = "*"}}; });
}

AwsError invalid_parameter(std::string message) { return {400, "InvalidParameterValue", std::move(message)}; }

Session session_of_caller(const Call& call, Session::Kind kind) {
  constexpr std::int64_t kDefaultSeconds = 43'200;
  constexpr std::int64_t kMostForRoot = 3'600;
  std::int64_t seconds = call.in.number_or("DurationSeconds", kDefaultSeconds);
  if (call.who.is_root()) seconds = std::min(seconds, kMostForRoot);
  Session session = new_session(call.random, call.now, seconds);
  session.kind = kind;
  session.account = call.account;
  if (call.who.user) {
    session.name = call.who.user->name;
    session.id = call.who.user->id;
  }
  return session;
}

void check_session_tags(const Tags& tags) {
  for (std::size_t i = 0; i < tags.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (equal_ignoring_case(tags[i].first, tags[j].first)) {
        throw invalid_parameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
    }
  }
}

void add_session_policies(const Call& call, Session& session) {
  const List& arns = call.in.list("PolicyArns");
  if (arns.size() > kMostPolicyArns) {
    throw validation_error(
        Protocol::query,
        "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must "
        "have length less than or equal to 10");
  }
  for (const Value& descriptor : arns) {
    if (const Value* arn = descriptor.get<Members>().find("arn")) {
      session.policy_keys.push_back(policy_key(call, arn->get<std::string>()));
    }
  }
  if (!call.in.has("Policy")) return;
  const std::string& text = call.in.text("Policy");
  if (text.size() > kMostPolicyCharacters) {
    throw AwsError(400, "PackedPolicyTooLarge",
                   "Packed size of policies consumes " +
                       std::to_string(text.size() * 100 / kMostPolicyCharacters) + "% of allotted space.");
  }
  const policy::Compiled compiled = policy::compile(text, policy::Kind::identity);
  if (!compiled.policy)
    throw AwsError(400, "MalformedPolicyDocument", compiled.error ? compiled.error->message : "");
  session.policies.push_back(text);
}

std::optional<std::int64_t> packed_size(const Session& session) {
  if (session.policies.empty() && session.policy_keys.empty() && session.tags.empty()) return std::nullopt;
  std::size_t used = 0;
  for (const std::string& text : session.policies) used += text.size();
  for (const std::string& key : session.policy_keys) used += key.size();
  for (const auto& [key, value] : session.tags) used += key.size() + value.size();
  return static_cast<std::int64_t>(std::max<std::size_t>(1, used * 100 / (2 * kMostPolicyCharacters)));
}

}  // namespace latchkey::sts
