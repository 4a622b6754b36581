// The steps of a scenario, one function each, over what they share.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "latchkey/sigv4.h"
#include "scenarios/document.h"
#include "scenarios/expect.h"
#include "scenarios/target.h"
#include "scenarios/variables.h"

namespace latchkey::scenarios {

// What a scenario knows while it runs.
struct World {
  const Scenario& scenario;
  const Target& target;
  Variables variables;
  std::map<std::string, sigv4::Credentials, std::less<>> identities;
  std::vector<std::string> answers;  // every body that came back, and what programs printed
};

struct Outcome {
  std::vector<Difference> differences;
  std::string why;  // the emulator's own explanation of the last refusal
};

// Throws MissingVariable, or std::runtime_error with the reason why the step could not be done at all.
Outcome run_step(World& world, const Step& step);

// "kms:CreateKey as bootstrap: the customer master key". Variables are left as they are, but for a program's
// name: what they hold may be secret.
std::string title_of(const Step& step, const Variables& variables);

}  // namespace latchkey::scenarios
