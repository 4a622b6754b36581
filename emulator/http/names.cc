#include "http/names.h"

#include <algorithm>
#include <array>

namespace latchkey::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool label_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

// RFC 1035: labels of 1 to 63 letters, digits and hyphens, 253 characters in all.
bool host_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  while (true) {
    const std::size_t dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (label.empty() || label.size() > 63) return false;
    if (!std::all_of(label.begin(), label.end(), label_character)) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

bool digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower);
  return lowered;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(),
                                                   [](char a, char b) { return lower(a) == lower(b); });
}

bool aws_name(std::string_view host) {
  // The domains of AWS's partitions, and of its dual-stack endpoints.
  static constexpr std::array<std::string_view, 3> kDomains{".amazonaws.com", ".amazonaws.com.cn",
                                                            ".api.aws"};
  if (!host_name(host)) return false;
  return std::any_of(kDomains.begin(), kDomains.end(),
                     [&](std::string_view domain) { return host.ends_with(domain); });
}

bool local_name(std::string_view host) {
  // localhost.localstack.cloud is a public name of 127.0.0.1 that programs written for emulators use.
  static constexpr std::array<std::string_view, 4> kNames{"localhost", "127.0.0.1", "::1",
                                                          "localhost.localstack.cloud"};
  if (std::find(kNames.begin(), kNames.end(), host) != kNames.end()) return true;
  return host_name(host) && (host.ends_with(".localhost") || host.ends_with(".localhost.localstack.cloud"));
}

std::string_view host_of_authority(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  const std::string_view port = authority.substr(colon + 1);
  if (port.empty() || port.size() > 5 || !digits(port)) return {};
  std::string_view host = authority.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
  return host.find(':') == std::string_view::npos ? host : std::string_view{};
}

}  // namespace latchkey::http
