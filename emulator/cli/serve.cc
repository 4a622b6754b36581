#include <sys/resource.h>

#include <algorithm>
#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/signals.h"

namespace latchkey::cli {
namespace {

constexpr int kDefaultPort = 4566;
constexpr rlim_t kOpenFiles = 8'192;

// A thousand connections are more than the usual limit of open files leaves room for.
void allow_connections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, kOpenFiles));
  setrlimit(RLIMIT_NOFILE, &limit);
}

void print_help(std::ostream& out) {
  out << "usage: latchkey serve [OPTIONS]\n\nRuns the emulator until SIGINT or SIGTERM, then exits 0. Prints one line on "
         "standard output once it accepts\nconnections.\n\n"
      << shared_options_help();
}

}  // namespace

int serve_command(const std::vector<std::string>& args, std::ostream& out, std::ostream&) {
  Options options;
  options.port = kDefaultPort;
  options.log_level = Options::LogLevel::info;
  take_environment(options);
  OptionReader reader(args);
  for (std::string name = reader.next(); !name.empty(); name = reader.next()) {
    if (name == "--help") {
      print_help(out);
      return 0;
    }
    if (!take_shared_option(name, reader, options)) throw UsageError("serve: unknown option " + name);
  }
  if (!reader.rest().empty()) throw UsageError("serve: unexpected argument '" + reader.rest().front() + "'");
  if (options.data_dir.empty()) options.ca_dir = default_ca_directory();

  allow_connections();
  const BlockedSignals signals;
  const Emulator emulator(options);
  out << "latchkey ready http=" << emulator.url() << " https=" << emulator.https_url() << " ca=" << emulator.ca_path()
      << std::endl;
  int signal = 0;
  do signal = signals.wait().signal;
  while (signal == SIGCHLD || signal == SIGHUP);
  return 0;
}

}  // namespace latchkey::cli
