#include "pipeline/faults.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>

#include "core/clock.h"
#include "core/encoding.h"

namespace latchkey {
namespace {

using Fate = http::Answer::Fate;

constexpr std::int64_t kLongestDelay = 600'000;

struct Preset {
  std::string_view name;
  std::string_view service;  // the actions it is for, where the fault names none
  int status;
  std::string_view code;
  std::string_view message;
  Fate fate = Fate::send;
  std::int64_t delay_ms = 0;
};

// AWS's own codes, statuses and texts.
constexpr Preset kPresets[] = {
    {"kms:throttling", "kms", 400, "ThrottlingException",
     "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."},
    {"iam:throttling", "iam", 400, "Throttling", "Rate exceeded"},
    {"sts:throttling", "sts", 400, "Throttling", "Rate exceeded"},
    {"kms:internal", "kms", 500, "KMSInternalException",
     "KMS internal exception. The request can be retried."},
    {"iam:internal", "iam", 500, "ServiceFailure",
     "The request processing has failed because of an unknown error."},
    {"sts:internal", "sts", 500, "InternalFailure",
     "The request processing has failed because of an unknown error."},
    {"dependency-timeout", "kms", 503, "DependencyTimeoutException",
     "The system timed out while trying to fulfill the request. You can retry the request."},
    {"key-unavailable", "kms", 500, "KeyUnavailableException",
     "The request was rejected because the specified KMS key was not available. You can retry the request."},
    {"service-unavailable", "", 503, "ServiceUnavailable",
     "The request has failed due to a temporary failure of the server."},
    {"connection-reset", "", 0, "", "", Fate::reset},
    {"half-answer", "", 0, "", "", Fate::half},
    {"slow-answer", "", 0, "", "", Fate::send, 2000},
};

[[noreturn]] void fail(std::string_view member, const std::string& reason) {
  throw std::runtime_error(std::string(member) + ": " + reason);
}

std::string text_of(const std::string& name, const Value& value) {
  if (!value.is<std::string>()) fail(name, "must be a string");
  return value.get<std::string>();
}

std::int64_t whole(const std::string& name, const Value& value, std::int64_t low, std::int64_t high) {
  if (!value.is<std::int64_t>() || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high) {
    fail(name, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value.get<std::int64_t>();
}

// Milliseconds as a number, or an ISO 8601 duration.
std::int64_t delay_of(const std::string& name, const Value& value) {
  if (!value.is<std::string>()) return whole(name, value, 0, kLongestDelay);
  const auto duration = parse_duration(value.get<std::string>());
  if (!duration || *duration < 0 || *duration > kLongestDelay) {
    fail(name, "must be milliseconds or an ISO 8601 duration of ten minutes at most");
  }
  return *duration;
}

double share(const std::string& name, const Value& value) {
  double out = -1;
  if (value.is<double>()) out = value.get<double>();
  if (value.is<std::int64_t>()) out = static_cast<double>(value.get<std::int64_t>());
  if (!(out >= 0 && out <= 1)) fail(name, "must be a number from 0 to 1");
  return out;
}

const Preset& preset_named(const std::string& name) {
  const auto found =
      std::find_if(std::begin(kPresets), std::end(kPresets), [&](const Preset& p) { return p.name == name; });
  if (found != std::end(kPresets)) return *found;
  std::string known;
  for (const Preset& preset : kPresets) known.append(known.empty() ? "" : ", ").append(preset.name);
  fail("preset", "there is no '" + name + "', but " + known);
}

Fate connection_fate(const Value& value) {
  const std::string text = text_of("connection", value);
  if (text == "reset") return Fate::reset;
  if (text == "half") return Fate::half;
  if (text == "close") return Fate::close;
  fail("connection", "must be reset, half or close");
}

void take_preset(Fault& fault, const std::string& name) {
  const Preset& preset = preset_named(name);
  fault.preset = name;
  if (!preset.code.empty())
    fault.error.emplace(preset.status, std::string(preset.code), std::string(preset.message));
  if (fault.action == "*" && !preset.service.empty()) fault.action = std::string(preset.service) + ":*";
  fault.fate = preset.fate;
  fault.delay_ms = preset.delay_ms;
}

// The error of the members error (its code), status and message; a preset's where they say nothing.
void take_error(Fault& fault, const Members& document) {
  const Value* code = document.find("error");
  const Value* status = document.find("status");
  const Value* message = document.find("message");
  if (code == nullptr && status == nullptr && message == nullptr) return;
  if (code == nullptr && !fault.error) fail("error", "is missing: the code to answer with");
  const int with_status = status != nullptr ? static_cast<int>(whole("status", *status, 400, 599))
                          : fault.error     ? fault.error->status()
                                            : 400;
  std::optional<std::string> with_message = fault.error ? fault.error->message() : std::nullopt;
  if (message != nullptr) with_message = text_of("message", *message);
  const std::string with_code = code != nullptr ? text_of("error", *code) : fault.error->code();
  if (with_code.empty()) fail("error", "must not be empty");
  fault.error.emplace(with_status, with_code, std::move(with_message));
}

Fault read(const Members& document) {
  static const std::set<std::string, std::less<>> known{"action", "principal",  "account", "preset",
                                                        "error",  "status",     "message", "delay",
                                                        "count",  "connection", "seed",    "probability"};
  for (const auto& [name, value] : document) {
    if (!known.contains(name)) fail(name, "is not a property of a fault");
  }
  Fault fault;
  const auto given = [&](const char* name) { return document.find(name); };
  if (const Value* value = given("action")) fault.action = text_of("action", *value);
  if (const Value* value = given("preset")) take_preset(fault, text_of("preset", *value));
  if (const Value* value = given("principal")) fault.principal = text_of("principal", *value);
  if (const Value* value = given("account")) fault.account = text_of("account", *value);
  take_error(fault, document);
  if (const Value* value = given("delay")) fault.delay_ms = delay_of("delay", *value);
  if (const Value* value = given("connection")) fault.fate = connection_fate(*value);
  if (const Value* value = given("count")) fault.count = whole("count", *value, 1, 1'000'000'000);
  if (const Value* value = given("probability")) fault.probability = share("probability", *value);
  if (const Value* value = given("seed")) {
    fault.seed =
        static_cast<std::uint64_t>(whole("seed", *value, 0, std::numeric_limits<std::int64_t>::max()));
  }
  if (!fault.error && fault.delay_ms == 0 && fault.fate == Fate::send) {
    fail("fault", "does nothing: give a preset, an error, a delay or connection");
  }
  return fault;
}

std::string_view fate_name(Fate fate) {
  switch (fate) {
    case Fate::send:
      return "";
    case Fate::close:
      return "close";
    case Fate::reset:
      return "reset";
    case Fate::half:
      return "half";
  }
  return "";
}

Members description(const Fault& fault) {
  Members out{
      {"id", fault.id}, {"action", fault.action}, {"principal", fault.principal}, {"account", fault.account}};
  if (!fault.preset.empty()) out.add("preset", fault.preset);
  if (fault.error) {
    out.add("error", fault.error->code()).add("status", std::int64_t{fault.error->status()});
    if (fault.error->message()) out.add("message", *fault.error->message());
  }
  if (fault.delay_ms > 0) out.add("delay", fault.delay_ms);
  if (fault.fate != Fate::send) out.add("connection", fate_name(fault.fate));
  if (fault.count) out.add("count", *fault.count);
  if (fault.probability < 1) {
    out.add("probability", fault.probability).add("seed", static_cast<std::int64_t>(fault.seed));
  }
  return out.add("struck", fault.struck);
}

// With * for any text and ? for any character; case does not count.
bool fits(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  const auto same = [](char a, char b) { return equal_ignoring_case({&a, 1}, {&b, 1}); };
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || same(pattern[p], text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// A principal by its ARN, or by the part of it after the last slash, as the journal's filter has it.
bool fits_principal(std::string_view pattern, std::string_view arn) {
  return fits(pattern, arn) ||
         (pattern.find('/') == std::string_view::npos && arn.rfind('/') != std::string_view::npos &&
          fits(pattern, arn.substr(arn.rfind('/') + 1)));
}

// SplitMix64: the same calls fail for the same seed, whatever else asks for random numbers.
double next_share(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return static_cast<double>((z ^ (z >> 31U)) >> 11U) / 9007199254740992.0;
}

}  // namespace

Members Faults::add(const Members& document) {
  Fault fault = read(document);
  const std::lock_guard lock(mutex_);
  fault.id = "fault-" + std::to_string(next_id_++);
  if (document.find("seed") == nullptr) fault.seed = next_id_;
  faults_.push_back(std::move(fault));
  any_ = true;
  return description(faults_.back());
}

List Faults::list() const {
  const std::lock_guard lock(mutex_);
  List out;
  for (const Fault& fault : faults_) out.emplace_back(description(fault));
  return out;
}

bool Faults::remove(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const bool found = std::erase_if(faults_, [&](const Fault& fault) { return fault.id == id; }) > 0;
  if (!found) return false;
  any_ = !faults_.empty();
  ++removals_;
  removed_.notify_all();
  return true;
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
  any_ = false;
  ++removals_;
  removed_.notify_all();
}

std::optional<Faults::Blow> Faults::strike(std::string_view action, std::string_view principal,
                                           std::string_view account) {
  if (!any_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  for (Fault& fault : faults_) {
    // One that is used up stays in the list, to be asked how often it struck.
    if (fault.count && *fault.count == 0) continue;
    if (!fits(fault.action, action) || !fits_principal(fault.principal, principal) ||
        !fits(fault.account, account))
      continue;
    if (fault.probability < 1 && next_share(fault.seed) >= fault.probability) continue;
    if (fault.count) --*fault.count;
    ++fault.struck;
    return Blow{fault.id, fault.error, fault.delay_ms, fault.fate, removals_};
  }
  return std::nullopt;
}

void Faults::wait(const Blow& blow) {
  std::unique_lock lock(mutex_);
  removed_.wait_for(lock, std::chrono::milliseconds(blow.delay_ms), [&] { return removals_ != blow.removals; });
}

}  // namespace latchkey
