// What a data directory goes through. Each function prints a line of numbers, or throws Broken with what was
// wrong.
#pragma once

#include <stdexcept>
#include <string>

namespace latchkey::robustness {

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void survive_kills(const std::string& program, int rounds, unsigned seed);
void survive_a_full_disk(const std::string& program);
void refuse_what_cannot_be_used(const std::string& program);
void back_up_while_running(const std::string& program);
void start_with_keys(const std::string& program, int keys);

}  // namespace latchkey::robustness
