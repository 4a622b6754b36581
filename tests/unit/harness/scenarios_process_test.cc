#include <catch2/catch.hpp>
#include <cstdlib>

#include "scenarios/process.h"

namespace latchkey::scenarios {
namespace {

Finished shell(const std::string& script, const std::string& input = "", int timeout_seconds = 60) {
  return run_program(
      {{"/bin/sh", "-c", script}, {{"GIVEN", "value"}, {"PATH", "/usr/bin:/bin"}}, input, timeout_seconds});
}

TEST_CASE("a program's output, input, environment and exit status pass through") {
  const Finished done = shell("echo out; echo err >&2; cat; echo $GIVEN$HOME; exit 3", "in\n");
  CHECK(done.exit == 3);
  CHECK(done.out == "out\nin\nvalue\n");
  CHECK(done.err == "err\n");
  CHECK_FALSE(done.timed_out);
}

TEST_CASE("more input and output than a pipe holds does not block") {
  const std::string input(300'000, 'x');
  CHECK(shell("cat", input).out == input);
}

TEST_CASE("a program that does not read its input is no trouble") {
  CHECK(shell("exit 0", std::string(300'000, 'x')).exit == 0);
}

TEST_CASE("a program that takes too long is ended with its children") {
  const Finished done = shell("sleep 30 & sleep 30", "", 0);
  CHECK(done.timed_out);
  CHECK(done.exit == 128 + 9);
}

TEST_CASE("a program that a signal ended has that signal's status") {
  CHECK(shell("kill -TERM $$").exit == 128 + 15);
}

TEST_CASE("a program that cannot be started says why") {
  CHECK_THROWS_WITH(run_program({{"/no/such/program"}, {}, "", 1}),
                    "cannot run /no/such/program: No such file or directory");
}

TEST_CASE("nothing of AWS or of Latchkey is handed down") {
  setenv("AWS_PROFILE", "production", 1);
  setenv("LATCHKEY_PORT", "1", 1);
  setenv("SCENARIOS_TEST", "kept", 1);
  const auto environment = clean_environment();
  for (const char* name : {"AWS_PROFILE", "LATCHKEY_PORT"}) {
    CHECK(environment.count(name) == 0);
    unsetenv(name);
  }
  CHECK(environment.at("SCENARIOS_TEST") == "kept");
}

}  // namespace
}  // namespace latchkey::scenarios
