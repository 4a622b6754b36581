// SimulateCustomPolicy, SimulatePrincipalPolicy, and the context keys that their policies want.
#include <algorithm>

#include "iam/access.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/simulation.h"

namespace latchkey::iam {
namespace {

// Only the actions of the page that is asked for are evaluated.
Value answer(const Call& call, const Simulation& simulation) {
  struct Item {
    std::string key;
    std::string action;
  };
  std::vector<Item> items;
  for (const std::string& action : call.in.texts("ActionNames")) {
    const std::string number = std::to_string(items.size());
    items.push_back({std::string(8 - std::min<std::size_t>(number.size(), 8), '0') + number, action});
  }
  return list_answer(
      call, "EvaluationResults", items, [](const Item& item) { return item.key; },
      [&](const Item& item) { return evaluation_result(simulation, item.action); });
}

Value simulate_custom_policy(Call& call) { return answer(call, custom_simulation(call)); }
Value simulate_principal_policy(Call& call) { return answer(call, principal_simulation(call)); }

Value keys_of(const std::vector<SimulatedPolicy>& policies) {
  std::vector<std::string> names;
  for (const SimulatedPolicy& policy : policies) {
    add_keys(names, policy::context_keys(policy.document.text()));
  }
  return Members{{"ContextKeyNames", List(names.begin(), names.end())}};
}

Value context_keys_for_custom_policy(Call& call) { return keys_of(listed_policies(call, "PolicyInputList")); }

Value context_keys_for_principal_policy(Call& call) {
  auto policies = policies_of_source(call);
  for (SimulatedPolicy& policy : listed_policies(call, "PolicyInputList")) {
    policies.push_back(std::move(policy));
  }
  return keys_of(policies);
}

// Whoever may simulate a principal learns of its permissions, so that is a permission on the principal.
AccessRule on_source() {
  return AccessRule([](Call& call) {
    return std::vector<Access>{{.action = action_of(call), .resource = call.in.text("PolicySourceArn")}};
  });
}

std::vector<Member> simulation_members() {
  return {opt("PermissionsBoundaryPolicyInputList", shape::SimulationPolicies),
          req("ActionNames", shape::ActionNames),
          opt("ResourceArns", shape::ResourceNames),
          opt("ResourcePolicy", shape::PolicyDocument),
          opt("ResourceOwner", shape::ResourceName),
          opt("CallerArn", shape::ResourceName),
          opt("ContextEntries", shape::ContextEntries),
          opt("ResourceHandlingOption", shape::ResourceHandlingOption),
          opt("MaxItems", shape::MaxItems),
          opt("Marker", shape::Marker)};
}

std::vector<Member> before(std::vector<Member> first, std::vector<Member> rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

}  // namespace

std::vector<Operation> simulation_operations() {
  const Member policies = opt("PolicyInputList", shape::SimulationPolicies);
  const Member needed = req("PolicyInputList", shape::SimulationPolicies);
  const Member source = req("PolicySourceArn", shape::PolicyArn);
  return {
      {.name = "SimulateCustomPolicy",
       .input = before({needed}, simulation_members()),
       .access = on_everything(),
       .run = simulate_custom_policy},
      {.name = "SimulatePrincipalPolicy",
       .input = before({source, policies}, simulation_members()),
       .access = on_source(),
       .run = simulate_principal_policy},
      {.name = "GetContextKeysForCustomPolicy",
       .input = {needed},
       .access = on_everything(),
       .run = context_keys_for_custom_policy},
      {.name = "GetContextKeysForPrincipalPolicy",
       .input = {source, policies},
       .access = on_source(),
       .run = context_keys_for_principal_policy},
  };
}

}  // namespace latchkey::iam
