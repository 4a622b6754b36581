// Policy documents on their way in: compiled, within AWS's sizes, naming principals that exist.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "pipeline/operation.h"

namespace latchkey::iam {

// The size of a document as AWS's quotas count it: without white space.
std::size_t counted_size(std::string_view document);

// The documents that grant permissions. Throws MalformedPolicyDocument.
Document identity_document(const std::string& text);
// A role's trust policy. Throws MalformedPolicyDocument, also for a principal that does not exist, and
// LimitExceeded.
Document trust_document(const Store& store, const std::string& text);
// A managed policy's document.
Document managed_document(const std::string& text);

}  // namespace latchkey::iam
