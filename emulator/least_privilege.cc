#include "least_privilege.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "core/arn.h"
#include "core/encoding.h"
#include "core/json.h"
#include "identity/own_policies.h"

namespace latchkey {
namespace {

constexpr std::string_view kContextPrefix = "kms:EncryptionContext:";

// --- The policy
// ------------------------------------------------------------------------------------------------------

// Conditions of StringEquals: key and value.
using Conditions = std::map<std::string, std::string>;

// What of a request's context is worth a condition: what the application itself chose, not where it ran.
Conditions conditions_of(const policy::Request& request) {
  Conditions out;
  for (const auto& [key, values] : request.context.entries()) {
    const bool chosen = key.starts_with(kContextPrefix) || key == "sts:ExternalId";
    // A value that would be read as a variable is left out: the condition would be another one.
    if (chosen && values.size() == 1 && values.front().find("${") == std::string_view::npos)
      out[std::string(key)] = values.front();
  }
  return out;
}

bool was_granted(const Entry& entry, const Evidence& evidence) {
  if (entry.outcome == Entry::Outcome::denied) return evidence.decision.outcome == policy::Outcome::allowed;
  return true;
}

// A star or a question mark in a name would be a wildcard in a policy.
std::string literal_resource(const std::string& resource) {
  if (resource == "*") return resource;
  std::string out;
  for (const char c : resource) {
    if (c == '*' || c == '?' || c == '$') {
      out.append("${").append(1, c).append("}");
    } else {
      out += c;
    }
  }
  return out;
}

void keep_common(Conditions& conditions, const Conditions& other) {
  std::erase_if(conditions, [&](const auto& one) {
    const auto found = other.find(one.first);
    return found == other.end() || found->second != one.second;
  });
}

List texts(const std::set<std::string>& values) {
  List out;
  for (const std::string& value : values) out.emplace_back(value);
  return out;
}

Value one_or_list(const std::set<std::string>& values) {
  return values.size() == 1 ? Value(*values.begin()) : Value(texts(values));
}

Members statement(const std::set<std::string>& actions, const std::set<std::string>& resources,
                  const Conditions& conditions) {
  Members out{{"Effect", "Allow"}, {"Action", one_or_list(actions)}, {"Resource", one_or_list(resources)}};
  if (conditions.empty()) return out;
  Members equals;
  for (const auto& [key, value] : conditions) equals.add(key, value);
  return out.add("Condition", Members{{"StringEquals", std::move(equals)}});
}

// --- What is unused
// --------------------------------------------------------------------------------------------------

std::vector<OwnPolicy> identity_policies(const Store& store, std::string_view principal) {
  const auto arn = Arn::parse(principal);
  const std::string resource = arn ? arn->resource : "";
  const bool user = resource.starts_with("user/");
  if (!user && !resource.starts_with("role/") && !resource.starts_with("assumed-role/")) {
    throw std::runtime_error("'" + std::string(principal) +
                             "' is no user and no role: it has no policies of its own");
  }
  auto policies = own_policies(store, principal);
  if (!policies) {
    throw std::runtime_error((user ? "there is no user " : "there is no role ") + std::string(principal));
  }
  return *std::move(policies);
}

policy::PolicyPtr compiled(const Members& one_statement, std::string_view version) {
  const Members document{{"Version", version}, {"Statement", List{one_statement}}};
  return policy::compile(to_json(document), policy::Kind::identity, policy::Strictness::lenient).policy;
}

// Whether a statement of an identity policy applies, whatever other policies say.
bool allows(const policy::PolicyPtr& document, const policy::Request& request) {
  policy::Set set;
  set.identity = {policy::Named{document, "", ""}};
  const policy::Explanation why = policy::explain(request, set);
  return std::any_of(why.policies.begin(), why.policies.end(), [](const policy::PolicyNote& note) {
    return std::any_of(note.statements.begin(), note.statements.end(),
                       [](const auto& one) { return one.applies(); });
  });
}

// The operations here whose action the pattern covers; the pattern itself if it speaks of another service.
std::set<std::string> spelled_out(const std::string& pattern, const std::vector<const Service*>& services) {
  std::set<std::string> out;
  const Members any{{"Effect", "Allow"}, {"Action", pattern}, {"Resource", "*"}};
  const policy::PolicyPtr document = compiled(any, "2012-10-17");
  for (const Service* service : services) {
    for (const Operation& operation : service->operations) {
      if (!operation.access.unchecked_because().empty()) continue;
      policy::Request request;
      request.principal = policy::Principal::parse("arn:aws:iam::000000000000:user/u");
      request.action = std::string(service->name) + ":" + std::string(operation.name);
      request.resource = "*";
      if (allows(document, request)) out.insert(request.action);
    }
  }
  if (out.empty()) out.insert(pattern);
  return out;
}

// The needed actions, in lower case as policies compare them.
std::set<std::string> used_actions(const Members& one_statement, std::string_view version,
                                   const Entries& calls) {
  std::set<std::string> used;
  const policy::PolicyPtr document = compiled(one_statement, version);
  if (!document) return used;
  for (const auto& entry : calls) {
    for (const Evidence& evidence : entry->decisions) {
      if (was_granted(*entry, evidence) && allows(document, evidence.request))
        used.insert(to_lower(evidence.request.action));
    }
  }
  return used;
}

}  // namespace

Entries calls_of(const Entries& entries, std::string_view principal) {
  Entries out;
  for (const auto& entry : entries) {
    const bool by_role =
        std::any_of(entry->decisions.begin(), entry->decisions.end(), [&](const Evidence& evidence) {
          return evidence.request.principal.kind == policy::Principal::Kind::role_session &&
                 evidence.request.principal.role_arn == principal;
        });
    if (entry->principal == principal || by_role) out.push_back(entry);
  }
  return out;
}

Members least_privilege_policy(const Entries& calls) {
  // What each action on each resource had in common, over all calls.
  std::map<std::pair<std::string, std::string>, Conditions> seen;
  for (const auto& entry : calls) {
    for (const Evidence& evidence : entry->decisions) {
      if (!was_granted(*entry, evidence)) continue;
      Conditions conditions = conditions_of(evidence.request);
      const auto [at, first] = seen.try_emplace(
          {literal_resource(evidence.request.resource), evidence.request.action}, conditions);
      if (!first) keep_common(at->second, conditions);
    }
  }
  // Actions under the same conditions on one resource are one statement, and so are resources that share the
  // actions.
  std::map<std::pair<std::string, Conditions>, std::set<std::string>> actions;
  for (const auto& [place, conditions] : seen) actions[{place.first, conditions}].insert(place.second);
  std::map<std::pair<std::set<std::string>, Conditions>, std::set<std::string>> resources;
  for (const auto& [place, names] : actions) resources[{names, place.second}].insert(place.first);
  List statements;
  for (const auto& [shared, places] : resources)
    statements.emplace_back(statement(shared.first, places, shared.second));
  return Members{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}};
}

