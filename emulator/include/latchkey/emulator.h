// latchkey/emulator.h: the emulator as a library, inside the test process.
//
//   latchkey::Emulator emulator;                      // listens on a free port of 127.0.0.1
//   setenv("AWS_ENDPOINT_URL", emulator.url().c_str(), 1);
//
// Many emulators may run side by side in one process; they share nothing. All member functions are thread safe. Includes
// nothing but the standard library. The process ignores SIGPIPE from the first Emulator on (the HTTP library does that).
//
// A process that brings another build of cpp-httplib beside Debian's must not use this library: the two have the same
// names and other layouts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey {

struct Options {
  std::string host = "127.0.0.1";
  int port = 0;                             // 0: a free one
  std::string data_dir = {};                     // empty: state in memory
  std::string ca_dir = {};                       // where the CA is kept; empty: in data_dir, else in a private temporary one
  std::vector<std::string> fixtures = {};        // documents (JSON text), loaded in order at start and after a reset
  std::string account_id = "000000000000";
  std::string region = "us-east-1";
  std::string clock = {};                        // ISO 8601: the time to freeze at; empty: real time
  bool enforce_iam = true;
  bool root_assume_role = true;
  enum class LogLevel { error, info, debug } log_level = LogLevel::error;
  bool log_json = false;
  std::function<void(const std::string& line)> log_sink = {};  // empty: standard error
  std::size_t journal_capacity = 10'000;
};

class Emulator {
 public:
  // Starts. Throws std::runtime_error with a one-line reason: an option that cannot be used, a port that is taken, a data
  // directory in use, a fixture that is wrong.
  explicit Emulator(Options options = {});
  ~Emulator();  // stops; requests being answered are finished
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  int port() const;
  std::string url() const;        // http://127.0.0.1:4566
  std::string https_url() const;  // https://127.0.0.1:4566
  const std::string& ca_path() const;

  // What `latchkey exec` exports for the identity of that name: an access key id of the bootstrap ("test") or a fixture's
  // user; "" is the bootstrap; "role:NAME" exports no credentials and serves that role by instance metadata instead.
  // Throws std::runtime_error if there is no such identity.
  std::vector<std::pair<std::string, std::string>> environment(std::string_view credentials = {}) const;

  // Loads a fixture document. Throws std::runtime_error with path and reason; then nothing was changed.
  void load_fixture(std::string_view json);
  // Back to the state after start; of one account if that is not empty.
  void reset(std::string_view account = {});

  // The control API in process: CONTROL("GET", "/_latchkey/requests?outcome=denied", "") answers as over HTTP.
  struct Reply {
    int status;
    std::string body;
  };
  Reply control(std::string_view method, std::string_view target, std::string_view body = {});

  // Calls and denials since the start.
  struct Counts {
    std::uint64_t calls;
    std::uint64_t denials;
  };
  Counts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey
