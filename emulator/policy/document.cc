// From JSON text to a compiled policy.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
#include <utility>

#include "policy/compiled.h"
#include "policy/document_checks.h"
#include "policy/json_reader.h"

namespace latchkey::policy {
namespace {

// IAM's APIs take documents of up to 131 072 characters; nothing legitimate nests deeper than ten.
constexpr std::size_t kMaxSize = 131'072;
constexpr int kMaxDepth = 32;
constexpr std::string_view kVersionWithVariables = "2012-10-17";

// A single value or a list of them; false if it is neither.
template <class Value>
bool for_each_value(const Json& json, Value&& value) {
  if (!json.is(Json::Type::array)) return value(json);
  for (const Json& item : json.items) {
    if (!value(item)) return false;
  }
  return true;
}

bool read_strings(const Json& json, std::vector<std::string>& out) {
  if (json.is(Json::Type::null)) return false;
  return for_each_value(json, [&out](const Json& item) {
    if (item.is(Json::Type::string)) out.push_back(item.text);
    return item.is(Json::Type::string) || item.is(Json::Type::null);  // IAM passes over nulls in lists
  });
}

// An element and its negation exclude each other. Answers the one that is there, if either is.
const Json* either(const Json& statement, std::string_view name, std::string_view negation, bool& negated,
                   bool& sound) {
  const Json* const plain = statement.find(name);
  const Json* const other = statement.find(negation);
  if (plain && other) sound = false;
  negated = !plain && other;
  return plain ? plain : other;
}

bool read_principal(const Json& json, PrincipalElement& out) {
  if (json.is(Json::Type::string)) {
    if (json.text != "*") return false;
    out.add("AWS", "*");
    return true;
  }
  if (!json.is(Json::Type::object)) return false;
  out.set_present();
  for (const JsonMember& member : json.members) {
    std::vector<std::string> names;
    if (!read_strings(member.value, names)) return false;
    for (const std::string& name : names) out.add(member.name, name);
  }
  return true;
}

bool read_conditions(const Json& json, bool variables, std::vector<Condition>& out) {
  if (!json.is(Json::Type::object)) return false;
  for (const JsonMember& block : json.members) {
    if (!block.value.is(Json::Type::object)) return false;
    const std::optional<Operator> parts = find_operator(block.name);
    if (!parts && !block.value.members.empty()) return false;
    for (const JsonMember& key : block.value.members) {
      std::vector<std::string> values;
      const bool readable = for_each_value(key.value, [&values](const Json& item) {
        values.push_back(item.text);
        return item.scalar();
      });
      if (!readable) return false;
      out.emplace_back(*parts, block.name, key.name, values, variables);
    }
  }
  return true;
}

// Which elements a statement must have to have an effect depends on where the policy is used.
bool complete(const Statement& statement, Kind kind, bool has_action, bool has_resource) {
  if (!has_action) return false;
  switch (kind) {
    case Kind::identity:
      return has_resource && !statement.principal.present();
    case Kind::control:
      return has_resource;
    case Kind::resource:
    case Kind::key:
      return has_resource && !statement.principal.entries().empty();
    case Kind::trust:
      return !statement.principal.entries().empty();
  }
  return false;
}

Statement read_statement(const Json& json, Kind kind, bool variables) {
  Statement out;
  bool sound = json.is(Json::Type::object);
  if (const Json* id = json.find("Sid")) out.sid = id->text;
  const Json* const effect = json.find("Effect");
  out.deny = effect && effect->text == "Deny";
  sound = sound && effect && effect->is(Json::Type::string) && (out.deny || effect->text == "Allow");

  bool not_principal = false;
  if (const Json* principal = either(json, "Principal", "NotPrincipal", not_principal, sound)) {
    if (not_principal) out.principal.set_negated();
    sound = read_principal(*principal, out.principal) && sound;
  }
  std::vector<std::string> names;
  const Json* const action = either(json, "Action", "NotAction", out.not_action, sound);
  if (action) sound = read_strings(*action, names) && sound;
  for (const std::string& name : names) out.actions.emplace_back(name);

  names.clear();
  const Json* const resource = either(json, "Resource", "NotResource", out.not_resource, sound);
  if (resource) sound = read_strings(*resource, names) && sound;
  for (const std::string& name : names) out.resources.emplace_back(name, Syntax::resource, variables);
  out.any_resource = !resource;

  if (const Json* condition = json.find("Condition")) {
    sound = read_conditions(*condition, variables, out.conditions) && sound;
  }
  // An empty list is no element; under NotAction it would otherwise mean everything.
  out.effective = sound && complete(out, kind, !out.actions.empty(), !out.resources.empty());
  return out;
}

Compiled refused(std::string message) { return {nullptr, CompileError{std::move(message)}}; }

}  // namespace

Compiled compile(std::string_view json, Kind kind, Strictness strictness) {
  Json document;
  if (json.size() > kMaxSize || !read_json(json, kMaxDepth, document) || !document.is(Json::Type::object)) {
    return refused(unreadable_document(kind));
  }
  if (strictness != Strictness::lenient) {
    if (std::optional<std::string> fault = find_fault(document, kind, strictness))
      return refused(std::move(*fault));
  }
  auto policy = std::make_shared<Policy>();
  policy->kind = kind;
  const Json* const version = document.find("Version");
  policy->variables = version && version->text == kVersionWithVariables;
  if (const Json* const statements = document.find("Statement")) {
    for_each_value(*statements, [&](const Json& statement) {
      policy->statements.push_back(read_statement(statement, kind, policy->variables));
      return true;
    });
  }
  return {std::move(policy), std::nullopt};
}

std::vector<std::string> named_principals(const Policy& policy) {
  std::vector<std::string> names;
  for (const Statement& statement : policy.statements) {
    for (const PrincipalElement::Entry& entry : statement.principal.entries()) {
      if (entry.aws && entry.type != PrincipalElement::Type::everyone) names.push_back(entry.written);
    }
  }
  return names;
}

std::string_view version(const Policy& policy) {
  return policy.variables ? kVersionWithVariables : "2008-10-17";
}

std::string_view sid(const Policy& policy, std::size_t statement) {
  return statement < policy.statements.size() ? std::string_view(policy.statements[statement].sid)
                                              : std::string_view();
}

}  // namespace latchkey::policy
