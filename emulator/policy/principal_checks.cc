#include "policy/principal_checks.h"

#include <algorithm>
#include <vector>

#include "policy/request_view.h"
#include "policy/text.h"

namespace latchkey::policy {
namespace {

bool starts(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// The account, a user, a role, a session or a federated user; no wildcards, no groups.
bool aws_principal(std::string_view text) {
  if (text == "*" || account_id(text)) return true;
  if (text.find_first_of("*?") != std::string_view::npos) return false;
  if (starts(text, "AIDA") || starts(text, "AROA")) return text.size() >= 16;
  const ArnParts arn = split_arn(text);
  if (!arn.valid || arn.partition.empty() || !arn.region.empty() || !account_id(arn.account)) return false;
  const auto named = [&arn](std::string_view type) {
    return starts(arn.resource, type) && arn.resource.size() > type.size() && arn.resource.back() != '/';
  };
  if (arn.service == "iam") return arn.resource == "root" || named("user/") || named("role/");
  return arn.service == "sts" && (named("assumed-role/") || named("federated-user/"));
}

// "kms.amazonaws.com", "logs.us-west-2.amazonaws.com".
bool service_principal(std::string_view text) {
  const bool characters = std::all_of(text.begin(), text.end(), [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
  return characters && text.find('.') != std::string_view::npos && text.front() != '.' && text.back() != '.';
}

bool federated_principal(std::string_view text) {
  const ArnParts arn = split_arn(text);
  if (arn.valid) {
    return arn.service == "iam" &&
           (starts(arn.resource, "saml-provider/") || starts(arn.resource, "oidc-provider/"));
  }
  return text.find('.') != std::string_view::npos && text.find_first_of(" :*") == std::string_view::npos;
}

std::string invalid(std::string_view kind, std::string_view text) {
  std::string out = "Invalid principal in policy: \"";
  for (const char c : kind) out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  return out.append("\":\"").append(text).append("\"");
}

std::optional<std::string> entry_fault(const std::string& kind, const Json& value) {
  if (!value.is(Json::Type::string)) return "Invalid principal in policy";
  const std::string& text = value.text;
  if (kind == "AWS" && !aws_principal(text)) return invalid(kind, text);
  if (kind == "Service" && (text.empty() || !service_principal(text))) return invalid(kind, text);
  if (kind == "Federated" && !federated_principal(text)) {
    return "Federated principals must be valid domain names or SAML metadata ARNs";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> principal_fault(const Json& element) {
  if (element.is(Json::Type::string)) {
    return element.text == "*" ? std::nullopt : std::optional<std::string>("Invalid principal in policy");
  }
  if (!element.is(Json::Type::object)) return "Invalid principal in policy";
  std::size_t count = 0;
  for (const JsonMember& member : element.members) {
    const std::string& kind = member.name;
    if (kind != "AWS" && kind != "Service" && kind != "Federated" && kind != "CanonicalUser") {
      return invalid(kind, member.value.text);
    }
    if (!member.value.is(Json::Type::array)) {
      ++count;
      if (std::optional<std::string> fault = entry_fault(kind, member.value)) return fault;
    }
    for (const Json& item : member.value.items) {
      ++count;
      if (std::optional<std::string> fault = entry_fault(kind, item)) return fault;
    }
  }
  if (count > 0) return std::nullopt;
  return "Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: The passed in policy "
         "has a "
         "statement with no principals!";
}

}  // namespace latchkey::policy
