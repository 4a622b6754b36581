// Scenario files, read and checked before anything runs. See FORMAT.md.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "latchkey/emulator.h"

namespace latchkey::scenarios {

// A file that cannot be read as a scenario: one line with file, place and reason.
struct ScenarioError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Step {
  enum class Kind { call, request, run, journal, identity, clock, faults, nowhere, set, section };
  Kind kind = Kind::section;
  std::string place;  // "steps[3]"
  Members members;    // as in the file; only names that this kind has
};

struct Scenario {
  std::filesystem::path file;
  std::string name;
  Options options;  // of the emulator it runs in; fixtures are in there
  Members variables;
  std::vector<Step> steps;
};

// Both throw ScenarioError. Files that a scenario names are looked for beside it.
Scenario parse_scenario(std::string_view text, const std::filesystem::path& file);
Scenario read_scenario(const std::filesystem::path& file);

}  // namespace latchkey::scenarios
