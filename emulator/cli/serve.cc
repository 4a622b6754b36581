#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/signals.h"

namespace latchkey::cli {
namespace {

constexpr int kDefaultPort = 4566;

bool is_loopback(const std::string& host) { return host.starts_with("127.") || host == "::1" || host == "localhost"; }

void print_help(std::ostream& out) {
  out << "usage: latchkey serve [OPTIONS]\n\nRuns the emulator until SIGINT or SIGTERM, then exits 0. Prints one line on "
         "standard output once it accepts\nconnections.\n\n"
      << shared_options_help();
}

}  // namespace

int serve_command(const std::vector<std::string>& args, std::ostream& out, std::ostream& err) {
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

  const BlockedSignals signals;
  const Emulator emulator(options);
  if (!is_loopback(options.host)) {
    err << "latchkey: WARNING: listening on " << options.host
        << ": everybody who reaches this port can read and change all state\n";
  }
  out << "latchkey ready http=" << emulator.url() << " https=" << emulator.https_url() << " ca=" << emulator.ca_path()
      << std::endl;
  int signal = 0;
  do signal = signals.wait().signal;
  while (signal == SIGCHLD || signal == SIGHUP);
  return 0;
}

}  // namespace latchkey::cli
