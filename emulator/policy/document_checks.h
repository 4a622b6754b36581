// What AWS checks when a policy document is stored, with the words it refuses with.
#pragma once

#include <optional>
#include <string>

#include "latchkey/policy.h"
#include "policy/json_reader.h"

namespace latchkey::policy {

// The text for a document that is no JSON object at all.
std::string unreadable_document(Kind kind);
// The first complaint about a document, in AWS's order; nothing if it is well formed.
std::optional<std::string> find_fault(const Json& document, Kind kind, Strictness strictness);

}  // namespace latchkey::policy
