// Runs scenarios.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <map>
#include <string>

#include "scenarios/document.h"
#include "scenarios/report.h"

namespace latchkey::scenarios {

struct RunOptions {
  std::string endpoint;                          // empty: an emulator in this process for each scenario
  std::string ca_file;                           // with an endpoint; empty: asked of it
  bool reset = false;                            // with an endpoint: back to its start state first
  std::map<std::string, std::string> variables;  // in place of the scenario's own
  std::ostream* out = nullptr;                   // gets a line a step as it happens; may be null
};

// Runs every step, whatever became of the ones before; a step that needs what a failed one would have
// captured is skipped. Throws ScenarioError if the scenario cannot be read or its emulator cannot be had.
Report run_scenario(const std::filesystem::path& file, const RunOptions& options);
Report run_scenario(const Scenario& scenario, const RunOptions& options);

}  // namespace latchkey::scenarios
