#include <algorithm>

#include "core/arn.h"
#include "core/encoding.h"
#include "identity/context.h"
#include "sts/role_session.h"
#include "sts/service.h"
#include "sts/session_parts.h"
#include "sts/shapes.h"

namespace latchkey::sts {
namespace {

constexpr std::int64_t kDefaultSeconds = 3'600;
constexpr std::int64_t kMostChainedSeconds = 3'600;

Tags given_tags(const Call& call) { return call.in.tags("Tags", "Key", "Value"); }

bool contains(const std::vector<std::string>& keys, std::string_view wanted) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const auto& key) { return equal_ignoring_case(key, wanted); });
}

bool has_key(const Tags& tags, std::string_view wanted) {
  return std::any_of(tags.begin(), tags.end(),
                     [&](const auto& tag) { return equal_ignoring_case(tag.first, wanted); });
}

// --- Access
// ----------------------------------------------------------------------------------------------------------

std::vector<Access> assume_role_access(Call& call) {
  if (call.who.is_root() && !call.settings.root_may_assume_roles) {
    throw access_denied(Protocol::query, "Roles may not be assumed by root accounts.");
  }
  const Arn arn = role_arn(call);
  const Ptr<Role> role = find_role(call, arn);
  const Tags tags = given_tags(call);
  Access access{.action = "sts:AssumeRole", .resource = arn.str(), .resource_account = arn.account};
  access.role = role ? role : nobodys_role();
  policy::Context& context = access.context;
  context.set("sts:RoleSessionName", call.in.text("RoleSessionName"));
  if (call.in.has("ExternalId")) context.set("sts:ExternalId", call.in.text("ExternalId"));
  if (call.in.has("SourceIdentity")) context.set("sts:SourceIdentity", call.in.text("SourceIdentity"));
  const std::vector<std::string> transitive = call.in.texts("TransitiveTagKeys");
  if (!transitive.empty()) context.set("sts:TransitiveTagKeys", transitive);
  add_request_tags(context, tags);
  if (role) add_resource_tags(context, role->tags, "iam:ResourceTag/");
  if (check_mfa(call)) {
    context.set("aws:MultiFactorAuthPresent", "true");
    context.set("aws:MultiFactorAuthAge", "0");
  }
  std::vector<Access> out{access};
  if (!tags.empty() || !transitive.empty()) {
    access.action = "sts:TagSession";
    out.push_back(access);
  }
  if (call.in.has("SourceIdentity")) {
    access.action = "sts:SetSourceIdentity";
    out.push_back(access);
  }
  return out;
}

// --- AssumeRole
// ------------------------------------------------------------------------------------------------------

void check_chaining(const Call& call) {
  // A session that assumes a role chains roles, and a GetSessionToken session counts as one.
  if (call.who.session && call.in.number_or("DurationSeconds", kDefaultSeconds) > kMostChainedSeconds) {
    throw validation_error(
        Protocol::query,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
  }
}

void add_tags(const Call& call, Session& session) {
  const Tags tags = given_tags(call);
  const std::vector<std::string> transitive = call.in.texts("TransitiveTagKeys");
  check_session_tags(tags);
  for (const std::string& key : transitive) {
    if (!has_key(tags, key)) {
      throw invalid_parameter("The specified transitive tag key must be included in the requested tags.");
    }
  }
  session.tags = tags;
  session.transitive = transitive;
  if (!call.who.session) return;
  for (const std::string& key : call.who.session->transitive) {
    if (has_key(tags, key)) {
      throw invalid_parameter(
          "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag "
          "key from the "
          "calling session.");
    }
  }
  // Transitive tags go on through every role of the chain.
  for (const auto& [key, value] : call.who.session->tags) {
    if (!contains(call.who.session->transitive, key)) continue;
    session.tags.emplace_back(key, value);
    session.transitive.push_back(key);
  }
}

Value assume_role(Call& call) {
  const Arn arn = role_arn(call);
  const Ptr<Role> role = find_role(call, arn);
  // With enforcement off a call gets this far without a role.
  if (!role) throw AwsError(404, "NoSuchEntity", "The role " + arn.str() + " cannot be found.");
  if (call.in.has("ProvidedContexts"))
    throw not_implemented(
        Protocol::query,
        "ProvidedContexts carries assertions of IAM Identity Center, which is not here to make any.");
  check_chaining(call);
  Session session = role_session(call, *role, call.in.text("RoleSessionName"));
  if (call.in.has("SerialNumber")) session.mfa_at = call.now;  // the access rule has checked the code
  session.chained = call.who.session.has_value();
  session.source_identity =
      call.in.text_or("SourceIdentity", call.who.session ? call.who.session->source_identity : "");
  add_tags(call, session);
  add_session_policies(call, session);
  Members answer = role_answer(call, session, arn.partition);
  if (!session.source_identity.empty()) answer.add("SourceIdentity", session.source_identity);
  return answer;
}

}  // namespace

std::vector<Operation> assume_role_operations() {
  using namespace shape;
  return {
      {.name = "AssumeRole",
       .input = {req("RoleArn", shape::Arn), req("RoleSessionName", RoleSessionName),
                 opt("PolicyArns", PolicyArns), opt("Policy", SessionPolicy),
                 opt("DurationSeconds", RoleDuration), opt("Tags", shape::Tags),
                 opt("TransitiveTagKeys", TransitiveTagKeys), opt("ExternalId", ExternalId),
                 opt("SerialNumber", SerialNumber), opt("TokenCode", TokenCode),
                 opt("SourceIdentity", SourceIdentity), opt("ProvidedContexts", ProvidedContexts)},
       .access = AccessRule(assume_role_access),
       .run = assume_role},
  };
}

}  // namespace latchkey::sts
