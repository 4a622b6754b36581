// Looks for a text, a secret above all, in everything that the emulator shows or keeps.
#pragma once

#include <string>
#include <vector>

#include "scenarios/steps.h"

namespace latchkey::scenarios {

// The places that hold the text, as it is or in base64, hex, percent-encoded or as a JSON string. Places:
// "journal" (entries and their explanations), "state" (the exported state), "log" (not of an emulator
// elsewhere), "later-answers" (every answer so far but the first that held it). Throws std::runtime_error for
// a text that is too short to look for.
std::vector<std::string> places_that_hold(const World& world, const std::string& text,
                                          const std::vector<std::string>& places);

}  // namespace latchkey::scenarios
