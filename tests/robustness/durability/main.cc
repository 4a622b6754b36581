// What a data directory must go through, by name:
//   latchkey_durability PROGRAM [TEST [NUMBER [SEED]]]
// Without a test, the short version of all of them.
#include "robustness/durability/durability.h"

#include <cstdlib>
#include <iostream>

int main(int count, char** arguments) {
  using namespace latchkey::robustness;
  if (count < 2) {
    std::cerr
        << "usage: latchkey_durability PROGRAM [kill ROUNDS SEED | disk | refuse | backup | start KEYS]\n";
    return 2;
  }
  const std::string program = arguments[1];
  const std::string test = count > 2 ? arguments[2] : "";
  const int number = count > 3 ? std::atoi(arguments[3]) : 0;
  const auto seed = static_cast<unsigned>(count > 4 ? std::atoi(arguments[4]) : 1);
  const auto chosen = [&](const char* name) { return test.empty() || test == name; };
  try {
    if (chosen("kill")) survive_kills(program, number > 0 ? number : test.empty() ? 12 : 200, seed);
    if (chosen("refuse")) refuse_what_cannot_be_used(program);
    if (chosen("backup")) back_up_while_running(program);
    if (chosen("start")) start_with_keys(program, number > 0 ? number : test.empty() ? 2'000 : 100'000);
    if (chosen("disk")) survive_a_full_disk(program);  // last: it may leave this process in a mount namespace
  } catch (const std::exception& error) {
    std::cerr << "latchkey_durability: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
