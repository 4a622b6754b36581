// What a server must go through, by name:
//   latchkey_robustness PROGRAM [TEST [NUMBER [SEED]]]
// Without a test, the short version of all of them.
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "robustness/robustness/robustness.h"

int main(int count, char** arguments) {
  using namespace latchkey::robustness;
  if (count < 2) {
    std::cerr << "usage: latchkey_robustness PROGRAM [flood CONNECTIONS | slow CLIENTS | pipeline REQUESTS | "
                 "garbage INPUTS SEED | stop | soak SECONDS]\n";
    return 2;
  }
  const std::string program = arguments[1];
  const std::string test = count > 2 ? arguments[2] : "";
  const auto seed = static_cast<unsigned>(count > 4 ? std::atoi(arguments[4]) : 1);
  const bool all = test.empty();
  const auto chosen = [&](const char* name) { return all || test == name; };
  const auto number = [&](int in_short, int in_full) {
    return count > 3 ? std::atoi(arguments[3]) : all ? in_short : in_full;
  };
  std::signal(SIGPIPE, SIG_IGN);  // a server that hangs up on garbage is no accident
  try {
    if (chosen("flood")) hold_connections(program, number(1'000, 4'000));
    if (chosen("slow")) wait_for_slow_clients(program, number(80, 800), !all);
    if (chosen("pipeline")) answer_pipelined(program, number(1'000, 1'000));
    if (chosen("garbage")) shrug_off_garbage(program, number(1'000, 200'000), seed);
    if (chosen("stop")) end_with_requests_under_way(program);
    if (chosen("soak")) soak(program, number(2, 600));
  } catch (const std::exception& error) {
    std::cerr << "latchkey_robustness: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
