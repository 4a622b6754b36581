// A second evaluator, written from the guide and not from the first: everything is a string, matched by
// recursion, with no thought of speed. It knows the language that the random cases use. The two must agree.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace naive {

using Strings = std::vector<std::string>;

struct Condition {
  std::string set;  // "", "ForAllValues", "ForAnyValue"
  std::string op;   // "StringEquals"
  bool if_exists = false;
  std::string key;
  Strings values;
};

struct Statement {
  bool deny = false;
  std::string principal_element;  // "Principal", "NotPrincipal", "" for none
  Strings principals;             // under "AWS", or "Service:name"
  std::string action_element;     // "Action", "NotAction", ""
  Strings actions;
  std::string resource_element;  // "Resource", "NotResource", ""
  Strings resources;
  std::vector<Condition> conditions;
};

struct Document {
  bool new_version = true;
  std::vector<Statement> statements;
};

struct Case {
  std::string principal, action, resource, resource_account;
  std::map<std::string, Strings> context;  // keys in lower case
  std::optional<std::vector<Document>> identity, session;
  std::optional<Document> resource_policy, boundary;
  std::optional<std::vector<std::vector<Document>>> scp, rcp;
};

std::string decide(const Case& c);   // "allowed", "implicitDeny", "explicitDeny"
std::string to_json(const Case& c);  // the line that simulate reads

}  // namespace naive
