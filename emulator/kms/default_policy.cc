#include "kms/default_policy.h"

#include "identity/principals.h"
#include "kms/errors.h"

namespace latchkey::kms {
namespace {

// "The key policy must allow the calling principal to make a subsequent PutKeyPolicy request on the KMS key."
bool caller_may_put_again(const Call& call, const policy::PolicyPtr& compiled, std::string_view key_arn) {
  policy::Set policies = call.who.policies(call.store);
  policies.resource = policy::Named{compiled, "key policy", ""};
  policy::Request request{call.who.principal, "kms:PutKeyPolicy", std::string(key_arn), call.account,
                          call.context};
  request.context.set("kms:CallerAccount", call.account);
  return policy::decide(request, policies).outcome == policy::Outcome::allowed;
}

}  // namespace

Document default_key_policy(std::string_view partition, std::string_view account) {
  std::string text =
      "{\n  \"Version\" : \"2012-10-17\",\n  \"Id\" : \"key-default-1\",\n  \"Statement\" : [ {\n";
  text +=
      "    \"Sid\" : \"Enable IAM User Permissions\",\n    \"Effect\" : \"Allow\",\n    \"Principal\" : {\n";
  text.append("      \"AWS\" : \"arn:")
      .append(partition)
      .append(":iam::")
      .append(account)
      .append(":root\"\n    },\n");
  text += "    \"Action\" : \"kms:*\",\n    \"Resource\" : \"*\"\n  } ]\n}";
  return {std::move(text), policy::Kind::key};
}

Document checked_key_policy(const Call& call, const std::string& text, std::string_view key_arn,
                            bool bypass_lockout) {
  policy::Compiled compiled = policy::compile(text, policy::Kind::key);
  if (!compiled.policy) throw malformed_policy(compiled.error ? compiled.error->message : "");
  for (const std::string& principal : policy::named_principals(*compiled.policy)) {
    if (!principal_exists(call.store, principal)) {
      throw malformed_policy("Policy contains a statement with one or more invalid principals.");
    }
  }
  if (!bypass_lockout && !caller_may_put_again(call, compiled.policy, key_arn)) {
    throw malformed_policy("The new key policy will not allow you to update the key policy in the future.");
  }
  return bound_document(call.store, {text, std::move(compiled.policy)}, policy::Kind::key);
}

}  // namespace latchkey::kms
