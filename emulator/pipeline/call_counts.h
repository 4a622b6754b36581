// How often each operation was called, and how it went: counters that the metrics show. Since the start,
// whatever is reset. Thread safe, without a lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "pipeline/journal.h"
#include "pipeline/operation.h"

namespace latchkey {

class CallCounts {
 public:
  static constexpr std::array kOutcomes{Entry::Outcome::allowed, Entry::Outcome::denied,
                                        Entry::Outcome::would_deny, Entry::Outcome::error};

  explicit CallCounts(const std::vector<const Service*>& services);

  // operation: null for one that the service has not. struck: by an injected fault.
  void add(const Service* service, const Operation* operation, Entry::Outcome outcome, bool struck);
  std::uint64_t of(const Service& service, const Operation* operation, Entry::Outcome outcome) const;
  std::uint64_t unrouted(Entry::Outcome outcome) const;
  std::uint64_t faults() const { return faults_.load(std::memory_order_relaxed); }

 private:
  using Outcomes = std::array<std::atomic<std::uint64_t>, kOutcomes.size()>;
  struct OfService {
    const Service* service;
    std::unique_ptr<Outcomes[]>
        operations;  // in the order of the service's; the last one: unknown operations
  };
  const OfService* find(const Service* service) const;

  std::vector<OfService> services_;
  Outcomes unrouted_{};
  std::atomic<std::uint64_t> faults_{0};
};

}  // namespace latchkey
