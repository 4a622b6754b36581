#include "identity/context.h"

#include "core/clock.h"

namespace latchkey {
namespace {

// A session's tags override the role's or the user's own.
void add_principal_tags(policy::Context& context, const Identity& who) {
  const auto add = [&](const Tags& tags) {
    for (const auto& [key, value] : tags) context.set("aws:PrincipalTag/" + key, value);
  };
  if (who.user) add(who.user->tags);
  if (who.role) add(who.role->tags);
  if (who.session) add(who.session->tags);
}

// Only temporary credentials say anything about MFA: with long-term keys the keys are absent.
void add_session(policy::Context& context, const Session& session, Time now) {
  context.set("aws:TokenIssueTime", format_iso8601(session.issued));
  context.set("aws:MultiFactorAuthPresent", session.mfa_at ? "true" : "false");
  if (session.mfa_at) {
    context.set("aws:MultiFactorAuthAge", std::to_string(now.seconds() - session.mfa_at->seconds()));
  }
  if (!session.source_identity.empty()) context.set("aws:SourceIdentity", session.source_identity);
  for (const auto& [key, value] : session.federation) context.set(key, value);
}

}  // namespace

policy::Context global_context(const Identity& who, const Connection& connection, std::string_view region,
                               Time now) {
  policy::Context context;
  context.set("aws:SourceIp", connection.peer_address);
  context.set("aws:SecureTransport", connection.tls ? "true" : "false");
  context.set("aws:CurrentTime", format_iso8601(now));
  context.set("aws:EpochTime", std::to_string(now.seconds()));
  context.set("aws:RequestedRegion", std::string(region));
  context.set("aws:ViaAWSService", "false");
  context.set("aws:userid", who.user_id);
  // A federated user is not the user who made its session.
  if (who.principal.kind == policy::Principal::Kind::user) context.set("aws:username", who.user->name);
  if (!connection.user_agent.empty()) context.set("aws:UserAgent", connection.user_agent);
  if (!connection.referer.empty()) context.set("aws:Referer", connection.referer);
  add_principal_tags(context, who);
  if (who.session) add_session(context, *who.session, now);
  return context;
}

void add_request_tags(policy::Context& context, const Tags& tags) {
  if (tags.empty()) return;
  std::vector<std::string> keys;
  for (const auto& [key, value] : tags) {
    context.set("aws:RequestTag/" + key, value);
    keys.push_back(key);
  }
  add_tag_keys(context, keys);
}

void add_tag_keys(policy::Context& context, const std::vector<std::string>& keys) {
  if (!keys.empty()) context.set("aws:TagKeys", keys);
}

void add_resource_tags(policy::Context& context, const Tags& tags, std::string_view own_prefix) {
  for (const auto& [key, value] : tags) {
    context.set("aws:ResourceTag/" + key, value);
    if (!own_prefix.empty()) context.set(std::string(own_prefix) + key, value);
  }
}

}  // namespace latchkey
