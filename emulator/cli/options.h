// The options that serve and exec share, each also as an environment variable LATCHKEY_...
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/emulator.h"

namespace latchkey::cli {

// What the caller got wrong, in one line: exit status 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Takes options off the front of args until the first word that is none. Commands add their own to the ones they share.
class OptionReader {
 public:
  explicit OptionReader(const std::vector<std::string>& args) : args_(args) {}

  // The next option's name without its value ("--port"), or empty at the first word that is no option. "--" ends them.
  std::string next();
  // The value of the option that next() gave: behind its '=', else the next word.
  std::string value();
  // Throws if an option that takes no value was given one.
  void no_value() const;
  std::vector<std::string> rest() const;

 private:
  const std::vector<std::string>& args_;
  std::size_t at_ = 0;
  std::string name_;
  std::string inline_value_;
  bool has_inline_value_ = false;
};

// Fills one shared option; false if the name is none of them.
bool take_shared_option(const std::string& name, OptionReader& reader, Options& options);
// The LATCHKEY_ variables of the environment. Throws UsageError for one that is unknown.
void take_environment(Options& options);
std::string_view shared_options_help();

// Where the CA lives without a data directory, so that `latchkey ca` and a running server agree; empty if the user has no
// home.
std::string default_ca_directory();
std::string read_file(const std::string& path);

}  // namespace latchkey::cli
