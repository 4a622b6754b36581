// Sessions for who brings a token of an OpenID Connect provider, and tokens for those who go out to other
// services. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
#include <algorithm>

#include "core/encoding.h"
#include "identity/context.h"
#include "identity/issuers.h"
#include "identity/jwt.h"
#include "sts/federated_role.h"
#include "sts/role_session.h"
#include "sts/service.h"
#include "sts/session_parts.h"
#include "sts/shapes.h"

namespace latchkey::sts {
namespace {

constexpr std::string_view kTagClaim = "https://aws.amazon.com/tags";
constexpr std::string_view kSourceIdentityClaim = "https://aws.amazon.com/source_identity";

AwsError invalid_token(std::string message) { return {400, "InvalidIdentityToken", std::move(message)}; }

std::string text_claim(const Members& claims, std::string_view name) {
  const Value* value = claims.find(name);
  return value != nullptr && value->is<std::string>() ? value->get<std::string>() : "";
}

std::optional<std::int64_t> number_claim(const Members& claims, std::string_view name) {
  const Value* value = claims.find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is<double>()) return static_cast<std::int64_t>(value->get<double>());
  return value->is<std::int64_t>() ? std::optional(value->get<std::int64_t>()) : std::nullopt;
}

std::vector<std::string> texts(const Value* value) {
  std::vector<std::string> out;
  if (value == nullptr) return out;
  if (value->is<std::string>()) out.push_back(value->get<std::string>());
  if (!value->is<List>()) return out;
  for (const Value& one : value->get<List>()) {
    if (one.is<std::string>()) out.push_back(one.get<std::string>());
  }
  return out;
}

struct Claimed {
  Members claims;
  std::string issuer;  // without https://
  std::string audience;
  std::string provider_arn;
  Tags tags;
  std::vector<std::string> transitive;
};

// With azp there, it is the party that the token was made for, and aud whom it shall be shown to.
std::string checked_audience(const Members& claims, const OidcProvider& provider) {
  std::vector<std::string> given = texts(claims.find("azp"));
  if (given.empty()) given = texts(claims.find("aud"));
  for (const std::string& audience : given) {
    const auto& known = provider.client_ids;
    if (std::find(known.begin(), known.end(), audience) != known.end()) return audience;
  }
  throw invalid_token("Incorrect token audience");
}

void check_times(const Members& claims, Time now) {
  const auto expires = number_claim(claims, "exp");
  if (!expires) throw invalid_token("Missing a required claim: exp");
  if (*expires <= now.seconds()) {
    throw AwsError(400, "ExpiredTokenException",
                   "Token expired: current date/time " + std::to_string(now.seconds()) +
                       " must be before the expiration date/time " + std::to_string(*expires));
  }
  const auto from = number_claim(claims, "nbf");
  if (from && *from > now.seconds() + 300) throw invalid_token("Token is not valid yet");
}

void read_tags(const Members& claims, Claimed& out) {
  const Value* value = claims.find(kTagClaim);
  if (value == nullptr || !value->is<Members>()) return;
  const Members& tags = value->get<Members>();
  if (const Value* principal = tags.find("principal_tags");
      principal != nullptr && principal->is<Members>()) {
    for (const auto& [key, values] : principal->get<Members>()) {
      const auto given = texts(&values);
      if (given.size() != 1) throw invalid_token("A session tag must have one value: " + key);
      out.tags.emplace_back(key, given.front());
    }
  }
  out.transitive = texts(tags.find("transitive_tag_keys"));
}

// A token is verified once, by the access rule; the handler then only reads it.
enum class Token { unverified, verified };

// What the token says. Throws AWS's refusal of a token that is not in order.
Claimed read_token(const Call& call, const std::string& account, const std::string& partition, Token state) {
  if (call.in.has("ProviderId")) {
    throw invalid_parameter("OAuth 2.0 access tokens of " + call.in.text("ProviderId") +
                            " cannot be checked offline.");
  }
  const auto token = parse_jwt(call.in.text("WebIdentityToken"));
  if (!token) {
    throw invalid_token(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
  }
  Claimed out;
  out.claims = token->claims;
  const std::string issuer = text_claim(token->claims, "iss");
  out.issuer = issuer_name(issuer);
  auto provider = call.store.find<OidcProvider>({account, "", out.issuer});
  if (!provider) provider = call.store.find<OidcProvider>({account, "", out.issuer + "/"});
  if (out.issuer.empty() || !provider)
    throw invalid_token("No OpenIDConnect provider found in your account for " + issuer);
  const auto keys = issuer_keys(call.store, out.issuer);
  if (!keys) {
    throw invalid_token(
        "Couldn't retrieve verification key from your identity provider,  please reference "
        "AssumeRoleWithWebIdentity "
        "documentation for requirements");
  }
  if (state == Token::unverified && !verify_jwt(*token, *keys)) {
    throw invalid_token("Couldn't verify the token's signature");
  }
  check_times(token->claims, call.now);
  if (text_claim(token->claims, "sub").empty()) throw invalid_token("Missing a required claim: sub");
  out.audience = checked_audience(token->claims, *provider);
  out.provider_arn = Arn{partition, "iam", "", account, "oidc-provider/" + provider->url}.str();
  out.issuer = provider->url;
  read_tags(token->claims, out);
  return out;
}

Federation federation_of(const Call& call, const Claimed& claimed) {
  Federation out;
  out.provider_arn = claimed.provider_arn;
  out.session_name = call.in.text("RoleSessionName");
  out.source_identity = text_claim(claimed.claims, kSourceIdentityClaim);
  out.tags = claimed.tags;
  out.transitive = claimed.transitive;
  for (const auto& [name, value] : claimed.claims) {
    if (name == "aud" || name == "azp" || name == "exp" || name == "iat") continue;
    const auto values = texts(&value);
    if (!values.empty()) out.keys.set(claimed.issuer + ":" + name, values);
  }
  out.keys.set(claimed.issuer + ":aud", claimed.audience);
  out.lasting = {{claimed.issuer + ":aud", claimed.audience},
                 {claimed.issuer + ":sub", text_claim(claimed.claims, "sub")}};
  return out;
}

std::vector<Access> web_identity_access(Call& call) {
  const Arn arn = role_arn(call);
  const Claimed claimed = read_token(call, arn.account, arn.partition, Token::unverified);
  return federated_access(call, arn, federation_of(call, claimed));
}

Value assume_role_with_web_identity(Call& call) {
  const Arn arn = role_arn(call);
  const Claimed claimed = read_token(call, arn.account, arn.partition, Token::verified);
  const Session session = federated_session(call, arn, federation_of(call, claimed));
  Members answer = role_answer(call, session, arn.partition);
  answer.add("SubjectFromWebIdentityToken", text_claim(claimed.claims, "sub"));
  answer.add("Provider", claimed.provider_arn).add("Audience", claimed.audience);
  if (!session.source_identity.empty()) answer.add("SourceIdentity", session.source_identity);
  return answer;
}

// --- Outbound: a token that names the caller to services outside AWS
// -------------------------------------------------

Value get_web_identity_token(Call& call) {
  const std::string& algorithm = call.in.text("SigningAlgorithm");
  if (algorithm != "RS256" && algorithm != "ES384") {
    throw validation_error(Protocol::query,
                           "1 validation error detected: Value '" + algorithm +
                               "' at 'signingAlgorithm' failed to satisfy constraint: Member must "
                               "satisfy enum value set: [RS256, ES384]");
  }
  const auto settings = call.store.find<AccountSettings>({call.account, "", "account"});
  if (!settings || !settings->outbound_federation) {
    throw AwsError(403, "OutboundWebIdentityFederationDisabledException",
                   "Outbound web identity federation is not enabled for this account.");
  }
  const std::int64_t expires = call.now.seconds() + call.in.number_or("DurationSeconds", 300);
  List audience;
  for (const std::string& one : call.in.texts("Audience")) audience.emplace_back(one);
  Members request_tags;
  for (const auto& [key, value] : call.in.tags("Tags", "Key", "Value")) request_tags.add(key, value);
  Members about{{"aws_account", call.account},
                {"source_region", call.region},
                {"principal_id", call.who.principal.arn},
                {"request_tags", std::move(request_tags)}};
  Members claims{{"aud", std::move(audience)},
                 {"sub", call.who.principal.arn},
                 {"iat", call.now.seconds()},
                 {"exp", expires},
                 {"https://sts.amazonaws.com/", std::move(about)}};
  std::string token = issue_token(call.store, call.random, call.settings, outbound_issuer(call.account),
                                  std::move(claims), call.now, algorithm);
  return Members{{"WebIdentityToken", std::move(token)}, {"Expiration", Time{expires * 1000}}};
}

std::vector<Access> web_identity_token_access(Call& call) {
  Access access{.action = action_of(call), .resource = "*"};
  access.context.set("sts:IdentityTokenAudience", call.in.texts("Audience"));
  access.context.set("sts:SigningAlgorithm", call.in.text("SigningAlgorithm"));
  access.context.set("sts:DurationSeconds", std::to_string(call.in.number_or("DurationSeconds", 300)));
  add_request_tags(access.context, call.in.tags("Tags", "Key", "Value"));
  return {std::move(access)};
}

}  // namespace

std::vector<Operation> web_identity_operations() {
  using namespace shape;
  return {
      {.name = "AssumeRoleWithWebIdentity",
       .input = {req("RoleArn", shape::Arn), req("RoleSessionName", RoleSessionName),
                 req("WebIdentityToken", WebIdentityToken), opt("ProviderId", ProviderId),
                 opt("PolicyArns", PolicyArns), opt("Policy", FederationPolicy),
                 opt("DurationSeconds", RoleDuration)},
       .access = AccessRule(web_identity_access),
       .run = assume_role_with_web_identity,
       .unsigned_call = true},
      {.name = "GetWebIdentityToken",
       .input = {req("Audience", Audiences), opt("DurationSeconds", WebIdentityDuration),
                 req("SigningAlgorithm", JwtAlgorithm), opt("Tags", shape::Tags)},
       .access = AccessRule(web_identity_token_access),
       .run = get_web_identity_token},
  };
}

}  // namespace latchkey::sts
