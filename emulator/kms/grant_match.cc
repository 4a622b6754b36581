#include "kms/grant_match.h"

#include <algorithm>

#include "core/encoding.h"

namespace latchkey::kms {
namespace {

constexpr std::size_t kIdBytes = 32;
constexpr std::size_t kTokenBytes = kIdBytes + 16;

bool has_pair(const Members& context, const std::pair<std::string, std::string>& pair) {
  const Value* value = context.find(pair.first);
  return value != nullptr && *value == Value(pair.second);
}

bool constraint_met(const Grant& grant, const Members& context) {
  if (grant.constraint.empty()) return true;
  if (!grant.constraint_is_subset && context.size() != grant.constraint.size()) return false;
  return std::all_of(grant.constraint.begin(), grant.constraint.end(),
                     [&](const auto& pair) { return has_pair(context, pair); });
}

}  // namespace

std::string new_grant_token(const Grant& grant, Random& random) {
  return base64_encode(hex_decode(grant.id).value_or("") + random.bytes(kTokenBytes - kIdBytes));
}

Ptr<Grant> grant_of_token(const Call& call, std::string_view token) {
  const auto bytes = base64_decode(token);
  if (!bytes || bytes->size() != kTokenBytes) return nullptr;
  const auto found = call.store.indexed<Grant>(call.region + "/" + hex_encode(bytes->substr(0, kIdBytes)));
  return found.empty() ? nullptr : found.front();
}

bool is_caller(const Identity& who, std::string_view principal, std::string_view unique_id) {
  const policy::Principal& caller = who.principal;
  const bool session = caller.kind == policy::Principal::Kind::role_session;
  if (unique_id.empty()) return principal == caller.arn || (session && principal == caller.role_arn);
  // A user or role made again under the same name is somebody else.
  const std::string_view own = session
                                   ? std::string_view(caller.unique_id).substr(0, caller.unique_id.find(':'))
                                   : std::string_view(caller.unique_id);
  return own == unique_id;
}

policy::Named as_evidence(const Grant& grant) {
  std::string name = "grant " + grant.id;
  if (!grant.name.empty()) name += " (" + grant.name + ")";
  return {nullptr, std::move(name), grant.grantee};
}

std::optional<policy::Named> covering_grant(const Call& call, const Key& key, std::string_view operation,
                                            const Members* encryption_context) {
  for (const auto& grant : call.store.indexed<Grant>(key.account + "/" + key.region + "/" + key.id)) {
    const auto& operations = grant->operations;
    if (std::find(operations.begin(), operations.end(), operation) == operations.end()) continue;
    if (!is_caller(call.who, grant->grantee, grant->grantee_id)) continue;
    if (encryption_context == nullptr || constraint_met(*grant, *encryption_context))
      return as_evidence(*grant);
  }
  return std::nullopt;
}

}  // namespace latchkey::kms
