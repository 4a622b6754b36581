#include <array>
#include <chrono>

#include "latchkey/sigv4.h"
#include "sigv4/text.h"

namespace latchkey::sigv4 {
namespace {

using Digits = std::array<char, 14>;

// The digits of a date in either form: 'd' stands for a digit, everything else for itself.
std::optional<Digits> digits_of(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) return std::nullopt;
  Digits digits{};
  std::size_t found = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (form[i] == 'd' ? !is_digit(text[i]) : text[i] != form[i]) return std::nullopt;
    if (form[i] == 'd') digits[found++] = text[i];
  }
  return digits;
}

int number(const Digits& digits, std::size_t from, std::size_t count) {
  int value = 0;
  for (std::size_t i = from; i < from + count; ++i) value = value * 10 + (digits[i] - '0');
  return value;
}

// The last `digits` digits of a number that is not negative.
void append_digits(std::string& out, unsigned number, unsigned digits) {
  out.append(digits, '0');
  for (auto at = out.rbegin(); digits > 0; --digits, ++at, number /= 10)
    *at = static_cast<char>('0' + number % 10);
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
  std::string out;
  out.reserve(16);
  append_digits(out, static_cast<unsigned>(static_cast<int>(day.year())), 4);
  append_digits(out, static_cast<unsigned>(day.month()), 2);
  append_digits(out, static_cast<unsigned>(day.day()), 2);
  out += 'T';
  append_digits(out, static_cast<unsigned>(clock.hours().count()), 2);
  append_digits(out, static_cast<unsigned>(clock.minutes().count()), 2);
  append_digits(out, static_cast<unsigned>(clock.seconds().count()), 2);
  return out += 'Z';
}

}  // namespace latchkey::sigv4
