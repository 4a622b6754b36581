#include "policy/principal.h"

#include <algorithm>

#include "policy/text.h"

namespace latchkey::policy {
namespace {

using Caller = Principal::Kind;

// "AROA…" and "AIDA…": what AWS stores in place of the ARN of a principal that was deleted.
bool unique_id_shaped(std::string_view text) {
  return text.size() >= 16 && (text.substr(0, 4) == "AIDA" || text.substr(0, 4) == "AROA");
}

std::string_view after_last(std::string_view text, char separator) {
  return text.substr(text.rfind(separator) + 1);
}

// Whether a role's ARN in a policy is the role of this session. The session's ARN drops the role's path, and
// names of roles are unique in an account whatever their path, so without a known path the name decides.
bool role_of_session(std::string_view role_arn, const Principal& who) {
  const ArnParts named = split_arn(role_arn);
  if (named.service != "iam" || named.account != who.account || named.resource.substr(0, 5) != "role/")
    return false;
  const std::string_view known = split_arn(who.role_arn).resource;
  if (std::count(known.begin(), known.end(), '/') > 1) return who.role_arn == role_arn;
  std::string_view session = split_arn(who.arn).resource;  // assumed-role/NAME/SESSION
  session.remove_prefix(std::min(session.size(), session.find('/') + 1));
  return after_last(named.resource, '/') == session.substr(0, session.find('/'));
}

Naming arn_names(std::string_view arn, const Principal& who) {
  switch (who.kind) {
    case Caller::anonymous:
      return Naming::none;
    case Caller::root:
    case Caller::service:
      return arn == who.arn ? Naming::direct : Naming::none;
    case Caller::user:
      return arn == who.arn ? Naming::user : Naming::none;
    case Caller::role:
      return arn == who.arn ? Naming::role : Naming::none;
    case Caller::role_session:
      if (arn == who.arn) return Naming::direct;
      return role_of_session(arn, who) ? Naming::role : Naming::none;
    case Caller::federated_user:
      if (arn == who.arn) return Naming::direct;
      // The user who made the session, where known: what it may do, the session may within its policies.
      return !who.role_arn.empty() && arn == who.role_arn ? Naming::user : Naming::none;
  }
  return Naming::none;
}

Naming unique_id_names(std::string_view id, const Principal& who) {
  if (who.unique_id.empty()) return Naming::none;
  if (id == who.unique_id) {
    if (who.kind == Caller::user) return Naming::user;
    return who.kind == Caller::role ? Naming::role : Naming::direct;
  }
  const std::string_view role_id = std::string_view(who.unique_id).substr(0, who.unique_id.find(':'));
  return who.kind == Caller::role_session && id == role_id ? Naming::role : Naming::none;
}

Naming entry_names(const PrincipalElement::Entry& entry, const Principal& who) {
  using Type = PrincipalElement::Type;
  switch (entry.type) {
    case Type::everyone:
      return Naming::direct;
    case Type::account:
      if (entry.text != who.account) return Naming::none;
      return who.kind == Caller::root ? Naming::direct : Naming::account;
    case Type::arn:
      return arn_names(entry.text, who);
    case Type::unique_id:
      return unique_id_names(entry.text, who);
    case Type::service:
    case Type::federated:
      return who.kind == Caller::service && entry.text == who.arn ? Naming::direct : Naming::none;
    case Type::other:
      return Naming::none;
  }
  return Naming::none;
}

}  // namespace

void PrincipalElement::add(std::string_view kind, std::string_view text) {
  present_ = true;
  Entry entry;
  entry.text = entry.written = std::string(text);
  entry.aws = kind == "AWS";
  if (kind == "Service") {
    entry.type = Type::service;
  } else if (kind == "Federated") {
    entry.type = Type::federated;
  } else if (kind == "AWS") {
    const ArnParts arn = split_arn(text);
    // ":root" and the bare number are the account, not its root user.
    if (text == "*") {
      entry.type = Type::everyone;
    } else if (account_id(text)) {
      entry.type = Type::account;
    } else if (arn.service == "iam" && arn.resource == "root" && account_id(arn.account)) {
      entry.type = Type::account;
      entry.text = std::string(arn.account);
    } else if (arn.valid) {
      entry.type = Type::arn;
    } else if (unique_id_shaped(text)) {
      entry.type = Type::unique_id;
    }
  }
  entries_.push_back(std::move(entry));
}

Naming PrincipalElement::names(const RequestView& request, bool deny) const {
  Naming strongest = Naming::none;
  for (const Entry& entry : entries_)
    strongest = std::max(strongest, entry_names(entry, request.principal()));
  if (!negated_) return strongest;
  if (!deny) return strongest == Naming::none ? Naming::direct : Naming::none;
  // "All principals except the one named": an account in the list excepts its root user, not every user in
  // it, which is why the guide lists it beside the user. A principal with a permissions boundary is always
  // denied.
  return strongest > Naming::account && !request.bounded() ? Naming::none : Naming::direct;
}

bool service_linked_role(const Principal& principal) {
  if (principal.kind == Caller::role) {
    return split_arn(principal.arn).resource.substr(0, 22) == "role/aws-service-role/";
  }
  if (principal.kind != Caller::role_session) return false;
  static constexpr std::string_view kPrefix = "assumed-role/AWSServiceRoleFor";
  return split_arn(principal.role_arn).resource.substr(0, 22) == "role/aws-service-role/" ||
         split_arn(principal.arn).resource.substr(0, kPrefix.size()) == kPrefix;
}

Principal Principal::parse(std::string_view text) {
  Principal who;
  who.partition = "aws";
  if (text == "anonymous" || text.empty()) return who;
  if (account_id(text)) {
    who.kind = Caller::root;
    who.account = std::string(text);
    who.arn = "arn:aws:iam::" + who.account + ":root";
    return who;
  }
  who.arn = std::string(text);
  const ArnParts arn = split_arn(text);
  const auto starts = [&arn](std::string_view prefix) {
    return arn.resource.substr(0, prefix.size()) == prefix;
  };
  who.kind = Caller::service;  // a service's name, or the ARN of a federated identity provider
  if (!arn.valid || starts("saml-provider/") || starts("oidc-provider/")) return who;
  who.partition = std::string(arn.partition);
  who.account = std::string(arn.account);
  who.kind = Caller::user;
  if (arn.service == "iam" && arn.resource == "root") who.kind = Caller::root;
  if (arn.service == "iam" && starts("role/")) {
    who.kind = Caller::role;
    who.role_arn = who.arn;
  }
  if (arn.service == "sts" && starts("federated-user/")) who.kind = Caller::federated_user;
  if (arn.service == "sts" && starts("assumed-role/")) {
    who.kind = Caller::role_session;
    std::string_view name = arn.resource.substr(arn.resource.find('/') + 1);
    name = name.substr(0, name.find('/'));
    who.role_arn = "arn:" + who.partition + ":iam::" + who.account + ":role/" + std::string(name);
  }
  return who;
}

}  // namespace latchkey::policy
