// A byte that chooses an operator or all of them, which come with every modifier; lines of wanted values, an
// empty line, lines of seen ones.
#include <iterator>
#include <vector>

#include "core/json.h"
#include "latchkey/policy.h"
#include "target.h"

using namespace latchkey;
using fuzz::require;
using policy::Outcome;

namespace {

struct Pair {
  const char* name;
  const char* opposite;  // null: it has none
};

constexpr Pair kOperators[] = {
    {"StringEquals", "StringNotEquals"}, {"StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"},
    {"StringLike", "StringNotLike"},     {"NumericEquals", "NumericNotEquals"},
    {"NumericLessThan", nullptr},        {"NumericLessThanEquals", nullptr},
    {"NumericGreaterThan", nullptr},     {"NumericGreaterThanEquals", nullptr},
    {"DateEquals", "DateNotEquals"},     {"DateLessThan", nullptr},
    {"DateLessThanEquals", nullptr},     {"DateGreaterThan", nullptr},
    {"DateGreaterThanEquals", nullptr},  {"Bool", nullptr},
    {"BinaryEquals", nullptr},           {"IpAddress", "NotIpAddress"},
    {"ArnEquals", "ArnNotEquals"},       {"ArnLike", "ArnNotLike"}};

bool allowed(const policy::Request& request, const std::string& op, const List& wanted) {
  const Members document{{"Version", "2012-10-17"},
                         {"Statement", Members{{"Effect", "Allow"},
                                               {"Action", "*"},
                                               {"Resource", "*"},
                                               {"Condition", Members{{op, Members{{"test:key", wanted}}}}}}}};
  const policy::Compiled compiled =
      policy::compile(to_json(document), policy::Kind::identity, policy::Strictness::lenient);
  require(compiled.policy != nullptr, "a document is a document whatever its values are");
  policy::Set set;
  set.identity.emplace().push_back({compiled.policy, "", ""});
  const Outcome outcome = policy::decide(request, set).outcome;
  require(policy::explain(request, set).decision.outcome == outcome, "an explanation agrees");
  return outcome == Outcome::allowed;
}

}  // namespace

FUZZ_TARGET(condition_values) {
  if (input.size() > 4096) return;  // lengths are the documents' own target
  const std::size_t chosen = fuzz::choose(input, std::size(kOperators) + 1);
  List wanted;
  std::vector<std::string> seen;
  for (std::string_view line = fuzz::next_line(input); !line.empty() && wanted.size() < 8;
       line = fuzz::next_line(input)) {
    wanted.emplace_back(line);
  }
  while (!input.empty() && seen.size() < 8) seen.emplace_back(fuzz::next_line(input));
  if (wanted.empty()) wanted.emplace_back("");

  policy::Request request;
  request.principal = policy::Principal::parse("arn:aws:iam::123456789012:user/alice");
  request.action = "test:Do";
  request.resource = "*";
  request.resource_account = "123456789012";
  if (!seen.empty()) request.context.set("test:key", seen);
  for (const Pair& pair : kOperators) {
    if (chosen < std::size(kOperators) && &pair != &kOperators[chosen]) continue;
    const std::string name = pair.name;
    const bool plain = allowed(request, name, wanted);
    const bool if_exists = allowed(request, name + "IfExists", wanted);
    require(if_exists == (seen.empty() || plain), name + "IfExists is " + name + " for a key that exists");
    const bool any = allowed(request, "ForAnyValue:" + name, wanted);
    const bool all = allowed(request, "ForAllValues:" + name, wanted);
    require(!(seen.empty() && any), "ForAnyValue:" + name + " wants a value");
    require(!seen.empty() || all, "ForAllValues:" + name + " is met by no values");
    if (seen.size() == 1) require(any == plain, "one value is any value");
    if (seen.size() == 1 && !seen[0].empty()) require(all == plain, "one value is all values");
    if (pair.opposite == nullptr) continue;
    require(allowed(request, pair.opposite, wanted) != plain,
            std::string(pair.opposite) + " negates " + name);
  }
  const bool absent = allowed(request, "Null", {Value("true")});
  require(absent == seen.empty(), "Null asks whether the key is there");
}
