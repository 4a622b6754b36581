// Injected failures: chosen calls answer with an error, wait, lose their connection or get half an answer.
//
//   {"action": "kms:Decrypt", "preset": "kms:throttling", "count": 2}
//   {"action": "*", "principal": "arn:aws:iam::*:user/app", "delay": "PT0.5S", "probability": 0.2, "seed": 7}
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/value.h"
#include "http/server.h"

namespace latchkey {

struct Fault {
  std::string id;
  std::string action = "*";  // with * and ?, without regard to case
  std::string principal = "*";
  std::string account = "*";
  std::string preset;
  std::optional<AwsError> error;
  std::int64_t delay_ms = 0;
  http::Answer::Fate fate = http::Answer::Fate::send;
  std::optional<std::int64_t> count;  // how many calls it still strikes; none: every one
  double probability = 1;
  std::uint64_t seed = 0;
  std::int64_t struck = 0;
};

class Faults {
 public:
  // What a call is to suffer. An error or a reset means that the operation does not run.
  struct Blow {
    std::string id;
    std::optional<AwsError> error;
    std::int64_t delay_ms = 0;
    http::Answer::Fate fate = http::Answer::Fate::send;
    std::uint64_t removals = 0;  // for wait()
  };

  // Reads a fault and adds it; answers its description. Throws std::runtime_error with the member and the
  // reason.
  Members add(const Members& document);
  List list() const;
  // Removes one or all, and lets the calls that wait because of them go on. False: there is none of that id.
  bool remove(std::string_view id);
  void clear();

  bool any() const { return any_; }
  // The first fault that matches the call and strikes; nullopt for nearly every call.
  std::optional<Blow> strike(std::string_view action, std::string_view principal, std::string_view account);
  // As long as the blow says, unless faults have been removed since it struck.
  void wait(const Blow& blow);

 private:
  mutable std::mutex mutex_;
  std::condition_variable removed_;
  std::uint64_t removals_ = 0;
  std::uint64_t next_id_ = 1;
  std::atomic<bool> any_ = false;  // spares every other call the lock
  std::vector<Fault> faults_;
};

}  // namespace latchkey
