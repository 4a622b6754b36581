// The typed values that condition operators compare: numbers, dates, addresses. Each parser answers nothing
// for a text that is not of its type, and a value of the wrong type matches nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::policy {

std::optional<double> parse_number(std::string_view text);

struct Instant {
  std::int64_t seconds = 0;
  std::int32_t nanoseconds = 0;
  auto operator<=>(const Instant&) const = default;
};
// ISO 8601 as in W3C's profile (a year alone up to fractions of a second, with a zone), or seconds since
// 1970.
std::optional<Instant> parse_instant(std::string_view text);

struct AddressRange {
  std::array<std::uint8_t, 16> bytes{};
  int size = 0;  // 4 or 16 bytes
  int prefix = 0;
  bool contains(const AddressRange& address) const;
};
// "203.0.113.0/24", "2001:DB8::/32" or a single address.
std::optional<AddressRange> parse_address_range(const std::string& text);

}  // namespace latchkey::policy
