#include "policy/document_checks.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "policy/condition.h"
#include "policy/json_reader.h"
#include "policy/principal_checks.h"
#include "policy/resource_checks.h"
#include "policy/text.h"

namespace latchkey::policy {
namespace {

using Fault = std::optional<std::string>;
using Type = Json::Type;
using Statements = std::vector<const Json*>;

constexpr const char* kSyntax = "Syntax errors in policy.";
constexpr const char* kLegacy = "The policy failed legacy parsing";

template <std::size_t N>
bool among(std::string_view wanted, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), wanted) != names.end();
}

// --- Syntax
// ----------------------------------------------------------------------------------------------------------

// A string or a list of strings. IAM passes over nulls in such lists.
bool strings(const Json* json) {
  if (!json || json->is(Type::string)) return true;
  return json->is(Type::array) && std::all_of(json->items.begin(), json->items.end(), [](const Json& item) {
           return item.is(Type::string) || item.is(Type::null);
         });
}

std::vector<std::string_view> texts(const Json* json) {
  std::vector<std::string_view> out;
  if (!json) return out;
  if (json->is(Type::string)) out.push_back(json->text);
  for (const Json& item : json->items) {
    if (item.is(Type::string)) out.push_back(item.text);
  }
  return out;
}

bool condition_values(const Json& json) {
  if (!json.is(Type::array)) return json.scalar();
  return std::all_of(json.items.begin(), json.items.end(), [](const Json& item) { return item.scalar(); });
}

bool conditions(const Json* json) {
  if (!json) return true;
  if (!json->is(Type::object)) return false;
  for (const JsonMember& block : json->members) {
    if (!block.value.is(Type::object)) return false;
    if (!block.value.members.empty() && !exact_operator(block.name)) return false;
    for (const JsonMember& key : block.value.members) {
      if (!condition_values(key.value)) return false;
    }
  }
  return true;
}

bool statement_syntax(const Json& statement) {
  static constexpr std::array<std::string_view, 9> kElements = {"Sid",          "Effect",      "Principal",
                                                                "NotPrincipal", "Action",      "NotAction",
                                                                "Resource",     "NotResource", "Condition"};
  if (!statement.is(Type::object)) return false;
  for (const JsonMember& member : statement.members) {
    if (!among(member.name, kElements)) return false;
  }
  const Json* const effect = statement.find("Effect");
  const Json* const id = statement.find("Sid");
  const auto exclusive = [&](std::string_view plain, std::string_view negation) {
    return !(statement.find(plain) && statement.find(negation));
  };
  return effect && effect->is(Type::string) &&
         (equals_ignoring_case(effect->text, "Allow") || equals_ignoring_case(effect->text, "Deny")) &&
         (!id || id->is(Type::string)) && exclusive("Action", "NotAction") &&
         exclusive("Resource", "NotResource") && exclusive("Principal", "NotPrincipal") &&
         strings(statement.find("Action")) && strings(statement.find("NotAction")) &&
         strings(statement.find("Resource")) && strings(statement.find("NotResource")) &&
         conditions(statement.find("Condition"));
}

Statements statements_of(const Json& document) {
  Statements out;
  const Json* const statements = document.find("Statement");
  if (!statements) return out;
  if (statements->is(Type::object)) out.push_back(statements);
  for (const Json& item : statements->items) out.push_back(&item);
  return out;
}

bool document_syntax(const Json& document, const Statements& statements, Kind kind) {
  static constexpr std::array<std::string_view, 3> kElements = {"Version", "Id", "Statement"};
  for (const JsonMember& member : document.members) {
    if (!among(member.name, kElements)) return false;
  }
  const Json* const version = document.find("Version");
  const Json* const id = document.find("Id");
  if (version &&
      !(version->is(Type::string) && (version->text == "2012-10-17" || version->text == "2008-10-17"))) {
    return false;
  }
  if (id && !id->is(Type::string)) return false;
  // A key policy without statements is well formed: that it locks everybody out is KMS's own complaint.
  const Json* const list = document.find("Statement");
  if (!list || (statements.empty() && !(kind == Kind::key && list->is(Type::array)))) return false;
  return std::all_of(statements.begin(), statements.end(),
                     [](const Json* json) { return statement_syntax(*json); });
}

// --- What IAM's older parser refuses
// ---------------------------------------------------------------------------------

