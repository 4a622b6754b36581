// The pipeline: the whole life of one AWS request, in order, in one function. A concern that every operation shares is a
// stage here, never a line in a handler. Thread safe; holds no lock of its own across a request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/log.h"
#include "core/random.h"
#include "http/server.h"
#include "pipeline/call_counts.h"
#include "pipeline/faults.h"
#include "pipeline/journal.h"
#include "pipeline/operation.h"
#include "pipeline/signing_keys.h"
#include "store/store.h"

namespace latchkey {

class Pipeline {
 public:
  // All of them must outlive the pipeline.
  struct Parts {
    const Settings& settings;
    Store& store;
    const Clock& clock;
    Random& random;
    Journal& journal;
    const Log& log;
    Faults& faults;
    std::vector<const Service*> services;
  };

  explicit Pipeline(Parts parts) : parts_(std::move(parts)), counts_(parts_.services) {}

  // Never throws: whatever goes wrong becomes AWS's error.
  http::Answer answer(const http::Message& message);
  // The answer to a request that the server could not read or would not take; what it has of a head says whose words to use.
  http::Answer refuse(const http::Message& message, int status, std::string_view reason);
  // answer() will wait for nothing and compute little. Other calls may make an RSA key, write to disk or suffer a
  // fault's delay.
  bool is_quick(const http::Message& message) const;

  // A call that comes from this process: nothing is signed, all else is as for a request. Never throws.
  // The service must be one of the parts'.
  struct InProcess {
    std::string_view service;
    std::string_view operation;
    std::string_view access_key_id;
    std::string_view session_token;
    std::string_view region;
    Value input;
  };
  struct Result {
    int status = 200;
    std::string request_id;
    Value value;
    std::optional<AwsError> error;
  };
  Result call(const InProcess& call);

  const CallCounts& counts() const { return counts_; }

 private:
  struct Request;  // one request on its way
  void start_entry(Request& request) const;
  void note_error(Entry& entry, const AwsError& error) const;
  // Runs the stages; what they throw is the error. The entry is complete but for the status.
  template <class Stages>
  std::optional<AwsError> guard(Request& request, Stages stages);
  Value process(Request& request);
  Value process(Request& request, const InProcess& call);
  Value perform(Request& request, Members input);
  void identify(Request& request, Authenticated&& found) const;
  void authenticate(Request& request);
  void admit_unsigned(Request& request) const;
  void suffer_fault(Request& request);
  void check_signature(Request& request, const Secret& secret);
  policy::Context request_context(const Request& request) const;
  void authorize(Call& call, Request& request);
  void note_use_of_access_key(const Call& call);
  void note_use_of_role(const Call& call);
  http::Answer start_answer(const Request& request, int status) const;
  http::Answer render(const Request& request, const Value& result) const;
  http::Answer render(const Request& request, const AwsError& error) const;
  void record(Request& request, int status);

  Parts parts_;
  CallCounts counts_;
  SigningKeys signing_keys_;
};

}  // namespace latchkey
