#include "policy/document_checks.h"

namespace latchkey::policy {

std::string unreadable_document(Kind kind) {
  return kind == Kind::trust ? "This policy contains invalid Json" : "Syntax errors in policy.";
}

std::optional<std::string> find_fault(const Json&, Kind) { return std::nullopt; }

}  // namespace latchkey::policy
