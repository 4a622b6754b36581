// A scenario document: read, or refused with one line.
#include "scenarios/document.h"
#include "target.h"

using namespace latchkey;

FUZZ_TARGET(scenario) {
  if (input.find("/dev") != std::string_view::npos) return;  // fixtures may name files
  try {
    (void)scenarios::parse_scenario(input, "/none/fuzz.scenario.json");
  } catch (const scenarios::ScenarioError& refused) {
    fuzz::require(!std::string(refused.what()).empty(), "a refusal has a reason");
  }
}
