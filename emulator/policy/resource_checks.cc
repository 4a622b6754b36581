#include "policy/resource_checks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include "policy/text.h"

namespace latchkey::policy {
namespace {

constexpr std::array<std::string_view, 9> kPartitions = {
    "*", "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"};
constexpr std::array<std::string_view, 13> kIamPaths = {"user/",
                                                        "federated-user/",
                                                        "role/",
                                                        "group/",
                                                        "instance-profile/",
                                                        "mfa/",
                                                        "server-certificate/",
                                                        "policy/",
                                                        "sms-mfa/",
                                                        "saml-provider/",
                                                        "oidc-provider/",
                                                        "report/",
                                                        "access-report/"};

bool starts(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// Up to the next colon; the rest stays in `text`. Says whether there was a colon.
bool cut(std::string_view& text, std::string_view& part) {
  const std::size_t colon = text.find(':');
  part = text.substr(0, colon);
  if (colon == std::string_view::npos) {
    text = {};
    return false;
  }
  text.remove_prefix(colon + 1);
  return true;
}

// IAM completes a short ARN with asterisks when it complains about its partition.
std::string partition_fault(std::string_view partition, std::string_view rest) {
  std::array<std::string, 4> parts = {"*", "*", "*", "*"};
  bool more = !rest.empty();
  for (std::size_t i = 0; i < parts.size() && more; ++i) {
    std::string_view part = rest;
    if (i + 1 < parts.size()) {
      more = cut(rest, part);
    }
    parts[i] = std::string(part);
  }
  std::string out = "Partition \"";
  out.append(partition).append("\" is not valid for resource \"arn:").append(partition);
  for (const std::string& part : parts) out.append(":").append(part);
  return out.append("\".");
}

std::optional<std::string> iam_fault(std::string_view resource, std::string_view region,
                                     std::string_view id) {
  if (!region.empty()) return "IAM resource " + std::string(resource) + " cannot contain region information.";
  const bool known = id == "*" || std::any_of(kIamPaths.begin(), kIamPaths.end(),
                                              [id](std::string_view path) { return starts(id, path); });
  // Newer than the list that the sentence gives.
  if (known || starts(id, "delegation-request/")) return std::nullopt;
  std::string out = "IAM resource path must either be \"*\" or start with ";
  for (const std::string_view path : kIamPaths)
    out.append(path).append(path == kIamPaths.back() ? "." : ", ");
  return out;
}

// An unsigned number within bounds, all of the text.
bool number(std::string_view text, std::int64_t low, std::int64_t high) {
  std::int64_t value = 0;
  if (!digits(text)) return false;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && rest == text.data() + text.size() && value >= low && value <= high;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool calendar_date(std::string_view text) {
  const bool negative = starts(text, "-");
  if (negative) text.remove_prefix(1);
  const std::vector<std::string_view> parts = split(text, '-');
  if (parts.size() > 3 || !number(parts[0], 0, negative ? 292'275'054 : 292'278'993)) return false;
  if (parts.size() > 1 && !number(parts[1], 1, 12)) return false;
  return parts.size() < 3 || number(parts[2], 1, 31);
}

// Of "18z", "18.5+01:00" the seconds, and whether the rest is a zone.
bool seconds_and_zone(std::string_view text) {
  const std::size_t zone = text.find_first_of("z+-");
  const std::string_view seconds = text.substr(0, zone);
  if (zone != std::string_view::npos) {
    const std::string_view rest = text.substr(zone + 1);
    if (text[zone] == 'z' && !rest.empty()) return false;
    const std::vector<std::string_view> offset = split(rest, ':');
    if (text[zone] != 'z' && (offset[0].size() != 2 || !number(offset[0], 0, 23))) return false;
    if (offset.size() > 2 || (offset.size() == 2 && (offset[1].size() != 2 || !number(offset[1], 0, 59))))
      return false;
  }
  const std::vector<std::string_view> parts = split(seconds, '.');
  return parts.size() <= 2 && number(parts[0], 0, 59) &&
         (parts.size() < 2 || number(parts[1], 0, 999'999'999));
}

bool clock_time(std::string_view text) {
  // The zone's own colon would look like another part of the time.
  std::vector<std::string_view> parts;
  for (int i = 0; i < 2; ++i) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) break;
    parts.push_back(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  if (parts.size() == 2) return number(parts[0], 0, 23) && number(parts[1], 0, 59) && seconds_and_zone(text);
  const std::string_view last = text.substr(0, text.find_first_of("z+-"));
  if (parts.empty()) return text.empty() || number(last, 0, 23);
  return number(parts[0], 0, 23) && number(last, 0, 59);
}

}  // namespace

std::optional<std::string> resource_fault(std::string_view resource) {
  if (resource == "*") return std::nullopt;
  std::string_view rest = resource, part, partition, service, region, account;
  if (!cut(rest, part)) return "Resource " + std::string(resource) + " must be in ARN format or \"*\".";
  const bool has_service = cut(rest, partition);
  if (std::find(kPartitions.begin(), kPartitions.end(), partition) == kPartitions.end()) {
    return partition_fault(partition, rest);
  }
  if (!has_service) return "Resource vendor must be fully qualified and cannot contain regexes.";
  cut(rest, service);
  const bool has_region = cut(rest, region);
  cut(rest, account);
  if (service == "iam") return iam_fault(resource, has_region || !region.empty() ? region : "*", rest);
  if (service == "s3" && (!region.empty() || !has_region) && !starts(rest, "accesspoint/")) {
    return "Resource " + std::string(resource) + " can not contain region information.";
  }
  return std::nullopt;
}

bool legacy_resource(std::string_view resource) {
  if (resource == "*") return true;
  const std::vector<std::string_view> parts = split(resource, ':');
  if (parts.size() < 6 && resource.find("::") != std::string_view::npos) return false;
  return parts.size() > 2 && !parts[2].empty();
}

bool legacy_date(std::string_view value) {
  const std::string text = lower(value);
  const std::size_t separator = text.find('t');
  if (separator == std::string::npos && text.find('-') == std::string::npos)
    return number(text, 0, INT64_MAX);
  const std::string_view whole = text;
  if (!calendar_date(whole.substr(0, separator))) return false;
  return separator == std::string::npos || clock_time(whole.substr(separator + 1));
}

}  // namespace latchkey::policy
