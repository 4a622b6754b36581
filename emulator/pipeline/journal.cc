#include "pipeline/journal.h"

#include <algorithm>

#include "core/clock.h"
#include "pipeline/packed_entry.h"

namespace latchkey {
namespace {

bool names(const Entry& entry, const std::string& action) {
  if (entry.service + ":" + entry.operation == action) return true;
  return std::any_of(entry.decisions.begin(), entry.decisions.end(),
                     [&](const Evidence& evidence) { return evidence.request.action == action; });
}

bool passes(const Entry& entry, const JournalFilter& filter) {
  if (!filter.action.empty() && !names(entry, filter.action)) return false;
  if (!filter.principal.empty() && entry.principal != filter.principal &&
      !entry.principal.ends_with("/" + filter.principal)) {
    return false;
  }
  if (!filter.account.empty() && entry.account != filter.account) return false;
  return filter.outcome.empty() || to_string(entry.outcome) == filter.outcome;
}

// The decision that stands for the call: the first refusal, else the last one.
const Evidence* decisive(const Entry& entry) {
  for (const Evidence& evidence : entry.decisions) {
    if (evidence.decision.outcome != policy::Outcome::allowed) return &evidence;
  }
  return entry.decisions.empty() ? nullptr : &entry.decisions.back();
}

template <class Texts>
List texts(const Texts& values) {
  List out;
  for (const std::string_view value : values) out.emplace_back(value);
  return out;
}

Members condition_members(const policy::ConditionNote& note) {
  Members out{{"operator", note.op}, {"key", note.key}, {"wanted", texts(note.wanted)}};
  out.add("seen", note.seen ? Value(texts(*note.seen)) : Value());
  return out.add("met", note.met);
}

Members statement_members(const policy::StatementNote& note) {
  Members out{{"statement", static_cast<std::int64_t>(note.statement)}};
  if (!note.sid.empty()) out.add("sid", note.sid);
  out.add("effect", note.deny ? "Deny" : "Allow").add("principal", note.principal_matched);
  out.add("action", note.action_matched).add("resource", note.resource_matched);
  out.add("conditions_met", note.conditions_met).add("applies", note.applies());
  List conditions;
  for (const auto& condition : note.conditions) conditions.emplace_back(condition_members(condition));
  return out.add("conditions", std::move(conditions));
}

Members decision_members(const Evidence& evidence) {
  const policy::Explanation why = policy::explain(evidence.request, evidence.policies);
  Members context;
  for (const auto& [key, values] : evidence.request.context.entries()) {
    context.set(std::string(key), values.size() == 1 ? Value(values.front()) : Value(texts(values)));
  }
  List policies;
  for (const policy::PolicyNote& note : why.policies) {
    List statements;
    for (const auto& statement : note.statements) statements.emplace_back(statement_members(statement));
    policies.emplace_back(Members{{"policy", note.label},
                                  {"name", note.name},
                                  {"contribution", note.contribution},
                                  {"statements", std::move(statements)}});
  }
  return Members{{"action", evidence.request.action},
                 {"resource", evidence.request.resource},
                 {"decision", policy::to_string(why.decision.outcome)},
                 {"reason", why.sentence},
                 {"context", std::move(context)},
                 {"policies", std::move(policies)}};
}

// The place keeps its memory, unless that is far too much. What stood there is freed by the caller, outside the lock.
void replace(PackedEntry& place, PackedEntry& packed) {
  constexpr std::size_t kSpare = 1024;
  if (place.bytes.capacity() > packed.bytes.size() + kSpare) {
    packed.bytes.shrink_to_fit();
    place.bytes.swap(packed.bytes);
  } else {
    place.bytes.assign(packed.bytes);
  }
  place.policies.swap(packed.policies);
}

}  // namespace

std::string_view to_string(Entry::Outcome outcome) {
  switch (outcome) {
    case Entry::Outcome::allowed: return "allowed";
    case Entry::Outcome::denied: return "denied";
    case Entry::Outcome::would_deny: return "would-deny";
    case Entry::Outcome::error: return "error";
  }
  return "";
}

void Journal::add(const Entry& entry) {
  PackedEntry packed = pack(entry);
  const std::lock_guard lock(mutex_);
  ++counts_.calls;
  if (entry.outcome == Entry::Outcome::denied) ++counts_.denials;
  if (ring_.size() < capacity_) {
    packed.bytes.shrink_to_fit();
    ring_.push_back(std::move(packed));
  } else if (capacity_ > 0) {
    replace(ring_[oldest_], packed);
    oldest_ = (oldest_ + 1) % capacity_;
  }
}

std::vector<PackedEntry> Journal::snapshot() const {
  const std::lock_guard lock(mutex_);
  std::vector<PackedEntry> out;
  out.reserve(ring_.size());
  for (std::size_t i = 0; i < ring_.size(); ++i) out.push_back(ring_[(oldest_ + i) % ring_.size()]);
  return out;
}

std::vector<std::shared_ptr<const Entry>> Journal::list(const JournalFilter& filter) const {
  std::vector<std::shared_ptr<const Entry>> out;
  for (const PackedEntry& packed : snapshot()) {
    if (!filter.since.empty() && has_id(packed, filter.since)) {
      out.clear();
      continue;
    }
    auto entry = std::make_shared<const Entry>(unpack(packed));
    if (passes(*entry, filter)) out.push_back(std::move(entry));
  }
  return out;
}

std::shared_ptr<const Entry> Journal::find(std::string_view id) const {
  PackedEntry packed;
  {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(ring_.begin(), ring_.end(), [&](const PackedEntry& entry) { return has_id(entry, id); });
    if (found == ring_.end()) return nullptr;
    packed = *found;
  }
  return std::make_shared<const Entry>(unpack(packed));
}

void Journal::clear() {
  const std::lock_guard lock(mutex_);
  ring_.clear();
  oldest_ = 0;
}

void Journal::clear_account(std::string_view account) {
  const std::lock_guard lock(mutex_);
  std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(oldest_), ring_.end());
  oldest_ = 0;
  std::erase_if(ring_, [&](const PackedEntry& entry) { return is_of_account(entry, account); });
}

