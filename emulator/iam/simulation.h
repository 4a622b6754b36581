// One simulation: policies that have been read, and what they say to an action.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/operation.h"

namespace latchkey::iam {

// A policy that takes part, as answers name it.
struct SimulatedPolicy {
  std::string id;  // "PolicyInputList.1", "user_alice_inline", "AdministratorAccess"
  Document document;
  std::vector<policy::Span> spans = {};  // of its statements
};

struct Simulation {
  policy::Principal caller;
  bool caller_known = false;  // else there is nobody for a Principal element to name
  std::vector<SimulatedPolicy> identity;
  std::optional<SimulatedPolicy> boundary;
  std::optional<SimulatedPolicy> resource_policy;
  policy::PolicyPtr key_policy;  // the same, as it counts for a KMS key
  policy::Set organization;      // nothing but SCPs
  std::string resource_owner;    // account, for ARNs that have none
  policy::Context context;
  std::vector<std::string> identity_keys;  // context keys that the policies of the caller mention
  std::vector<std::string> resource_keys;  // and the resource's
  std::vector<std::string> resources;      // empty: "*"
  bool all_must_allow = false;             // of the resources; else one is enough
};

// The simulations that the operations ask for. Throw what AWS answers to input that makes none.
Simulation custom_simulation(const Call& call);
Simulation principal_simulation(const Call& call);

// The policies of the user, group or role that PolicySourceArn names, with those of a user's groups.
std::vector<SimulatedPolicy> policies_of_source(const Call& call);
// Documents of a list member, named after it.
std::vector<SimulatedPolicy> listed_policies(const Call& call, std::string_view member);

// Adds keys to those that are there, each once whatever its case.
void add_keys(std::vector<std::string>& keys, std::vector<std::string> more);

// An entry of EvaluationResults.
Members evaluation_result(const Simulation& simulation, const std::string& action);

}  // namespace latchkey::iam
