// What became of a scenario: for people, line by line, and for CI, as JUnit XML.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace latchkey::scenarios {

struct StepResult {
  enum class Status { passed, failed, skipped };
  std::string title;
  std::string section;  // the heading it stands under
  Status status = Status::passed;
  std::vector<std::string> details;  // why it failed or was skipped
  double seconds = 0;
};

struct Report {
  std::string file;
  std::string name;
  std::vector<StepResult> steps;

  std::size_t count(StepResult::Status status) const;
  bool passed() const { return count(StepResult::Status::passed) == steps.size(); }
};

void print_step(std::ostream& out, std::size_t number, const StepResult& step);
void print_summary(std::ostream& out, const Report& report);

// <testsuites> with a <testsuite> a scenario and a <testcase> a step.
void write_junit(std::ostream& out, const std::vector<Report>& reports);

}  // namespace latchkey::scenarios
