// latchkey/emulator.h: the emulator as a library, inside the test process.
//
//   latchkey::Emulator emulator;                      // listens on a free port of 127.0.0.1
//   setenv("AWS_ENDPOINT_URL", emulator.url().c_str(), 1);
//
// Many emulators may run side by side in one process; they share nothing. All member functions are thread safe. Includes
// nothing but the standard library. The process ignores SIGPIPE from the first Emulator on (the HTTP library does that).
//
// A process that brings another build of cpp-httplib beside the one Latchkey is linked with cannot use this library: the
// two have the same names and other layouts. The constructor detects it and throws.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey {

using TimePoint = std::chrono::system_clock::time_point;

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

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token = {};  // empty: long-term credentials
};

// What a call answered: as JSON, whatever the service's protocol. Of an error, body is empty.
struct CallAnswer {
  int status = 0;
  std::string request_id;     // the id of its journal entry
  std::string body;           // {"KeyId":"...","CiphertextBlob":"..."}
  std::string error_code;     // "AccessDeniedException"; empty: it went well
  std::string error_message;
  bool ok() const { return error_code.empty(); }
};

// An entry of the journal: one API call, as it was answered.
struct RecordedCall {
  enum class Outcome { allowed, denied, would_deny, error };
  std::string id;  // x-amzn-RequestId
  TimePoint time;  // by the emulator's clock
  std::string principal, account, access_key_id;
  std::string service, operation, action;  // "kms", "Decrypt", "kms:Decrypt"
  std::string region;
  std::vector<std::string> resources;
  std::string parameters;  // a JSON object, without plaintexts and secrets
  Outcome outcome = Outcome::allowed;
  int status = 0;
  std::string error_code, error_message;  // empty: none
  std::string fault;                      // the injected fault that struck; empty: none
  std::string source_ip, user_agent;
  bool tls = false;
};

// Which entries; what is empty does not choose.
struct CallFilter {
  std::string action = {};     // "kms:Decrypt"
  std::string principal = {};  // ARN, or the part of it after the last slash
  std::string account = {};
  std::optional<RecordedCall::Outcome> outcome = {};
  std::string since = {};  // the id of the last entry already seen
};

// A failure to inject. Without a preset give an error, a delay or a connection.
struct InjectedFault {
  std::string action = "*";     // "kms:Decrypt", with * and ?
  std::string principal = "*";  // ARN, or the part of it after the last slash
  std::string account = "*";
  std::string preset = {};  // "kms:throttling", "connection-reset", ...
  std::string error = {};   // a code of one's own, with its status and text
  int status = 400;
  std::string message = {};
  std::chrono::milliseconds delay{0};
  enum class Connection { keep, reset, half, close } connection = Connection::keep;
  std::optional<std::int64_t> count = {};  // how many calls it strikes; absent: every one
  double probability = 1;
  std::optional<std::int64_t> seed = {};  // with a probability: the same seed strikes the same calls
  // In what faults() answers:
  std::string id = {};
  std::int64_t struck = 0;
};

// Where something can be wrong in what is given (a name that is not there, a document that is not right), std::runtime_error
// is thrown, with one line for a person; then nothing was changed.
class Emulator {
 public:
  // Starts. Throws std::runtime_error with a one-line reason: an option that cannot be used, a port that is taken, a data
  // directory in use, a fixture that is wrong.
  explicit Emulator(Options options = {});
  ~Emulator();  // stops
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  // Requests being answered are finished; no others are taken. Idempotent. State and journal can still be read.
  void stop();

  // --- Where it is, and how to get in ---

  int port() const;
  std::string url() const;        // http://127.0.0.1:4566
  std::string https_url() const;  // https://127.0.0.1:4566
  std::string ca_path() const;
  std::string ca_pem() const;

  // Of "" or "test": the bootstrap; of a user with an access key; of "role:NAME": a session of the role, as instance
  // metadata hands out; of a 12-digit number: the root user of that account.
  Credentials credentials(std::string_view name = {}) const;

  // What `latchkey exec` exports for that name, but "role:NAME" exports no credentials and serves that role by instance
  // metadata instead.
  std::vector<std::pair<std::string, std::string>> environment(std::string_view credentials = {}) const;

  // --- Calls without a socket ---

  // One call as the identity of that name (see credentials), or with these credentials: validated, struck by faults,
  // authorized and journaled as one over HTTP, but not signed. input: a JSON object with the API's own members, blobs in
  // base64. region: empty is the emulator's.
  CallAnswer call(std::string_view service, std::string_view operation, std::string_view input_json = "{}",
                  std::string_view identity = {}, std::string_view region = {});
  CallAnswer call(std::string_view service, std::string_view operation, std::string_view input_json,
                  const Credentials& credentials, std::string_view region = {});

  // --- State ---

  void load_fixture(std::string_view json);
  // Back to the state after start; of one account if that is not empty.
  void reset(std::string_view account = {});
  enum class SecretsIn { sealed, plain };
  std::string export_state(SecretsIn secrets = SecretsIn::sealed) const;
  void import_state(std::string_view json);

  // --- Clock ---

  TimePoint now() const;
  void freeze(TimePoint at);
  void freeze(std::string_view iso8601);  // "2030-01-01T00:00:00Z"
  void advance(std::chrono::milliseconds by);
  void release();  // back to real time
  bool frozen() const;

  // --- The journal ---

  std::vector<RecordedCall> requests(const CallFilter& filter = {}) const;
  // Why the call was decided so: the sentence with the decisive cause; and everything that was looked at, as JSON.
  std::string reason(std::string_view request_id) const;
  std::string explanation(std::string_view request_id) const;
  void clear_requests();
  // The policy that allows just what this principal (its ARN) was seen doing; the statements with what its own policies
  // grant and it never used. JSON.
  std::string least_privilege_policy(std::string_view principal) const;
  std::string unused_permissions(std::string_view principal) const;
  // Calls and denials since the start.
  struct Counts {
    std::uint64_t calls;
    std::uint64_t denials;
  };
  Counts counts() const;
  // In Prometheus' text format.
  std::string metrics() const;

  // --- Faults ---

  std::string add_fault(const InjectedFault& fault);  // its id
  std::vector<InjectedFault> faults() const;
  bool remove_fault(std::string_view id);  // false: there is none
  void clear_faults();

  // --- OpenID Connect issuers ---

  // Its keys, a JSON list of JSON Web Keys; or a token of an issuer whose keys are made here, for
  // AssumeRoleWithWebIdentity.
  void register_issuer(std::string_view issuer, std::string_view keys_json);
  std::string issue_token(std::string_view issuer, std::string_view claims_json = "{}",
                          std::string_view algorithm = "RS256");

  // The control API in process: CONTROL("GET", "/_latchkey/requests?outcome=denied", "") answers as over HTTP.
  struct Reply {
    int status;
    std::string body;
  };
  Reply control(std::string_view method, std::string_view target, std::string_view body = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey
