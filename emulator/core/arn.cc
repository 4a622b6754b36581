#include "core/arn.h"

#include <algorithm>
#include <array>

namespace latchkey {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

std::optional<Arn> Arn::parse(std::string_view text) {
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn") return std::nullopt;
  return Arn{std::string(parts[1]), std::string(parts[2]), std::string(parts[3]), std::string(parts[4]),
             std::string(text)};
}

std::string Arn::str() const {
  std::string out;
  out.reserve(partition.size() + service.size() + region.size() + account.size() + resource.size() + 8);
  out.append("arn:").append(partition).append(":").append(service).append(":").append(region).append(":");
  out.append(account).append(":").append(resource);
  return out;
}

std::string_view partition_of(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

bool is_region_name(std::string_view text) {
  // Letters, then groups after hyphens, the last a number: xx-word[-word]-9.
  const std::size_t last = text.rfind('-');
  if (last == std::string_view::npos || text.size() > 32) return false;
  const std::string_view number = text.substr(last + 1);
  if (number.empty() || number.size() > 2 || !std::all_of(number.begin(), number.end(), is_digit)) return false;
  const std::string_view words = text.substr(0, last);
  if (words.find('-') == std::string_view::npos || words.front() == '-' || words.back() == '-') return false;
  return std::all_of(words.begin(), words.end(), [](char c) { return is_lower(c) || c == '-'; });
}

bool is_account_id(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace latchkey
