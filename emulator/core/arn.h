// Amazon Resource Names: arn:partition:service:region:account:resource
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey {

struct Arn {
  std::string partition, service, region, account, resource;  // resource: all that follows the fifth colon

  // nullopt unless there are six parts and the first is "arn".
  static std::optional<Arn> parse(std::string_view text);
  std::string str() const;
};

// "aws", "aws-cn" or "aws-us-gov", after the region.
std::string_view partition_of(std::string_view region);

// Looks like a region: "us-east-1", "us-gov-west-1", "eusc-de-east-1".
bool is_region_name(std::string_view text);
bool is_account_id(std::string_view text);  // 12 digits

}  // namespace latchkey
