// A random case as the line that simulate reads.
#include "policy/json_reader.h"
#include "unit/policy/naive.h"

namespace naive {
namespace {

std::string quoted(const std::string& text) {
  std::string out;
  latchkey::policy::append_json_string(out, text);
  return out;
}

template <class List, class Write>
std::string list(const List& items, Write&& write) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ",";
    out += write(item);
  }
  return out + "]";
}

// One value may stand without its list.
std::string strings(const Strings& items) {
  return items.size() == 1 ? quoted(items[0]) : list(items, quoted);
}

std::string principal(const Strings& items) {
  if (items.size() == 1 && items[0] == "*") return "\"*\"";
  constexpr std::string_view kService = "Service:";
  Strings people, services;
  for (const std::string_view item : items) {
    const bool service = item.substr(0, kService.size()) == kService;
    (service ? services : people).emplace_back(item.substr(service ? kService.size() : 0));
  }
  std::string out;
  if (!people.empty()) out.append("\"AWS\":").append(strings(people));
  if (!people.empty() && !services.empty()) out.append(",");
  if (!services.empty()) out.append("\"Service\":").append(strings(services));
  return "{" + out + "}";
}

std::string statement(const Statement& s) {
  std::string out = std::string("{\"Effect\":\"") + (s.deny ? "Deny" : "Allow") + "\"";
  const auto element = [&out](const std::string& name, const std::string& value) {
    if (!name.empty()) out += ",\"" + name + "\":" + value;
  };
  element(s.principal_element, principal(s.principals));
  element(s.action_element, strings(s.actions));
  element(s.resource_element, strings(s.resources));
  std::string conditions;
  for (const Condition& c : s.conditions) {
    if (!conditions.empty()) conditions.append(",");
    std::string name = c.set;
    if (!name.empty()) name.append(":");
    name.append(c.op).append(c.if_exists ? "IfExists" : "");
    conditions.append(quoted(name))
        .append(":{")
        .append(quoted(c.key))
        .append(":")
        .append(strings(c.values))
        .append("}");
  }
  if (!conditions.empty()) out += ",\"Condition\":{" + conditions + "}";
  return out + "}";
}

std::string document(const Document& d) {
  return std::string("{") + (d.new_version ? "\"Version\":\"2012-10-17\"," : "") +
         "\"Statement\":" + list(d.statements, statement) + "}";
}

std::string documents(const std::vector<Document>& all) { return list(all, document); }

}  // namespace

std::string to_json(const Case& c) {
  std::string context, policies;
  for (const auto& [key, values] : c.context) {
    if (!context.empty()) context.append(",");
    context.append(quoted(key)).append(":").append(strings(values));
  }
  const auto policy = [&policies](const char* name, const std::string& value) {
    if (!policies.empty()) policies.append(",");
    policies.append("\"").append(name).append("\":").append(value);
  };
  if (c.identity) policy("identity", documents(*c.identity));
  if (c.session) policy("session", documents(*c.session));
  if (c.resource_policy) policy("resource", document(*c.resource_policy));
  if (c.boundary) policy("boundary", document(*c.boundary));
  if (c.scp) policy("scp", list(*c.scp, documents));
  if (c.rcp) policy("rcp", list(*c.rcp, documents));
  return "{\"id\":1,\"request\":{\"principal\":" + quoted(c.principal) + ",\"action\":" + quoted(c.action) +
         ",\"resource\":" + quoted(c.resource) + ",\"resource_account\":" + quoted(c.resource_account) +
         ",\"context\":{" + context + "}},\"policies\":{" + policies + "}}";
}

}  // namespace naive
