#include "core/clock.h"

#include <charconv>
#include <chrono>

namespace latchkey {
namespace {

// Reads exactly `digits` digits at the front of text.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".25" to 250; more than three digits are cut.
std::optional<int> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int ms = 0;
  int scale = 100;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    ms += (text.front() - '0') * scale;
    scale /= 10;
    any = true;
    text.remove_prefix(1);
  }
  if (!any) return std::nullopt;
  return ms;
}

// "Z", "+02:00", "-0330" or nothing (UTC), in minutes.
std::optional<int> take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return 0;
  const int sign = text.front() == '-' ? -1 : 1;
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  take(text, ':');
  const auto minutes = take_digits(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

std::optional<std::int64_t> take_day(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::int64_t unit_milliseconds(char unit, bool time_part) {
  switch (unit) {
    case 'W': return time_part ? 0 : 7 * 86'400'000LL;
    case 'D': return time_part ? 0 : 86'400'000LL;
    case 'H': return time_part ? 3'600'000LL : 0;
    case 'M': return time_part ? 60'000LL : 0;
    case 'S': return time_part ? 1'000LL : 0;
    default: return 0;
  }
}

// The last `digits` digits of a number, and what follows them.
void append_digits(std::string& out, unsigned number, unsigned digits, char end) {
  out.append(digits, '0');
  for (auto at = out.rbegin(); digits > 0; --digits, ++at, number /= 10)
    *at = static_cast<char>('0' + number % 10);
  out += end;
}

}  // namespace

Time Clock::real() const {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

Time Clock::now() const {
  const std::int64_t state = state_.load();
  const std::int64_t value = state >> 1;
  return {(state & 1) != 0 ? value : real().ms + value};
}

void Clock::freeze(Time at) { state_.store(at.ms * 2 + 1); }

void Clock::advance(std::int64_t milliseconds) { state_.fetch_add(milliseconds * 2); }

void Clock::release() { state_.store(0); }

std::optional<Time> parse_iso8601(std::string_view text) {
  const auto day = take_day(text);
  if (!day) return std::nullopt;
  std::int64_t ms = *day * 86'400'000;
  if (text.empty()) return Time{ms};
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
  std::optional<int> second = 0;
  std::optional<int> fraction = 0;
  if (take(text, ':')) {
    second = take_digits(text, 2);
    fraction = take_fraction(text);
  }
  const auto zone = take_zone(text);
  if (!second || *second > 59 || !fraction || !zone || !text.empty()) return std::nullopt;
  ms += (*hour * 3600LL + *minute * 60LL + *second - *zone * 60LL) * 1000 + *fraction;
  return Time{ms};
}

std::string format_iso8601(Time time, Precision precision) {
  const std::int64_t seconds = time.seconds();
  const std::chrono::sys_seconds point{std::chrono::seconds(seconds)};
  const auto midnight = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss clock{point - midnight};
  std::string out;
  out.reserve(24);
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4, '-');
  append_digits(out, static_cast<unsigned>(date.month()), 2, '-');
  append_digits(out, static_cast<unsigned>(date.day()), 2, 'T');
  append_digits(out, static_cast<unsigned>(clock.hours().count()), 2, ':');
  append_digits(out, static_cast<unsigned>(clock.minutes().count()), 2, ':');
  const bool fraction = precision == Precision::milliseconds;
  append_digits(out, static_cast<unsigned>(clock.seconds().count()), 2, fraction ? '.' : 'Z');
  if (fraction) append_digits(out, static_cast<unsigned>(time.ms - seconds * 1000), 3, 'Z');
  return out;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  const std::int64_t sign = take(text, '-') ? -1 : 1;
  if (!take(text, 'P') || text.empty()) return std::nullopt;
  std::int64_t total = 0;
  bool time_part = false;
  bool any = false;
  while (!text.empty()) {
    if (!time_part && take(text, 'T')) {
      time_part = true;
      any = false;
      continue;
    }
    double number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number,
                                                std::chars_format::fixed);
    // from_chars takes "nan" too.
    if (problem != std::errc() || !(number >= 0 && number <= 1e12)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return std::nullopt;
    const std::int64_t unit = unit_milliseconds(text.front(), time_part);
    if (unit == 0) return std::nullopt;
    text.remove_prefix(1);
    const double product = number * static_cast<double>(unit);
    if (product > 1e15) return std::nullopt;
    total += static_cast<std::int64_t>(product);
    if (total > 1'000'000'000'000'000) return std::nullopt;
    any = true;
  }
  if (!any) return std::nullopt;
  return sign * total;
}

}  // namespace latchkey
