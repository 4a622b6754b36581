// The journal: every API call in order, with who asked, for what, and what was decided. A bounded ring in memory.
//
// Never holds plaintext or secrets: parameters come without the members their shapes call secret, and answers are not
// kept. Thread safe: one mutex, held while bytes are copied and never while an entry is made or read.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "latchkey/policy.h"

namespace latchkey {

// What a decision was made from. Policies are immutable and shared, so keeping this costs pointers; explanations are
// made from it when somebody asks.
struct Evidence {
  policy::Request request;
  policy::Set policies;
  policy::Decision decision;
};

struct SignatureTrace {
  std::string canonical_request;
  std::string string_to_sign;
  std::string cause;
};

struct Entry {
  enum class Outcome { allowed, denied, would_deny, error };
  std::string id;  // x-amzn-RequestId
  Time time;
  std::string principal;  // ARN; empty if the signature was not accepted
  std::string account;
  std::string access_key_id;
  std::string service;
  std::string operation;
  std::string region;
  std::string source_ip;
  std::string user_agent;
  bool tls = false;
  Members parameters;
  Outcome outcome = Outcome::allowed;
  int status = 200;
  std::string error_code;
  std::string error_message;
  std::string fault;  // the id of the injected fault that struck; empty: none
  std::vector<Evidence> decisions;
  std::optional<SignatureTrace> signature;
};

struct JournalFilter {
  std::string action = {};     // "kms:Decrypt"
  std::string principal = {};  // ARN, or a part of it after the last slash
  std::string account = {};
  std::string outcome = {};    // allowed, denied, would-deny, error
  std::string since = {};      // id of the last entry already seen
};

// An entry as the ring keeps it: pipeline/packed_entry.h.
struct PackedEntry {
  std::string bytes;
  std::vector<policy::PolicyPtr> policies;  // in the order in which the bytes mention them
};

class Journal {
 public:
  // capacity: of entries. 0 keeps none; they are counted all the same.
  explicit Journal(std::size_t capacity) : capacity_(capacity) {}

  void add(const Entry& entry);
  std::vector<std::shared_ptr<const Entry>> list(const JournalFilter& filter) const;
  std::shared_ptr<const Entry> find(std::string_view id) const;
  void clear();
  void clear_account(std::string_view account);

  struct Counts {
    std::uint64_t calls = 0;
    std::uint64_t denials = 0;
  };
  std::size_t size() const;  // what the ring holds
  Counts counts() const;  // since the start, whatever the ring still holds

 private:
  std::vector<PackedEntry> snapshot() const;  // the oldest first

  const std::size_t capacity_;
  mutable std::mutex mutex_;       // guards all below
  std::vector<PackedEntry> ring_;  // grows to the capacity; then the oldest gives its place to the newest
  std::size_t oldest_ = 0;
  Counts counts_;
};

std::string_view to_string(Entry::Outcome outcome);
// The ARNs that its decisions were about, each once.
List resources_of(const Entry& entry);
// As the control API shows an entry: short in lists, with the explanation when asked for one.
Members to_members(const Entry& entry);
Members explained(const Entry& entry);
// The sentence of the decisive cause, for the log. Empty if nothing was refused.
std::string reason_of(const Entry& entry);

}  // namespace latchkey
