#include <csignal>
#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"
#include "core/version.h"

namespace {

using namespace latchkey::cli;

constexpr char kHelp[] =
    R"(latchkey: an offline AWS emulator (IAM, STS, KMS) and test harness

usage: latchkey COMMAND [OPTIONS]

  serve                run the emulator until SIGINT or SIGTERM
  exec -- CMD [ARG...] run CMD against an emulator of its own
  run SCENARIO...      run scenario files
  simulate FILE        decide authorization cases, one JSON line each (-: standard input)
  sign                 sign a raw HTTP request read on standard input
  verify               say whether a signed request verifies and, if not, where it diverges
  ca                   print the path of the CA certificate that clients must trust for HTTPS

  --version, --help    also: latchkey COMMAND --help
)";

int print(const std::string& text) {
  std::cout << text;
  return 0;
}

int dispatch(const std::string& command, const std::vector<std::string>& args) {
  if (command == "--help" || command == "-h" || command == "help") return print(kHelp);
  if (command == "--version") return print("latchkey " + std::string(latchkey::kVersion) + "\n");
  if (command == "serve") return serve_command(args, std::cout, std::cerr);
  if (command == "exec") return exec_command(args, std::cout, std::cerr);
  if (command == "run") return run_command(args, std::cout, std::cerr);
  if (command == "simulate") return simulate_command(args, std::cin, std::cout, std::cerr);
  if (command == "sign") return sign_command(args, std::cin, std::cout, std::cerr);
  if (command == "verify") return verify_command(args, std::cin, std::cout, std::cerr);
  if (command == "ca") return ca_command(args, std::cout, std::cerr);
  throw UsageError("unknown command '" + command + "'; see latchkey --help");
}

}  // namespace

int main(int argc, char* argv[]) {
  std::ios::sync_with_stdio(false);
  // A limit on the size of files is an error like a full disk, not the end.
  std::signal(SIGXFSZ, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) {
    std::cerr << "latchkey: a command is missing; see latchkey --help\n";
    return 2;
  }
  try {
    const int status = dispatch(words[0], {words.begin() + 1, words.end()});
    if (std::cout.flush() || status != 0) return status;
    std::cerr << "latchkey: cannot write to the standard output\n";
    return 2;
  } catch (const UsageError& error) {
    std::cerr << "latchkey: " << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "latchkey: " << error.what() << "\n";
    return 2;
  }
}
