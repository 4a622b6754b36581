#include "cli/options.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

extern char** environ;

namespace latchkey::cli {
namespace {

struct SharedOption {
  std::string_view name;  // without the dashes
  std::string_view placeholder;
  std::string_view help;
  void (*set)(Options&, const std::string&);
};

[[noreturn]] void refuse(std::string_view option, const std::string& value, std::string_view wanted) {
  throw UsageError("--" + std::string(option) + ": '" + value + "' is not " + std::string(wanted));
}

bool choose(std::string_view option, const std::string& value, std::string_view yes, std::string_view no) {
  if (value == yes) return true;
  if (value == no) return false;
  refuse(option, value, std::string(yes) + " or " + std::string(no));
}

void set_host(Options& options, const std::string& value) {
  const bool address = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '-' ||
           c == '_' || c == '%';
  });
  if (!address) refuse("host", value, "an address or a name");
  options.host = value;
}

void set_port(Options& options, const std::string& value) {
  int port = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), port);
  if (problem != std::errc() || end != value.data() + value.size() || port < 0 || port > 65535) {
    refuse("port", value, "a port number");
  }
  options.port = port;
}

void set_log_level(Options& options, const std::string& value) {
  if (value == "error") options.log_level = Options::LogLevel::error;
  else if (value == "info") options.log_level = Options::LogLevel::info;
  else if (value == "debug") options.log_level = Options::LogLevel::debug;
  else refuse("log-level", value, "error, info or debug");
}

void set_journal_size(Options& options, const std::string& value) {
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), options.journal_capacity);
  if (problem != std::errc() || end != value.data() + value.size()) {
    refuse("journal-size", value, "a number of entries");
  }
}

// The one table of the shared options: reading, the environment and --help are driven from it.
const SharedOption kShared[] = {
    {"host", "ADDR", "address to bind (default 127.0.0.1)", set_host},
    {"port", "N", "port; 0 picks a free one (default 4566 for serve, 0 for exec)", set_port},
    {"data-dir", "DIR", "keep all state, and the CA, in DIR (default: in memory)",
     [](Options& o, const std::string& v) { o.data_dir = v; }},
    {"fixture", "FILE", "load a fixture, or a seed.yaml of local-kms, at start (repeatable)",
     [](Options& o, const std::string& v) { o.fixtures.push_back(read_file(v)); }},
    {"account-id", "ID", "account of the bootstrap credentials (default 000000000000)",
     [](Options& o, const std::string& v) { o.account_id = v; }},
    {"region", "NAME", "default region (default us-east-1)", [](Options& o, const std::string& v) { o.region = v; }},
    {"clock", "TIME", "freeze the emulator's clock at an ISO 8601 time (default: real time)",
     [](Options& o, const std::string& v) { o.clock = v; }},
    {"enforce-iam", "on|off", "policy evaluation; off still decides and journals (default on)",
     [](Options& o, const std::string& v) { o.enforce_iam = choose("enforce-iam", v, "on", "off"); }},
    {"root-assume-role", "allow|deny", "may the account's root assume roles? AWS refuses it (default allow)",
     [](Options& o, const std::string& v) { o.root_assume_role = choose("root-assume-role", v, "allow", "deny"); }},
    {"journal-size", "N", "how many calls the journal keeps, about a kilobyte each (default 10000)", set_journal_size},
    {"log-format", "text|json", "of the log on standard error (default text)",
     [](Options& o, const std::string& v) { o.log_json = choose("log-format", v, "json", "text"); }},
    {"log-level", "error|info|debug", "(default info)", set_log_level},
};

// LATCHKEY_DATA_DIR for data-dir.
std::string variable_of(std::string_view option) {
  std::string name = "LATCHKEY_";
  for (const char c : option) name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

// exec tells its command where the emulator is through these; a latchkey inside that command must not stumble over them.
bool is_exported(std::string_view variable) {
  return variable == "LATCHKEY_URL" || variable == "LATCHKEY_URL_TLS" || variable == "LATCHKEY_CA";
}

}  // namespace

std::string OptionReader::next() {
  if (at_ >= args_.size()) return "";
  const std::string& word = args_[at_];
  if (word == "--") {
    ++at_;
    return "";
  }
  if (word.size() < 2 || word[0] != '-') return "";
  ++at_;
  const std::size_t equals = word.find('=');
  has_inline_value_ = equals != std::string::npos;
  inline_value_ = has_inline_value_ ? word.substr(equals + 1) : "";
  name_ = word.substr(0, equals);
  return name_;
}

std::string OptionReader::value() {
  if (has_inline_value_) return inline_value_;
  if (at_ >= args_.size()) throw UsageError(name_ + " needs a value");
  return args_[at_++];
}

void OptionReader::no_value() const {
  if (has_inline_value_) throw UsageError(name_ + " takes no value");
}

std::vector<std::string> OptionReader::rest() const {
  return {args_.begin() + static_cast<std::ptrdiff_t>(at_), args_.end()};
}

bool take_shared_option(const std::string& name, OptionReader& reader, Options& options) {
  for (const SharedOption& option : kShared) {
    if (name != "--" + std::string(option.name)) continue;
    option.set(options, reader.value());
    return true;
  }
  return false;
}

void take_environment(Options& options) {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view pair = *entry;
    if (!pair.starts_with("LATCHKEY_")) continue;
    const std::string variable(pair.substr(0, pair.find('=')));
    if (is_exported(variable)) continue;
    const auto option = std::find_if(std::begin(kShared), std::end(kShared),
                                     [&](const SharedOption& o) { return variable_of(o.name) == variable; });
    if (option == std::end(kShared)) throw UsageError("unknown environment variable " + variable);
    option->set(options, std::string(pair.substr(variable.size() + 1)));
  }
}

std::string_view shared_options_help() {
  static const std::string help = [] {
    std::ostringstream out;
    for (const SharedOption& option : kShared) {
      std::string left = "  --" + std::string(option.name) + " " + std::string(option.placeholder);
      left.resize(std::max<std::size_t>(left.size() + 1, 34), ' ');
      out << left << option.help << "\n";
    }
    out << "Each is also an environment variable: --data-dir is LATCHKEY_DATA_DIR.\n";
    return out.str();
  }();
  return help;
}

std::string default_ca_directory() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string(state) + "/latchkey";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.local/state/latchkey";
  return "";
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) throw UsageError("cannot read " + path);
  return text.str();
}

}  // namespace latchkey::cli