bool legacy_conditions(const Json* json) {
  if (!json) return true;
  for (const JsonMember& block : json->members) {
    const std::optional<Operator> parts = find_operator(block.name);
    if (!parts || parts->test < Test::date_equal || parts->test > Test::date_greater_or_equal) continue;
    for (const JsonMember& key : block.value.members) {
      if (key.value.scalar() && !legacy_date(key.value.text)) return false;
      for (const Json& item : key.value.items) {
        if (!legacy_date(item.text)) return false;
      }
    }
  }
  return true;
}

// Also finds what is wrong with the ARNs: the last statement's complaint, and in it the alphabetically first,
// wins.
bool legacy_resources(const Statements& statements, std::string_view element, std::string& complaint) {
  for (const Json* statement : statements) {
    const Json* const json = statement->find(element);
    std::vector<std::string_view> resources = texts(json);
    // IAM passes over empty strings in lists, but not over one that stands alone.
    if (json && json->is(Type::array)) std::erase(resources, std::string_view());
    std::sort(resources.begin(), resources.end());
    for (const std::string_view resource : resources) {
      if (Fault fault = resource_fault(resource)) {
        complaint = *fault;
        break;
      }
    }
    if (!complaint.empty()) continue;
    for (const std::string_view resource : resources) {
      if (!legacy_resource(resource)) return false;
    }
  }
  return true;
}

// --- Statements
// ------------------------------------------------------------------------------------------------------

bool unique_ids(const Statements& statements) {
  std::vector<std::string_view> ids;
  for (const Json* statement : statements) {
    const Json* const id = statement->find("Sid");
    if (id && !id->text.empty()) ids.push_back(id->text);
  }
  std::sort(ids.begin(), ids.end());
  return std::adjacent_find(ids.begin(), ids.end()) == ids.end();
}

bool alphanumeric_ids(const Statements& statements) {
  return std::all_of(statements.begin(), statements.end(), [](const Json* statement) {
    const Json* const id = statement->find("Sid");
    return !id || std::all_of(id->text.begin(), id->text.end(), [](char c) {
      return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
    });
  });
}

// One of the two elements is there and lists something.
bool has_either(const Statements& statements, std::string_view name, std::string_view negation) {
  return std::all_of(statements.begin(), statements.end(), [&](const Json* statement) {
    const Json* const element = statement->find(name) ? statement->find(name) : statement->find(negation);
    return element && !(element->is(Type::array) && element->items.empty());
  });
}