List unused_permissions(const Store& store, const std::vector<const Service*>& services, const Entries& calls,
                        std::string_view principal) {
  List out;
  for (const OwnPolicy& own : identity_policies(store, principal)) {
    const auto document = parse_json(own.text);
    if (!document || !document->is<Members>()) continue;
    const Value* version = document->get<Members>().find("Version");
    const std::string version_text =
        version != nullptr && version->is<std::string>() ? version->get<std::string>() : "2008-10-17";
    const std::vector<Value> statements = as_list(document->get<Members>().find("Statement"));
    for (std::size_t i = 0; i < statements.size(); ++i) {
      if (!statements[i].is<Members>()) continue;
      const Members& one = statements[i].get<Members>();
      const Value* effect = one.find("Effect");
      if (effect == nullptr || *effect != Value("Allow")) continue;
      const std::set<std::string> used = used_actions(one, version_text, calls);
      std::set<std::string> unused;
      for (const Value& pattern : as_list(one.find("Action"))) {
        if (!pattern.is<std::string>()) continue;
        for (const std::string& action : spelled_out(pattern.get<std::string>(), services)) {
          if (!used.contains(to_lower(action))) unused.insert(action);
        }
      }
      if (unused.empty()) continue;
      Members note{{"policy", own.name}, {"statement", static_cast<std::int64_t>(i)}};
      if (const Value* sid = one.find("Sid")) note.add("sid", *sid);
      note.add("actions", texts(unused));
      note.add("resources", List(as_list(one.find("Resource"))));
      note.add("whole_statement", used.empty());
      out.emplace_back(std::move(note));
    }
  }
  return out;
}

}  // namespace latchkey
