// Whether the principals of a stored policy are of a form that AWS takes; that they exist is for the caller
// to check.
#pragma once

#include <optional>
#include <string>

#include "policy/json_reader.h"

namespace latchkey::policy {

// IAM's words about a Principal element, "Invalid principal in policy: "AWS":"x""; nothing if it is well
// formed.
std::optional<std::string> principal_fault(const Json& element);

}  // namespace latchkey::policy
