// Sessions for whom a SAML 2.0 identity provider vouches.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
#include "identity/saml.h"

#include <algorithm>
#include <cctype>

#include "core/cipher.h"
#include "core/encoding.h"
#include "sts/federated_role.h"
#include "sts/role_session.h"
#include "sts/service.h"
#include "sts/session_parts.h"
#include "sts/shapes.h"

namespace latchkey::sts {
namespace {

constexpr std::string_view kAttributes = "https://aws.amazon.com/SAML/Attributes/";
constexpr std::string_view kPrincipalTag = "PrincipalTag:";
constexpr std::string_view kNameFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:";
constexpr std::int64_t kRedeemSeconds = 300;
constexpr std::int64_t kSkewSeconds = 300;
constexpr char kAction[] = "sts:AssumeRoleWithSAML";

AwsError invalid_token(std::string message) { return {400, "InvalidIdentityToken", std::move(message)}; }
AwsError expired(std::string message) { return {400, "ExpiredTokenException", std::move(message)}; }

AwsError refusal(SamlFault fault) {
  switch (fault) {
    case SamlFault::malformed:
      return invalid_token("Could not parse the SAML response");
    case SamlFault::failed_status:
      return {403, "IDPRejectedClaim", "The identity provider has not authenticated the user"};
    case SamlFault::issuer:
      return invalid_token("Issuer not present in specified provider");
    case SamlFault::signature:
      return invalid_token("Response signature invalid");
    case SamlFault::decryption:
      return invalid_token("The SAML assertion cannot be decrypted with the private keys of the provider");
  }
  throw std::logic_error("no such fault");
}

// --- Names
// --------------------------------------------------------------------------------------------------------------

Arn iam_arn(const Call& call, std::string_view member, std::string_view type) {
  const auto arn = Arn::parse(call.in.text(member));
  if (!arn || arn->service != "iam" || !arn->resource.starts_with(type))
    throw validation_error(Protocol::query, "Request ARN is invalid");
  return *arn;
}

// Sign-in's addresses: the global one and each region's, with the provider's id where assertions are
// encrypted.
bool is_sign_in(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme)) return false;
  url.remove_prefix(kScheme.size());
  const std::size_t slash = url.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view path = url.substr(slash);
  if (path != "/saml" && path != "/static/saml" && !path.starts_with("/saml/acs/")) return false;
  const std::string_view host = url.substr(0, slash);
  for (const std::string_view domain :
       {"signin.aws.amazon.com", "signin.amazonaws.cn", "signin.amazonaws-us-gov.com"}) {
    if (host == domain) return true;
    if (!host.ends_with(domain) || host.size() == domain.size()) continue;
    const std::string_view region = host.substr(0, host.size() - domain.size());
    return region.size() > 1 && region.back() == '.' &&
           std::all_of(region.begin(), region.end() - 1,
                       [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
  }
  return false;
}

bool is_audience(const std::string& text) {
  return text == "urn:amazon:webservices" || text.starts_with("urn:amazon:webservices:") || is_sign_in(text);
}

bool is_name(std::string_view text) {
  return text.size() >= 2 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("_+=,.@-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

// --- What the assertion says
// --------------------------------------------------------------------------------------------

const std::vector<std::string>* attribute(const SamlClaims& claims, std::string_view name) {
  for (const auto& [key, values] : claims.attributes) {
    if (key.starts_with(kAttributes) && std::string_view(key).substr(kAttributes.size()) == name)
      return &values;
  }
  return nullptr;
}

std::string only_value(const SamlClaims& claims, std::string_view name) {
  const auto* values = attribute(claims, name);
  return values != nullptr && values->size() == 1 ? values->front() : std::string();
}

// A value of the Role attribute is the role's ARN and the provider's, in either order.
bool names_role(const SamlClaims& claims, std::string_view role, std::string_view provider) {
  const auto* values = attribute(claims, "Role");
  if (values == nullptr) return false;
  return std::any_of(values->begin(), values->end(), [&](const std::string& value) {
    std::string text = value;
    std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
    const std::size_t comma = text.find(',');
    if (comma == std::string::npos) return false;
    const std::string_view first = std::string_view(text).substr(0, comma);
    const std::string_view second = std::string_view(text).substr(comma + 1);
    return (first == role && second == provider) || (first == provider && second == role);
  });
}

void check_times(const SamlClaims& claims, Time now) {
  const auto over = [&](const std::optional<Time>& until) { return until && *until <= now; };
  if (!claims.issued || claims.issued->plus_seconds(kRedeemSeconds) < now)
    throw expired("Token must be redeemed within 5 minutes of issuance");
  if (over(claims.confirmation_until) || over(claims.not_on_or_after) || over(claims.session_until))
    throw expired("Response has expired");
  if ((claims.not_before && now.plus_seconds(kSkewSeconds) < *claims.not_before) ||
      now.plus_seconds(kSkewSeconds) < *claims.issued) {
    throw invalid_token("Response is not valid yet");
  }
}

void check_claims(const SamlClaims& claims, Time now) {
  if (!claims.confirmation_until || !is_sign_in(claims.recipient))
    throw invalid_token("Response does not contain the required recipient");
  if (std::none_of(claims.audiences.begin(), claims.audiences.end(), is_audience))
    throw invalid_token("Response does not contain the required audience");
  check_times(claims, now);
  const auto* session_name = attribute(claims, "RoleSessionName");
  if (session_name == nullptr || session_name->size() != 1)
    throw invalid_token("RoleSessionName is required in AuthnResponse");
  if (!is_name(session_name->front()))
    throw invalid_token("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}");
  if (attribute(claims, "SourceIdentity") != nullptr) {
    const std::string source = only_value(claims, "SourceIdentity");
    if (!is_name(source) || source.starts_with("aws:"))
      throw invalid_token("Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"");
  }
}

// Attributes of directories that have condition keys of their own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
struct DirectoryAttribute {
  std::string_view name, key;
};
constexpr DirectoryAttribute kDirectory[] = {
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "eduPersonAffiliation"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.2", "eduPersonNickname"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.3", "eduPersonOrgDN"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.4", "eduPersonOrgUnitDN"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.5", "eduPersonPrimaryAffiliation"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "eduPersonPrincipalName"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.7", "eduPersonEntitlement"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.8", "eduPersonPrimaryOrgUnitDN"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.9", "eduPersonScopedAffiliation"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "eduPersonTargetedID"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.11", "eduPersonAssurance"},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.2", "eduOrgHomePageURI"},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.3", "eduOrgIdentityAuthNPolicyURI"},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.4", "eduOrgLegalName"},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.5", "eduOrgSuperiorURI"},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.6", "eduOrgWhitePagesURI"},
    {"urn:oid:2.5.4.3", "cn"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "name"},
    {"http://schemas.xmlsoap.org/claims/CommonName", "commonName"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "givenName"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "surname"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "mail"},
    {"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid", "primaryGroupSID"},
    {"2.5.4.3", "commonName"},
    {"2.5.4.4", "surname"},
    {"2.4.5.42", "givenName"},
    {"2.5.4.45", "x500UniqueIdentifier"},
    {"0.9.2342.19200300100.1.1", "uid"},
    {"0.9.2342.19200300100.1.3", "mail"},
    {"0.9.2342.19200300.100.1.45", "organizationStatus"},
};

struct Assertion {
  SamlClaims claims;
  std::string subject_type;
  std::string name_qualifier;
  Federation federation;
};

void read_tags(const SamlClaims& claims, Federation& out) {
  for (const auto& [name, values] : claims.attributes) {
    if (!name.starts_with(kAttributes)) continue;
    const std::string_view rest = std::string_view(name).substr(kAttributes.size());
    if (!rest.starts_with(kPrincipalTag)) continue;
    const std::string key(rest.substr(kPrincipalTag.size()));
    if (key.empty() || key.size() > 128 || values.size() != 1 || values.front().size() > 256)
      throw invalid_token("A session tag must have one value: " + key);
    out.tags.emplace_back(key, values.front());
  }
  if (const auto* keys = attribute(claims, "TransitiveTagKeys")) out.transitive = *keys;
}

Federation federation_of(const Assertion& assertion, const Arn& provider, const std::string& account) {
  const SamlClaims& claims = assertion.claims;
  Federation out;
  out.provider_arn = provider.str();
  out.session_name = only_value(claims, "RoleSessionName");
  out.source_identity = only_value(claims, "SourceIdentity");
  read_tags(claims, out);
  out.lasting = {{"saml:sub", claims.subject},
                 {"saml:sub_type", assertion.subject_type},
                 {"saml:namequalifier", assertion.name_qualifier}};
  for (const auto& [key, value] : out.lasting) out.keys.set(key, value);
  out.keys.set("saml:aud", claims.recipient);
  out.keys.set("saml:iss", claims.issuer);
  out.keys.set("saml:doc", account + "/" + provider.resource.substr(provider.resource.find('/') + 1));
  for (const auto& [name, values] : claims.attributes) {
    for (const DirectoryAttribute& known : kDirectory) {
      if (known.name == name) out.keys.set("saml:" + std::string(known.key), values);
    }
  }
  return out;
}

std::string decoded_response(const Call& call) {
  std::string text = call.in.text("SAMLAssertion");
  std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
  auto xml = base64_decode(text);
  if (!xml) throw invalid_token("Invalid base64 SAMLResponse");
  return std::move(*xml);
}

// Throws AWS's refusal of an assertion that is not in order.
Assertion read_assertion(const Call& call, const Arn& role) {
  const Arn arn = iam_arn(call, "PrincipalArn", "saml-provider/");
  const std::string xml = decoded_response(call);
  const std::string name = arn.resource.substr(arn.resource.find('/') + 1);
  const auto provider = call.store.find<SamlProvider>({role.account, "", name});
  if (arn.account != role.account || !provider) throw invalid_token("Specified provider doesn't exist");
  const auto metadata = parse_saml_metadata(provider->metadata);
  if (!metadata) throw invalid_token("Could not parse metadata");
  std::vector<std::string_view> keys;
  for (const auto& key : provider->private_keys) keys.push_back(key.pem.reveal());
  auto read = read_saml_response(xml, *metadata, keys);
  if (!read) throw refusal(read.error());
  Assertion out;
  out.claims = std::move(*read);
  if (provider->encryption_mode == "Required" && !out.claims.encrypted)
    throw invalid_token("The provider requires encrypted assertions");
  check_claims(out.claims, call.now);
  if (!names_role(out.claims, role.str(), arn.str()))
    throw access_denied(Protocol::query, std::string("Not authorized to perform ") + kAction);
  out.subject_type = out.claims.subject_format;
  if (out.subject_type.starts_with(kNameFormat)) out.subject_type.erase(0, kNameFormat.size());
  out.name_qualifier = base64_encode(sha1(out.claims.issuer + role.account + "/" + name));
  out.federation = federation_of(out, arn, role.account);
  return out;
}

std::vector<Access> saml_access(Call& call) {
  const Arn role = iam_arn(call, "RoleArn", "role/");
  return federated_access(call, role, read_assertion(call, role).federation);
}

// SessionDuration is the console's; here the session ends with DurationSeconds or with the provider's own.
Value assume_role_with_saml(Call& call) {
  const Arn role = iam_arn(call, "RoleArn", "role/");
  Assertion assertion = read_assertion(call, role);
  const SamlClaims& claims = assertion.claims;
  Session session = federated_session(call, role, std::move(assertion.federation));
  if (claims.session_until) session.expires = std::min(session.expires, *claims.session_until);
  Members answer = role_answer(call, session, role.partition);
  answer.add("Subject", claims.subject)
      .add("SubjectType", assertion.subject_type)
      .add("Issuer", claims.issuer)
      .add("Audience", claims.recipient)
      .add("NameQualifier", assertion.name_qualifier);
  if (!session.source_identity.empty()) answer.add("SourceIdentity", session.source_identity);
  return answer;
}

}  // namespace

std::vector<Operation> saml_operations() {
  using namespace shape;
  return {
      {.name = "AssumeRoleWithSAML",
       .input = {req("RoleArn", shape::Arn), req("PrincipalArn", shape::Arn),
                 req("SAMLAssertion", SamlAssertion), opt("PolicyArns", PolicyArns),
                 opt("Policy", FederationPolicy), opt("DurationSeconds", RoleDuration)},
       .access = AccessRule(saml_access),
       .run = assume_role_with_saml,
       .unsigned_call = true},
  };
}

}  // namespace latchkey::sts
