#include <algorithm>

#include "core/arn.h"
#include "core/encoding.h"
#include "identity/context.h"
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

// The role's account and name, from an ARN that names a role.
Arn role_arn(const Call& call) {
  const std::string& text = call.in.text("RoleArn");
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "iam" || !is_account_id(arn->account) || !arn->resource.starts_with("role/")) {
    throw validation_error(Protocol::query, text + " is invalid");
  }
  return *arn;
}

// The role, if it stands under exactly this path and name.
Ptr<Role> find_role(const Call& call, const Arn& arn) {
  const auto role =
      call.store.find<Role>({arn.account, "", to_lower(arn.resource.substr(arn.resource.rfind('/') + 1))});
  return role && arn_of(arn.partition, *role) == arn.str() ? role : nullptr;
}

// A role that does not exist is refused like one whose trust policy names nobody.
Ptr<Role> nobodys_role() {
  auto role = std::make_shared<Role>();
  role->trust = make_document(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]})",
      policy::Kind::trust);
  return role;
}

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

std::int64_t duration(const Call& call, const Role& role) {
  const std::int64_t seconds = call.in.number_or("DurationSeconds", kDefaultSeconds);
  // A session that assumes a role chains roles, and a GetSessionToken session counts as one.
  if (call.who.session && seconds > kMostChainedSeconds) {
    throw validation_error(
        Protocol::query,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
  }
  if (seconds > role.max_session_seconds) {
    throw validation_error(Protocol::query,
                           "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return seconds;
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
    throw not_implemented(Protocol::query, "Latchkey does not implement ProvidedContexts yet.");
  check_mfa(call);
  Session session;
  session.account = role->account;
  session.access_key_id = call.random.unique_id("ASIA", 16);
  session.secret = Secret(call.random.secret_text(40));
  session.name = role->name;
  session.id = role->id;
  session.session_name = call.in.text("RoleSessionName");
  session.issued = call.now;
  session.expires = call.now.plus_seconds(duration(call, *role));
  session.chained = call.who.session.has_value();
  session.source_identity =
      call.in.text_or("SourceIdentity", call.who.session ? call.who.session->source_identity : "");
  add_tags(call, session);
  add_session_policies(call, session);
  const std::string token = seal_session(session, session_key(call.store, call.random), call.random);
  const std::string session_arn =
      Arn{arn.partition, "sts", "", role->account, "assumed-role/" + role->name + "/" + session.session_name}
          .str();
  Members answer{{"Credentials", credentials_of(session, token)},
                 {"AssumedRoleUser",
                  Members{{"AssumedRoleId", role->id + ":" + session.session_name}, {"Arn", session_arn}}}};
  if (const auto percent = packed_size(session)) answer.add("PackedPolicySize", *percent);
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
