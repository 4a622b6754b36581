// The emulator's clock: the one door through which time comes in.
//
// There are no timers. What depends on time (a key's deletion, a session's expiry) is computed from the entity and now()
// when it is read, so a frozen clock is exact and moving it wakes nobody. Thread safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/value.h"

namespace latchkey {

class Clock {
 public:
  Time now() const;
  Time real() const;  // the machine's own time, whatever the emulator's is

  void freeze(Time at);
  void advance(std::int64_t milliseconds);  // of a frozen clock: stays frozen, later; of a running one: runs ahead
  void release();                           // back to real time
  bool frozen() const { return (state_.load() & 1) != 0; }

 private:
  // Both in one, so that nobody sees the half of a change. Odd: frozen at half of it; even: half of it ahead of real time,
  // in milliseconds.
  std::atomic<std::int64_t> state_{0};
};

// "2030-01-01T00:00:00Z", "2030-01-01", "2030-01-01T00:00:00.250+02:00"; nullopt if it is not a date.
std::optional<Time> parse_iso8601(std::string_view text);
// "2030-01-01T00:00:00Z"; milliseconds are left out unless asked for.
enum class Precision { seconds, milliseconds };
std::string format_iso8601(Time time, Precision precision = Precision::seconds);

// ISO 8601 durations in milliseconds: "P7D", "PT1H30M", "P1W", "-PT5M". Years and months are refused: they have no
// fixed length.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace latchkey