std::size_t Journal::size() const {
  const std::lock_guard lock(mutex_);
  return ring_.size();
}

Journal::Counts Journal::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

List resources_of(const Entry& entry) {
  List out;
  for (const Evidence& evidence : entry.decisions) {
    const Value resource = evidence.request.resource;
    if (std::find(out.begin(), out.end(), resource) == out.end()) out.push_back(resource);
  }
  return out;
}

Members to_members(const Entry& entry) {
  Members out{{"id", entry.id},
              {"time", format_iso8601(entry.time, Precision::milliseconds)},
              {"principal", entry.principal},
              {"account", entry.account},
              {"access_key_id", entry.access_key_id},
              {"service", entry.service},
              {"operation", entry.operation},
              {"action", entry.service + ":" + entry.operation},
              {"region", entry.region},
              {"resources", resources_of(entry)},
              {"parameters", entry.parameters},
              {"outcome", to_string(entry.outcome)}};
  const Evidence* evidence = decisive(entry);
  out.add("decision", evidence == nullptr ? Value() : Value(policy::to_string(evidence->decision.outcome)));
  out.add("status", entry.status);
  if (!entry.error_code.empty()) {
    out.add("error", Members{{"code", entry.error_code}, {"message", entry.error_message}});
  }
  if (!entry.fault.empty()) out.add("fault", entry.fault);
  out.add("source_ip", entry.source_ip).add("user_agent", entry.user_agent).add("tls", entry.tls);
  return out;
}

Members explained(const Entry& entry) {
  Members out = to_members(entry);
  List decisions;
  for (const Evidence& evidence : entry.decisions) decisions.emplace_back(decision_members(evidence));
  Members explanation;
  explanation.add("reason", reason_of(entry)).add("decisions", std::move(decisions));
  if (entry.signature) {
    explanation.add("signature", Members{{"canonical_request", entry.signature->canonical_request},
                                         {"string_to_sign", entry.signature->string_to_sign},
                                         {"likely_cause", entry.signature->cause}});
  }
  return out.add("explanation", std::move(explanation));
}

std::string reason_of(const Entry& entry) {
  if (entry.signature) return entry.signature->cause;
  const Evidence* evidence = decisive(entry);
  if (evidence == nullptr) return entry.error_message;
  return policy::explain(evidence->request, evidence->policies).sentence;
}

}  // namespace latchkey
