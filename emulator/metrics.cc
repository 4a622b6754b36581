#include "metrics.h"

#include <cstdlib>

#include "core/version.h"

namespace latchkey {
namespace {

class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = "latchkey_" + std::string(name);
    text_.append("# HELP ").append(name_).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name_).append(" ").append(type).append("\n");
  }

  void sample(std::string_view labels, std::string_view value) {
    text_.append(name_);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_.append(" ").append(value).append("\n");
  }
  void sample(std::string_view labels, std::uint64_t value) { sample(labels, std::to_string(value)); }

  // A family of one.
  void single(std::string_view name, std::string_view type, std::string_view help, std::string_view value) {
    family(name, type, help);
    sample("", value);
  }

  std::string text() && { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

// Milliseconds as seconds, exactly.
std::string seconds(std::int64_t ms) {
  const std::string digits = std::to_string(std::abs(ms) % 1000);
  return (ms < 0 ? "-" : "") + std::to_string(std::abs(ms) / 1000) + "." +
         std::string(3 - digits.size(), '0') + digits;
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + std::string(value) + "\"";
}

void calls_of(Page& page, const CallCounts& counts, const Service& service, const Operation* operation) {
  for (const Entry::Outcome outcome : CallCounts::kOutcomes) {
    const std::uint64_t count = counts.of(service, operation, outcome);
    if (count == 0) continue;
    page.sample(label("service", service.name) + "," +
                    label("operation", operation == nullptr ? "unknown" : operation->name) + "," +
                    label("outcome", to_string(outcome)),
                count);
  }
}

void calls(Page& page, const Measured& measured) {
  const CallCounts& counts = measured.pipeline.counts();
  page.family("calls_total", "counter", "API calls since the start, by how they were decided.");
  for (const Service* service : measured.services) {
    for (const Operation& operation : service->operations) calls_of(page, counts, *service, &operation);
    calls_of(page, counts, *service, nullptr);
  }
  const Journal::Counts totals = measured.journal.counts();
  page.single("denials_total", "counter", "API calls that authorization refused.",
              std::to_string(totals.denials));
  page.single("faults_struck_total", "counter", "API calls that an injected fault struck.",
              std::to_string(counts.faults()));
}

template <class... Kinds>
void entities(Page& page, const Store& store) {
  page.family("entities", "gauge", "What the accounts hold, by kind.");
  (page.sample(label("kind", Traits<Kinds>::kind), store.count<Kinds>()), ...);
}

}  // namespace

std::string prometheus_text(const Measured& measured) {
  Page page;
  page.family("info", "gauge", "The version.");
  page.sample(label("version", kVersion), 1);
  calls(page, measured);
  page.single("connections", "gauge", "Open connections.", std::to_string(measured.connections));
  page.single("journal_entries", "gauge", "Entries that the journal holds.",
              std::to_string(measured.journal.size()));
  entities<User, Group, Role, ManagedPolicy, AccessKey, Key, Alias, Grant>(page, measured.store);
  page.single("process_start_time_seconds", "gauge", "When it started, in seconds since 1970.",
              seconds(measured.started.ms));
  page.single("clock_offset_seconds", "gauge", "How far the emulator's clock is ahead of the machine's.",
              seconds(measured.clock.now().ms - measured.clock.real().ms));
  page.single("clock_frozen", "gauge", "1 while the emulator's clock is frozen.",
              measured.clock.frozen() ? "1" : "0");
  return std::move(page).text();
}

}  // namespace latchkey
