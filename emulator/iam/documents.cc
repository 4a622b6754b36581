#include "iam/documents.h"

#include <algorithm>

#include "iam/errors.h"
#include "identity/principals.h"

namespace latchkey::iam {
namespace {

constexpr std::size_t kMostTrustCharacters = 2048;
constexpr std::size_t kMostManagedCharacters = 6144;

Document compiled(const std::string& text, policy::Kind kind,
                  policy::Strictness strictness = policy::Strictness::as_written) {
  policy::Compiled result = policy::compile(text, kind, strictness);
  if (!result.policy) throw malformed_policy(std::move(result.error->message));
  return {text, std::move(result.policy)};
}

}  // namespace

std::size_t counted_size(std::string_view document) {
  return static_cast<std::size_t>(std::count_if(document.begin(), document.end(), [](char c) {
    return c != ' ' && c != '\t' && c != '\n' && c != '\r';
  }));
}

Document identity_document(const std::string& text) { return compiled(text, policy::Kind::identity); }

Document trust_document(const Store& store, const std::string& text) {
  Document document = compiled(text, policy::Kind::trust);
  if (counted_size(text) > kMostTrustCharacters) throw quota_exceeded("ACLSizePerRole", kMostTrustCharacters);
  for (const std::string& principal : policy::named_principals(*document.compiled())) {
    if (!principal_exists(store, principal)) throw invalid_principal(principal);
  }
  return bound_document(store, std::move(document), policy::Kind::trust);
}

Document managed_document(const std::string& text) {
  Document document = compiled(text, policy::Kind::identity, policy::Strictness::as_managed);
  if (counted_size(text) > kMostManagedCharacters) throw quota_exceeded("PolicySize", kMostManagedCharacters);
  return document;
}

}  // namespace latchkey::iam