Fault action_fault(std::string_view action) {
  const std::size_t colon = action.find(':');
  if (colon == std::string_view::npos && action != "*") {
    return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  }
  if (std::count(action.begin(), action.end(), ':') > 1)
    return "Actions/Condition can contain only one colon.";
  const std::string_view vendor = action.substr(0, colon);
  const bool valid = std::all_of(vendor.begin(), vendor.end(), [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  if (vendor != "*" && !valid) return "Vendor " + std::string(vendor) + " is not valid";
  return std::nullopt;
}

Fault action_faults(const Statements& statements) {
  for (const std::string_view element : {"Action", "NotAction"}) {
    for (const Json* statement : statements) {
      for (const std::string_view action : texts(statement->find(element))) {
        if (Fault fault = action_fault(action)) return fault;
      }
    }
  }
  return std::nullopt;
}

// --- Each kind
// -------------------------------------------------------------------------------------------------------

Fault identity_fault(const Statements& statements, Kind kind) {
  for (const Json* statement : statements) {
    const bool principal = statement->find("Principal") || statement->find("NotPrincipal");
    if (principal && kind == Kind::identity) return "Policy document should not specify a principal.";
  }
  std::string complaint;
  for (const Json* statement : statements) {
    const std::string& effect = statement->find("Effect")->text;
    if (effect != "Allow" && effect != "Deny") return kLegacy;
    if (!legacy_conditions(statement->find("Condition"))) return kLegacy;
  }
  if (!legacy_resources(statements, "Resource", complaint) ||
      !legacy_resources(statements, "NotResource", complaint)) {
    return kLegacy;
  }
  if (!unique_ids(statements)) return "Statement IDs (SID) in a single policy must be unique.";
  if (!has_either(statements, "Action", "NotAction")) return "Policy statement must contain actions.";
  if (!complaint.empty()) return complaint;
  if (Fault fault = action_faults(statements)) return fault;
  if (!has_either(statements, "Resource", "NotResource")) return "Policy statement must contain resources.";
  if (!alphanumeric_ids(statements)) {
    return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
           "expression "
           "[0-9A-Za-z]*";
  }
  return std::nullopt;
}

// An action that no STS call for a role checks is a mistake, and IAM says so.
bool trust_action(std::string_view action) {
  static constexpr std::array<std::string_view, 12> kActions = {"sts:assumerole",
                                                                "sts:assumerolewithsaml",
                                                                "sts:assumerolewithwebidentity",
                                                                "sts:assumeroot",
                                                                "sts:tagsession",
                                                                "sts:setsourceidentity",
                                                                "sts:setcontext",
                                                                "sts:decodeauthorizationmessage",
                                                                "sts:getcalleridentity",
                                                                "sts:getfederationtoken",
                                                                "sts:getservicebearertoken",
                                                                "sts:getsessiontoken"};
  const ActionPattern pattern(action);
  return std::any_of(kActions.begin(), kActions.end(),
                     [&pattern](std::string_view known) { return pattern.matches(known); });
}

// Role trust policies are checked field by field, with words of their own.
Fault trust_field_fault(const Json& statement) {
  static constexpr std::array<std::string_view, 6> kAllowed = {"Sid",    "Effect",    "Principal",
                                                               "Action", "NotAction", "Condition"};
  static constexpr std::array<std::string_view, 3> kProhibited = {"Resource", "NotResource", "NotPrincipal"};
  if (!statement.is(Type::object)) return kSyntax;
  for (const JsonMember& member : statement.members) {
    if (among(member.name, kProhibited)) return "Has prohibited field " + member.name;
    if (!among(member.name, kAllowed)) return "Unknown field " + member.name;
  }
  if (!statement.find("Effect")) return "Missing required field Effect";
  if (!statement.find("Principal")) return "Missing required field Principal";
  if (!statement.find("Action") && !statement.find("NotAction")) return "Missing required field Action";
  return std::nullopt;
}

Fault trust_fault(const Statements& statements) {
  for (const Json* statement : statements) {
    const std::string& effect = statement->find("Effect")->text;
    if (effect != "Allow" && effect != "Deny") return kSyntax;
    if (Fault fault = principal_fault(*statement->find("Principal"))) return fault;
  }
  if (!unique_ids(statements)) return "Statement IDs (SID) in a single policy must be unique.";
  if (!has_either(statements, "Action", "NotAction")) return "Policy statement must contain actions.";
  if (Fault fault = action_faults(statements)) return fault;
  for (const Json* statement : statements) {
    for (const std::string_view action : texts(statement->find("Action"))) {
      if (!trust_action(action)) return "AssumeRole policy may only specify STS AssumeRole actions.";
    }
  }
  return std::nullopt;
}

// KMS keeps statements that lack an Action or a Resource; they have no effect (KMS API reference,
// PutKeyPolicy).
Fault key_fault(const Statements& statements) {
  for (const Json* statement : statements) {
    const std::string& effect = statement->find("Effect")->text;
    if (effect != "Allow" && effect != "Deny") return std::string();
    const Json* principal = statement->find("Principal");
    if (!principal) principal = statement->find("NotPrincipal");
    if (!principal || (principal->is(Type::object) && principal->members.empty())) {
      return "Policy contains a statement with no principal.";
    }
    if (principal_fault(*principal))
      return "Policy contains a statement with one or more invalid principals.";
  }
  return std::nullopt;
}

}  // namespace

std::string unreadable_document(Kind kind) {
  switch (kind) {
    case Kind::trust:
      return "This policy contains invalid Json";
    case Kind::key:
      return "";  // KMS answers MalformedPolicyDocumentException with an empty message
    case Kind::identity:
    case Kind::resource:
    case Kind::control:
      return kSyntax;
  }
  return kSyntax;
}

std::optional<std::string> find_fault(const Json& document, Kind kind, Strictness strictness) {
  const Statements statements = statements_of(document);
  if (kind == Kind::trust) {
    for (const Json* statement : statements) {
      if (Fault fault = trust_field_fault(*statement)) return fault;
    }
  }
  if (!document_syntax(document, statements, kind))
    return kind == Kind::key ? std::string() : std::string(kSyntax);
  if (strictness == Strictness::as_managed) {
    const Json* const version = document.find("Version");
    if (!version || version->text != "2012-10-17")
      return "Policy document must be version 2012-10-17 or greater.";
  }
  switch (kind) {
    case Kind::identity:
    case Kind::control:
    case Kind::resource:
      return identity_fault(statements, kind);
    case Kind::trust:
      return trust_fault(statements);
    case Kind::key:
      return key_fault(statements);
  }
  return std::nullopt;
}

}  // namespace latchkey::policy
