#include "scenarios/runner.h"

#include <chrono>
#include <memory>
#include <ostream>

#include "scenarios/steps.h"
#include "scenarios/target.h"

namespace latchkey::scenarios {
namespace {

constexpr std::size_t kMaxShown = 2000;  // characters of a value in a failure

std::string shortened(std::string text) {
  if (text.size() <= kMaxShown) return text;
  return text.substr(0, kMaxShown) + "... (" + std::to_string(text.size()) + " bytes)";
}

// Lines below a step, each with the same indent.
void add_lines(std::vector<std::string>& to, const std::string& head, const std::string& text) {
  std::string line = head;
  for (const char c : shortened(text)) {
    if (c != '\n') {
      line += c;
      continue;
    }
    to.push_back(line);
    line = std::string(head.size(), ' ');
  }
  if (line.find_first_not_of(' ') != std::string::npos) to.push_back(line);
}

std::vector<std::string> details_of(const Outcome& outcome) {
  std::vector<std::string> out;
  for (const Difference& difference : outcome.differences) {
    if (difference.wanted.empty()) {
      add_lines(out, difference.path + ": ", difference.seen);
      continue;
    }
    add_lines(out, difference.path + ": wanted ", difference.wanted);
    add_lines(out, std::string(difference.path.size(), ' ') + "  seen   ", difference.seen);
  }
  if (!outcome.why.empty()) add_lines(out, "why: ", outcome.why);
  return out;
}

StepResult attempt(World& world, const Step& step, bool failed_before) {
  StepResult result;
  result.title = title_of(step, world.variables);
  const auto begin = std::chrono::steady_clock::now();
  try {
    const Outcome outcome = run_step(world, step);
    if (!outcome.differences.empty()) {
      result.status = StepResult::Status::failed;
      result.details = details_of(outcome);
    }
  } catch (const MissingVariable& missing) {
    result.status = failed_before ? StepResult::Status::skipped : StepResult::Status::failed;
    result.details = {failed_before ? "needs " + missing.variable + " of a step that failed"
                                    : missing.what()};
  } catch (const std::exception& error) {
    result.status = StepResult::Status::failed;
    result.details = {error.what()};
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

std::unique_ptr<Target> target_for(const Scenario& scenario, const RunOptions& options) {
  if (options.endpoint.empty()) return std::make_unique<Target>(scenario);
  const auto state = options.reset ? Target::State::reset : Target::State::keep;
  return std::make_unique<Target>(scenario, options.endpoint, options.ca_file, state);
}

// Where the programs are that scenarios run: beside this one, or where an installed one has them.
std::string program_folder() {
  std::error_code problem;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", problem);
  if (problem) return ".";
  const auto folder = program.parent_path();
  const auto installed = folder.parent_path() / "libexec" / "latchkey";
  return (std::filesystem::is_directory(installed, problem) ? installed : folder).string();
}

// What every scenario may use without setting it.
Variables first_variables(const Scenario& scenario, const Target& target, const RunOptions& options) {
  Variables out;
  out.set("bin", program_folder());
  out.set("dir", std::filesystem::absolute(scenario.file).parent_path().string());
  out.set("url", target.http().url());
  out.set("https_url", target.https().url());
  out.set("host_port", target.http().authority());
  out.set("ca", target.ca_file());
  out.set("region", scenario.options.region);
  out.set("account", scenario.options.account_id);
  for (const auto& [name, value] : scenario.variables) out.set(name, out.fill(value));
  for (const auto& [name, value] : options.variables) out.set(name, value);
  return out;
}

Report run_steps(World& world, std::ostream* out) {
  Report report;
  report.file = world.scenario.file.string();
  report.name = world.scenario.name;
  std::string section;
  bool failed = false;
  for (const Step& step : world.scenario.steps) {
    if (step.kind == Step::Kind::section) {
      section = title_of(step, world.variables);
      if (out != nullptr) *out << "# " << section << "\n";
      continue;
    }
    StepResult result = attempt(world, step, failed);
    result.section = section;
    failed = failed || result.status == StepResult::Status::failed;
    if (out != nullptr) print_step(*out, report.steps.size() + 1, result);
    report.steps.push_back(std::move(result));
  }
  return report;
}

}  // namespace

Report run_scenario(const Scenario& scenario, const RunOptions& options) {
  try {
    const auto target = target_for(scenario, options);
    World world{scenario, *target, first_variables(scenario, *target, options), {}, {}};
    return run_steps(world, options.out);
  } catch (const std::exception& error) {
    throw ScenarioError(scenario.file.string() + ": " + error.what());
  }
}

Report run_scenario(const std::filesystem::path& file, const RunOptions& options) {
  return run_scenario(read_scenario(file), options);
}

}  // namespace latchkey::scenarios
