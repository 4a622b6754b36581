#include "pipeline/call_counts.h"

namespace latchkey {
namespace {

std::size_t place_of(const Service& service, const Operation* operation) {
  if (operation == nullptr) return service.operations.size();
  return static_cast<std::size_t>(operation - service.operations.data());
}

}  // namespace

CallCounts::CallCounts(const std::vector<const Service*>& services) {
  for (const Service* service : services) {
    services_.push_back({service, std::make_unique<Outcomes[]>(service->operations.size() + 1)});
  }
}

const CallCounts::OfService* CallCounts::find(const Service* service) const {
  for (const OfService& one : services_) {
    if (one.service == service) return &one;
  }
  return nullptr;
}

void CallCounts::add(const Service* service, const Operation* operation, Entry::Outcome outcome,
                     bool struck) {
  const auto index = static_cast<std::size_t>(outcome);
  const OfService* found = find(service);
  auto& counter =
      found == nullptr ? unrouted_[index] : found->operations[place_of(*service, operation)][index];
  counter.fetch_add(1, std::memory_order_relaxed);
  if (struck) faults_.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t CallCounts::of(const Service& service, const Operation* operation,
                             Entry::Outcome outcome) const {
  const OfService* found = find(&service);
  if (found == nullptr) return 0;
  return found->operations[place_of(service, operation)][static_cast<std::size_t>(outcome)].load(
      std::memory_order_relaxed);
}

std::uint64_t CallCounts::unrouted(Entry::Outcome outcome) const {
  return unrouted_[static_cast<std::size_t>(outcome)].load(std::memory_order_relaxed);
}

}  // namespace latchkey
