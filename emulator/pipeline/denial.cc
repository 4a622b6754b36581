#include "pipeline/denial.h"

namespace latchkey {
namespace {

std::string_view policy_words(policy::Cause cause) {
  switch (cause) {
    case policy::Cause::none:
    case policy::Cause::identity: return "identity-based policy";
    case policy::Cause::resource: return "resource-based policy";
    case policy::Cause::boundary: return "permissions boundary";
    case policy::Cause::session: return "session policy";
    case policy::Cause::scp: return "service control policy";
    case policy::Cause::rcp: return "resource control policy";
  }
  return "";
}

// "an identity-based policy", "a session policy"
std::string with_article(std::string_view words) {
  return std::string(words.front() == 'i' ? "an " : "a ") + std::string(words);
}

// The ARN of the managed policy that denies is appended since 2026; inline policies have none.
std::string denying_arn(const policy::Decision& decision, const policy::Set& policies) {
  if (decision.matched.empty()) return "";
  const policy::Match& match = decision.matched.front();
  const policy::Named* named = nullptr;
  if (match.kind == "identity" && policies.identity && match.index < policies.identity->size()) {
    named = &(*policies.identity)[match.index];
  } else if (match.kind == "boundary" && policies.boundary) {
    named = &*policies.boundary;
  } else if (match.kind == "session" && policies.session && match.index < policies.session->size()) {
    named = &(*policies.session)[match.index];
  }
  return named == nullptr || named->arn.empty() ? "" : ": " + named->arn;
}

constexpr char kHiddenReason[] =
    " because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based "
    "policy explicitly denies access";

std::string shown_resource(const Access& access) {
  switch (access.shown) {
    case Shown::arn: return " on resource: " + (access.shown_as.empty() ? access.resource : access.shown_as);
    case Shown::hidden: return " on this resource";
    case Shown::ciphertext: return " on the resource associated with this ciphertext";
  }
  return "";
}

std::string reason(const Call& call, const Access& access, const policy::Decision& decision,
                   const policy::Set& policies) {
  // Whether a key of another account exists is nobody's business.
  const bool hidden = access.shown != Shown::arn && access.key && access.key->account != call.account;
  if (hidden && decision.cause == policy::Cause::resource) return kHiddenReason;
  const std::string_view words = policy_words(decision.cause);
  if (decision.outcome == policy::Outcome::explicit_deny) {
    return " with an explicit deny in " + with_article(words) + denying_arn(decision, policies);
  }
  return " because no " + std::string(words) + " allows the " + access.action + " action";
}

// Role trust policies have sentences of their own, without the resource; across accounts, and where the identity's side is
// what is missing, AWS gives no reason at all.
std::string trust_denial(const Call& call, const Access& access, const policy::Decision& decision) {
  const bool own = access.role->account == call.account;
  if (decision.cause != policy::Cause::resource || !own) return " on resource: " + access.resource;
  if (decision.outcome == policy::Outcome::explicit_deny) return " with an explicit deny in the role trust policy";
  return " because no role trust policy allows the " + access.action + " action";
}

}  // namespace

AwsError denied(const Call& call, const Access& access, const policy::Decision& decision, const policy::Set& policies) {
  // Who brings an identity provider's token has no name yet.
  if (call.operation.unsigned_call) {
    return access_denied(call.service.protocol, "Not authorized to perform " + access.action);
  }
  std::string message = "User: " + call.who.principal.arn + " is not authorized to perform: " + access.action;
  if (access.role) {
    message += trust_denial(call, access, decision);
  } else {
    message += shown_resource(access) + reason(call, access, decision, policies);
  }
  return access_denied(call.service.protocol, std::move(message));
}

}  // namespace latchkey
