#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <fstream>
#include <future>
#include <iostream>
#include <sstream>
#include <thread>

#include "cli/commands.h"
#include "cli/options.h"
#include "scenarios/process.h"
#include "scenarios/runner.h"

namespace latchkey::cli {
namespace {

constexpr char kHelp[] =
    R"(usage: latchkey run [OPTIONS] SCENARIO...

Runs scenario files: fixtures, then steps with what is expected of them. One line a step and a summary; exit status 1
if any step fails, 2 if a scenario cannot be read.

  --endpoint URL                  run against the emulator there (default: one of its own for each scenario)
  --ca FILE                       the CA certificate of that emulator (default: asked of it)
  --reset                         with --endpoint: put that emulator back to its start state before each scenario
  --junit FILE                    write the results as JUnit XML
  --jobs N                        run N scenarios at the same time, each in an emulator of its own (default 1)
  --filter TEXT                   only scenarios whose file or name contains TEXT
  --set NAME=VALUE                give a variable of the scenarios a value (repeatable)
)";

struct Request {
  scenarios::RunOptions options;
  std::string junit;
  std::string filter;
  std::size_t jobs = 1;
  std::vector<std::string> files;
  bool help = false;
};

void take_variable(Request& request, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UsageError("run: --set needs NAME=VALUE, not '" + text + "'");
  request.options.variables[text.substr(0, equals)] = text.substr(equals + 1);
}

std::size_t jobs_of(const std::string& text) {
  constexpr std::size_t kMost = 256;
  std::size_t jobs = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), jobs);
  if (problem != std::errc() || end != text.data() + text.size() || jobs < 1 || jobs > kMost) {
    throw UsageError("run: --jobs needs a number from 1 to 256, not '" + text + "'");
  }
  return jobs;
}

void take_option(Request& request, const std::string& name, OptionReader& reader) {
  if (name == "--help") {
    request.help = true;
  } else if (name == "--endpoint") {
    request.options.endpoint = reader.value();
  } else if (name == "--ca") {
    request.options.ca_file = reader.value();
  } else if (name == "--junit") {
    request.junit = reader.value();
  } else if (name == "--filter") {
    request.filter = reader.value();
  } else if (name == "--jobs") {
    request.jobs = jobs_of(reader.value());
  } else if (name == "--set") {
    take_variable(request, reader.value());
  } else if (name == "--reset") {
    reader.no_value();
    request.options.reset = true;
  } else {
    throw UsageError("run: unknown option " + name);
  }
}

// Options may stand behind files, too.
Request read_request(std::vector<std::string> args) {
  Request request;
  while (!args.empty()) {
    OptionReader reader(args);
    for (std::string name = reader.next(); !name.empty(); name = reader.next())
      take_option(request, name, reader);
    std::vector<std::string> rest = reader.rest();
    const bool ended = rest.size() < args.size() && args[args.size() - rest.size() - 1] == "--";
    const std::size_t files = ended ? rest.size() : std::min<std::size_t>(rest.size(), 1);
    request.files.insert(request.files.end(), rest.begin(),
                         rest.begin() + static_cast<std::ptrdiff_t>(files));
    args.assign(rest.begin() + static_cast<std::ptrdiff_t>(files), rest.end());
  }
  if (request.help) return request;
  if (request.files.empty()) throw UsageError("run: a scenario is missing: latchkey run SCENARIO...");
  if (request.options.endpoint.empty() && (request.options.reset || !request.options.ca_file.empty())) {
    throw UsageError("run: --reset and --ca go with --endpoint");
  }
  if (!request.options.endpoint.empty() && request.jobs > 1) {
    throw UsageError("run: --jobs is for emulators of their own, not with --endpoint");
  }
  return request;
}

bool wanted(const scenarios::Scenario& scenario, const std::string& filter) {
  return scenario.file.string().find(filter) != std::string::npos ||
         scenario.name.find(filter) != std::string::npos;
}

// All of them are read before the first runs, so that a misspelt one is found at once.
std::vector<scenarios::Scenario> read_scenarios(const Request& request) {
  std::vector<scenarios::Scenario> out;
  for (const std::string& file : request.files) {
    scenarios::Scenario scenario = scenarios::read_scenario(file);
    if (wanted(scenario, request.filter)) out.push_back(std::move(scenario));
  }
  if (out.empty()) throw UsageError("run: no scenario has '" + request.filter + "' in its file or name");
  return out;
}

void save_junit(const std::string& path, const std::vector<scenarios::Report>& reports) {
  if (path.empty()) return;
  std::ofstream file(path, std::ios::binary);
  scenarios::write_junit(file, reports);
  if (!file.flush()) throw UsageError("run: cannot write " + path);
}

scenarios::Report run_one(const scenarios::Scenario& scenario, scenarios::RunOptions options,
                          std::ostream& out) {
  options.out = &out;
  out << scenario.file.string() << ": " << scenario.name << "\n";
  scenarios::Report report = scenarios::run_scenario(scenario, options);
  scenarios::print_summary(out, report);
  return report;
}

// Every step shows when it is done.
std::vector<scenarios::Report> run_in_turn(const std::vector<scenarios::Scenario>& scenarios,
                                           const scenarios::RunOptions& options, std::ostream& out) {
  std::vector<scenarios::Report> reports;
  for (const scenarios::Scenario& scenario : scenarios) reports.push_back(run_one(scenario, options, out));
  return reports;
}

// Every scenario shows when it and those before it are done, so that the lines come in the same order as ever.
std::vector<scenarios::Report> run_in_parallel(const std::vector<scenarios::Scenario>& scenarios,
                                               const Request& request, std::ostream& out) {
  struct Run {
    scenarios::Report report;
    std::ostringstream lines;
  };
  std::vector<std::packaged_task<Run()>> tasks;
  std::vector<std::future<Run>> runs;
  for (const scenarios::Scenario& scenario : scenarios) {
    tasks.emplace_back([&scenario, &request] {
      Run run;
      run.report = run_one(scenario, request.options, run.lines);
      return run;
    });
    runs.push_back(tasks.back().get_future());
  }
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < std::min(request.jobs, tasks.size()); ++i) {
    workers.emplace_back([&] {
      for (std::size_t at = next++; at < tasks.size(); at = next++) tasks[at]();
    });
  }
  std::vector<scenarios::Report> reports;
  for (std::future<Run>& future : runs) {
    Run run = future.get();
    out << run.lines.str() << std::flush;
    reports.push_back(std::move(run.report));
  }
  return reports;
}

}  // namespace

int run_command(const std::vector<std::string>& args, std::ostream& out, std::ostream&) {
  Options checked;
  take_environment(checked);  // an unknown LATCHKEY_ variable is an error here, too
  Request request = read_request(args);
  if (request.help) {
    out << kHelp;
    return 0;
  }
  const std::vector<scenarios::Scenario> scenarios = read_scenarios(request);
  // The programs of steps have groups of their own, which a terminal's interrupt does not reach.
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(number, [](int received) {
      scenarios::end_programs();
      std::signal(received, SIG_DFL);
      std::raise(received);
    });
  }
  const auto reports = request.jobs == 1 ? run_in_turn(scenarios, request.options, out)
                                         : run_in_parallel(scenarios, request, out);
  const bool passed = std::all_of(reports.begin(), reports.end(),
                                  [](const scenarios::Report& report) { return report.passed(); });
  save_junit(request.junit, reports);
  return passed ? 0 : 1;
}

}  // namespace latchkey::cli
