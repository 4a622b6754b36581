// The forms of Resource ARNs and of date values that IAM refuses when a policy is stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::policy {

// IAM's words about an ARN in Resource or NotResource; nothing if it is well formed.
std::optional<std::string> resource_fault(std::string_view resource);
// What IAM's older parser takes. It complains without saying where.
bool legacy_resource(std::string_view resource);
bool legacy_date(std::string_view value);

}  // namespace latchkey::policy
