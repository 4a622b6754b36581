// latchkey exec: an emulator of its own for one command, whose AWS environment points at nothing else.
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/signals.h"

extern char** environ;

namespace latchkey::cli {
namespace {

struct ExecOptions {
  Options emulator;
  std::string credentials;
  std::string journal;
  bool trust_system = false;
  bool proxy = false;
  std::vector<std::string> command;
};

void print_help(std::ostream& out) {
  out << "usage: latchkey exec [OPTIONS] -- CMD [ARG...]\n\nStarts an emulator on a free port, runs CMD with the AWS "
         "environment pointing at it, and exits with CMD's status.\nEvery other AWS_ variable is removed, and the "
         "configuration files are empty ones: nothing reaches real AWS by accident.\n\n"
         "  --credentials NAME              export the credentials of this user of a fixture; role:NAME exports none and\n"
         "                                  serves the role by instance metadata\n"
         "  --journal FILE                  save the journal as JSON lines\n"
         "  --trust-system                  also set SSL_CERT_FILE\n"
         "  --proxy                         also set HTTPS_PROXY: programs without an endpoint option reach the emulator\n"
         "                                  under AWS's own names, and no other host over HTTPS\n"
      << shared_options_help();
}

// Empty configuration files, for as long as the command runs.
class EmptyFiles {
 public:
  EmptyFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "latchkey-exec-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary directory");
    directory_ = pattern;
    std::ofstream(directory_ / "config");
    std::ofstream(directory_ / "credentials");
  }
  EmptyFiles(const EmptyFiles&) = delete;
  EmptyFiles& operator=(const EmptyFiles&) = delete;
  ~EmptyFiles() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string config() const { return directory_ / "config"; }
  std::string credentials() const { return directory_ / "credentials"; }

 private:
  std::filesystem::path directory_;
};

// Latchkey answers under AWS's names itself. What the caller excepts from its own proxy is forgotten: a name of
// AWS among it would lead to the real one.
void set_proxy(std::map<std::string, std::string>& variables, const std::string& url) {
  for (const char* name : {"ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"}) variables.erase(name);
  for (const char* name : {"HTTPS_PROXY", "https_proxy"}) variables[name] = url;
  for (const char* name : {"NO_PROXY", "no_proxy"}) variables[name] = "localhost,127.0.0.1,::1";
}

std::vector<std::string> child_environment(const Emulator& emulator, const ExecOptions& options, const EmptyFiles& files) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view pair = *entry;
    if (pair.starts_with("AWS_") || pair.starts_with("LATCHKEY_")) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    variables[std::string(pair.substr(0, equals))] = pair.substr(std::min(equals + 1, pair.size()));
  }
  for (const auto& [name, value] : emulator.environment(options.credentials)) variables[name] = value;
  variables["AWS_CONFIG_FILE"] = files.config();
  variables["AWS_SHARED_CREDENTIALS_FILE"] = files.credentials();
  if (options.trust_system) variables["SSL_CERT_FILE"] = emulator.ca_path();
  if (options.proxy) set_proxy(variables, emulator.url());
  std::vector<std::string> out;
  for (const auto& [name, value] : variables) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// The child gets a pipe that closes when it has become CMD; a failure to do so comes back through it.
pid_t start_child(std::vector<std::string> command, std::vector<std::string> environment, const sigset_t& mask) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  const std::vector<char*> argv = pointers(command);
  const std::vector<char*> envp = pointers(environment);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot start a process");
  if (child == 0) {
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    signal(SIGPIPE, SIG_DFL);  // ignored in this process; the command expects the default
    signal(SIGXFSZ, SIG_DFL);
    execvpe(argv[0], argv.data(), envp.data());
    const int reason = errno;
    [[maybe_unused]] const auto written = write(report[1], &reason, sizeof reason);
    _exit(127);
  }
  close(report[1]);
  int reason = 0;
  const auto count = read(report[0], &reason, sizeof reason);
  close(report[0]);
  if (count == sizeof reason) {
    waitpid(child, nullptr, 0);
    throw UsageError("exec: cannot run " + command[0] + ": " + std::strerror(reason));
  }
  return child;
}

// Waits for the child and passes signals on to it.
int wait_for(pid_t child, const BlockedSignals& signals) {
  while (true) {
    const auto [signal, from_terminal] = signals.wait();
    if (signal != SIGCHLD) {
      // The terminal has sent it to the child as well; twice means something else to many programs.
      if (!from_terminal) kill(child, signal);
      continue;
    }
    int status = 0;
    if (waitpid(child, &status, WNOHANG) != child) continue;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
}

// The journal holds no secrets, but who did what is nobody else's business. Opened before the program starts: who asks for a journal does not want to miss it at the end.
// The command does not inherit it.
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
File journal_file(const std::string& path) {
  if (path.empty()) return {nullptr, std::fclose};
  const mode_t mask = umask(0077);
  File file(std::fopen(path.c_str(), "we"), std::fclose);
  umask(mask);
  if (!file) throw UsageError("exec: cannot write " + path);
  return file;
}

ExecOptions read_options(const std::vector<std::string>& args, std::ostream& out, bool& help) {
  ExecOptions options;
  options.emulator.log_level = Options::LogLevel::error;
  take_environment(options.emulator);
  OptionReader reader(args);
  for (std::string name = reader.next(); !name.empty(); name = reader.next()) {
    if (name == "--help") {
      print_help(out);
      help = true;
      return options;
    }
    if (name == "--credentials") options.credentials = reader.value();
    else if (name == "--journal") options.journal = reader.value();
    else if (name == "--trust-system") {
      reader.no_value();
      options.trust_system = true;
    } else if (name == "--proxy") {
      reader.no_value();
      options.proxy = true;
    } else if (!take_shared_option(name, reader, options.emulator)) {
      throw UsageError("exec: unknown option " + name);
    }
  }
  options.command = reader.rest();
  if (options.command.empty()) throw UsageError("exec: a command is missing: latchkey exec -- CMD [ARG...]");
  return options;
}

}  // namespace

int exec_command(const std::vector<std::string>& args, std::ostream& out, std::ostream& err) {
  bool help = false;
  ExecOptions options = read_options(args, out, help);
  if (help) return 0;
  if (options.emulator.data_dir.empty()) options.emulator.ca_dir = default_ca_directory();
  signal(SIGCHLD, SIG_DFL);  // whoever started this may have ignored it, and the end of the command would pass unnoticed
  const BlockedSignals signals{SIGQUIT, SIGUSR1, SIGUSR2};
  Emulator emulator(options.emulator);
  const EmptyFiles files;
  const File journal = journal_file(options.journal);
  const pid_t child =
      start_child(options.command, child_environment(emulator, options, files), signals.before());
  const int status = wait_for(child, signals);
  const Emulator::Counts counts = emulator.counts();
  err << "latchkey: " << counts.calls << (counts.calls == 1 ? " call, " : " calls, ") << counts.denials << " denied";
  if (!options.journal.empty()) {
    const std::string lines = emulator.control("GET", "/_latchkey/requests?format=lines").body;
    std::fwrite(lines.data(), 1, lines.size(), journal.get());
    if (std::fflush(journal.get()) != 0 || std::ferror(journal.get()) != 0) {
      err << "\nlatchkey: cannot write " << options.journal << std::endl;
      return status == 0 ? 2 : status;
    }
    err << ", journal in " << options.journal;
  }
  err << std::endl;
  return status;
}

}  // namespace latchkey::cli
