#include <array>
#include <chrono>
#include <cstdio>

#include "latchkey/sigv4.h"
#include "sigv4/text.h"

namespace latchkey::sigv4 {
namespace {

// The digits of a date in either form: 'd' stands for a digit, everything else for itself.
std::optional<std::string> digits_of(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (form[i] == 'd' ? !is_digit(text[i]) : text[i] != form[i]) return std::nullopt;
    if (form[i] == 'd') digits += text[i];
  }
  return digits;
}

int number(std::string_view digits, std::size_t from, std::size_t count) {
  int value = 0;
  for (const char c : digits.substr(from, count)) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text) {
  auto digits = digits_of(text, "ddddddddTddddddZ");
  if (!digits) digits = digits_of(text, "dddd-dd-ddTdd:dd:ddZ");
  if (!digits) return std::nullopt;

  using namespace std::chrono;
  const year_month_day day(year(number(*digits, 0, 4)), month(static_cast<unsigned>(number(*digits, 4, 2))),
                           std::chrono::day(static_cast<unsigned>(number(*digits, 6, 2))));
  const int hour = number(*digits, 8, 2), minute = number(*digits, 10, 2), second = number(*digits, 12, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return sys_days(day).time_since_epoch().count() * std::int64_t{86400} + hour * 3600 + minute * 60 + second;
}

std::string format_date(std::int64_t unix_seconds) {
  using namespace std::chrono;
  const sys_seconds time{seconds(unix_seconds)};
  const sys_days midnight = floor<days>(time);
  const year_month_day day(midnight);
  const hh_mm_ss clock(time - midnight);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace latchkey::sigv4
