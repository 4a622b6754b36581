#include "policy/condition_values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "policy/text.h"

namespace latchkey::policy {
namespace {

// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// Reads a date and time from front to back.
class DateReader {
 public:
  // The basic form has neither hyphens nor colons, as in X-Amz-Date.
  DateReader(std::string_view text, bool basic) : text_(text), basic_(basic) {}

  std::optional<Instant> read() {
    int year = 0, month = 1, day = 1;
    if (!number(4, year)) return std::nullopt;
    if (basic_ || take('-')) {
      if (!number(2, month) || month < 1 || month > 12) return std::nullopt;
      if (basic_ || take('-')) {
        if (!number(2, day) || day < 1 || day > days_in_month(year, month)) return std::nullopt;
        if ((take('T') || take('t')) && !time()) return std::nullopt;
      }
    }
    if (!text_.empty()) return std::nullopt;
    instant_.seconds += days_from_civil(year, month, day) * 86400;
    return instant_;
  }

 private:
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool number(std::size_t size, int& out) {
    if (text_.size() < size || !digits(text_.substr(0, size))) return false;
    std::from_chars(text_.data(), text_.data() + size, out);
    text_.remove_prefix(size);
    return true;
  }
  bool time() {
    int hour = 0, minute = 0, second = 0;
    if (!number(2, hour) || hour > 23) return false;
    if (more()) {
      if (!number(2, minute) || minute > 59) return false;
      if (more()) {
        if (!number(2, second) || second > 60) return false;
        if (take('.') && !fraction()) return false;
      }
    }
    instant_.seconds = hour * 3600 + minute * 60 + second;
    return zone();
  }
  bool more() { return basic_ ? digits(text_.substr(0, 1)) : take(':'); }
  bool fraction() {
    int scale = 100'000'000;
    std::size_t count = 0;
    for (; count < text_.size() && digits(text_.substr(count, 1)); ++count, scale /= 10) {
      instant_.nanoseconds += (text_[count] - '0') * scale;
    }
    text_.remove_prefix(count);
    return count > 0;
  }
  // A time without a zone is taken as UTC.
  bool zone() {
    if (text_.empty() || take('Z') || take('z')) return true;
    const int sign = take('+') ? -1 : take('-') ? 1 : 0;
    int hours = 0, minutes = 0;
    if (sign == 0 || !number(2, hours) || hours > 23) return false;
    if (take(':') || !text_.empty()) {
      if (!number(2, minutes) || minutes > 59) return false;
    }
    instant_.seconds += sign * (hours * 3600 + minutes * 60);
    return true;
  }

  std::string_view text_;
  bool basic_;
  Instant instant_;
};

std::optional<Instant> parse_seconds(std::string_view text) {
  Instant instant;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, instant.seconds);
  if (error != std::errc() || rest == text.data()) return std::nullopt;
  if (rest == end) return instant;
  if (*rest != '.' || text.front() == '-') return std::nullopt;
  std::int32_t scale = 100'000'000;
  if (rest + 1 == end) return std::nullopt;
  for (const char* c = rest + 1; c != end; ++c, scale /= 10) {
    if (*c < '0' || *c > '9') return std::nullopt;
    instant.nanoseconds += (*c - '0') * scale;
  }
  return instant;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  // from_chars reads "inf" and "nan", which are no numbers to AWS.
  if (text.empty() || text.find_first_not_of("0123456789.-+eE") != std::string_view::npos)
    return std::nullopt;
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Instant> parse_instant(std::string_view text) {
  // Four digits are a year; more of them without a hyphen are seconds.
  const bool is_date = text.size() == 4 || text.find_first_of("Tt") != std::string_view::npos ||
                       text.find('-', 1) != std::string_view::npos;
  if (!is_date) return parse_seconds(text);
  const bool basic = text.size() > 8 && lower(text[8]) == 't' && digits(text.substr(0, 8));
  return DateReader(text, basic).read();
}

bool AddressRange::contains(const AddressRange& address) const {
  if (size != address.size || prefix > address.prefix) return false;
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (std::memcmp(bytes.data(), address.bytes.data(), whole) != 0) return false;
  const int rest = prefix % 8;
  if (rest == 0) return true;
  const unsigned mask = (0xFFu << (8 - rest)) & 0xFFu;
  return (bytes[whole] & mask) == (address.bytes[whole] & mask);
}

std::optional<AddressRange> parse_address_range(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string address = slash == std::string::npos ? text : text.substr(0, slash);
  AddressRange range;
  if (inet_pton(AF_INET, address.c_str(), range.bytes.data()) == 1) {
    range.size = 4;
  } else if (inet_pton(AF_INET6, address.c_str(), range.bytes.data()) == 1) {
    range.size = 16;
  } else {
    return std::nullopt;
  }
  if (address.find('\0') != std::string::npos) return std::nullopt;
  range.prefix = range.size * 8;
  if (slash != std::string::npos) {
    const std::string_view length = std::string_view(text).substr(slash + 1);
    if (!digits(length) || length.size() > 3) return std::nullopt;
    int prefix = 0;
    std::from_chars(length.data(), length.data() + length.size(), prefix);
    if (prefix > range.prefix) return std::nullopt;
    range.prefix = prefix;
  }
  // An IPv4 address in IPv6 spelling (::ffff:192.0.2.1) is that IPv4 address.
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (range.size == 16 && range.prefix >= 96 &&
      std::equal(kMapped.begin(), kMapped.end(), range.bytes.begin())) {
    std::copy(range.bytes.begin() + 12, range.bytes.end(), range.bytes.begin());
    range.size = 4;
    range.prefix -= 96;
  }
  return range;
}

}  // namespace latchkey::policy
