#include "scenarios/report.h"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <sstream>

#include "core/encoding.h"
#include "core/render.h"

namespace latchkey::scenarios {
namespace {

using Status = StepResult::Status;

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

std::string seconds(double value) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(3) << value;
  return out.str();
}

// Programs may print what XML cannot carry.
std::string attribute(const std::string& text) {
  return xml_escape(is_utf8(text) ? text : "(not UTF-8) " + percent_encode(text));
}

double total_seconds(const Report& report) {
  double out = 0;
  for (const StepResult& step : report.steps) out += step.seconds;
  return out;
}

void write_case(std::ostream& out, const Report& report, std::size_t index) {
  const StepResult& step = report.steps[index];
  out << "    <testcase classname=\"" << attribute(report.name) << "\" name=\"" << index + 1 << " "
      << attribute(step.title) << "\" time=\"" << seconds(step.seconds) << "\"";
  if (step.status == Status::passed) {
    out << "/>\n";
    return;
  }
  const std::string details = joined(step.details);
  out << ">\n";
  if (step.status == Status::skipped) {
    out << "      <skipped message=\"" << attribute(details) << "\"/>\n";
  } else {
    out << "      <failure message=\"" << attribute(step.details.empty() ? "failed" : step.details.front())
        << "\">" << attribute(details) << "</failure>\n";
  }
  out << "    </testcase>\n";
}

}  // namespace

std::size_t Report::count(Status status) const {
  return static_cast<std::size_t>(std::count_if(
      steps.begin(), steps.end(), [&](const StepResult& step) { return step.status == status; }));
}

void print_step(std::ostream& out, std::size_t number, const StepResult& step) {
  switch (step.status) {
    case Status::passed:
      out << "ok ";
      break;
    case Status::failed:
      out << "not ok ";
      break;
    case Status::skipped:
      out << "skipped ";
      break;
  }
  out << number << " " << step.title << "\n";
  for (const std::string& line : step.details) out << "    " << line << "\n";
  out.flush();
}

void print_summary(std::ostream& out, const Report& report) {
  const std::size_t failed = report.count(Status::failed);
  const std::size_t skipped = report.count(Status::skipped);
  out << report.name << ": " << report.steps.size() << (report.steps.size() == 1 ? " step, " : " steps, ")
      << report.count(Status::passed) << " passed";
  if (failed > 0) out << ", " << failed << " failed";
  if (skipped > 0) out << ", " << skipped << " skipped";
  out << " (" << seconds(total_seconds(report)) << " s)" << std::endl;
}

void write_junit(std::ostream& out, const std::vector<Report>& reports) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const Report& report : reports) {
    out << "  <testsuite name=\"" << attribute(report.name) << "\" file=\"" << attribute(report.file)
        << "\" tests=\"" << report.steps.size() << "\" failures=\"" << report.count(Status::failed)
        << "\" skipped=\"" << report.count(Status::skipped) << "\" errors=\"0\" time=\""
        << seconds(total_seconds(report)) << "\">\n";
    for (std::size_t i = 0; i < report.steps.size(); ++i) write_case(out, report, i);
    out << "  </testsuite>\n";
  }
  out << "</testsuites>\n";
}

}  // namespace latchkey::scenarios
