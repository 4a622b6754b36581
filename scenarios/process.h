// Runs a program and collects what it prints.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace latchkey::scenarios {

struct Command {
  std::vector<std::string> words;  // the program, looked for in PATH unless it has a slash, and its arguments
  std::map<std::string, std::string> environment;  // all of it
  std::string input;                               // on its standard input
  int timeout_seconds = 60;
};

struct Finished {
  int exit = 0;  // 128 and the signal's number for a program that a signal ended
  std::string out;
  std::string err;
  bool timed_out = false;
};

// Throws std::runtime_error with one line if the program cannot be started. A program that takes too long is
// ended, with all that it started. What it prints beyond 4 MiB is dropped.
Finished run_program(const Command& command);

// Ends the programs that run now, with all that they started. A signal handler may call it.
void end_programs();

// This process's environment without the variables of AWS and of Latchkey, so that nothing points anywhere by
// accident.
std::map<std::string, std::string> clean_environment();

}  // namespace latchkey::scenarios
