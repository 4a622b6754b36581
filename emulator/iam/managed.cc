#include "iam/managed.h"

#include <string>

#include "core/cipher.h"
#include "core/clock.h"
#include "core/encoding.h"
#include "store/traits.h"

namespace latchkey::iam {

namespace {

// AWS's own id where it is known; else one that is the same in every emulator.
std::string id_of(const ManagedPolicyRow& row) {
  if (!row.id.empty()) return std::string(row.id);
  std::string out = "ANPA" + base32_encode(sha256("managed policy " + std::string(row.name)));
  out.resize(21);
  return out;
}

ManagedPolicy read(const ManagedPolicyRow& row) {
  ManagedPolicy policy;
  policy.account = kAwsAccount;
  policy.name = row.name;
  policy.path = row.path;
  policy.id = id_of(row);
  policy.description = row.description;
  policy.created = parse_iso8601(row.created).value();
  policy.updated = parse_iso8601(row.updated).value();
  policy.default_version = row.version;
  policy.versions.push_back(
      {policy.default_version, Document::in_program(row.document, policy::Kind::identity), policy.updated});
  return policy;
}

std::vector<std::shared_ptr<const ManagedPolicy>> read_all() {
  std::vector<std::shared_ptr<const ManagedPolicy>> policies;
  policies.reserve(managed_policy_rows.size());
  for (const ManagedPolicyRow& row : managed_policy_rows) {
    policies.push_back(std::make_shared<const ManagedPolicy>(read(row)));
  }
  return policies;
}

}  // namespace

const std::vector<std::shared_ptr<const ManagedPolicy>>& aws_managed_policies() {
  static const std::vector<std::shared_ptr<const ManagedPolicy>> policies = read_all();
  return policies;
}

}  // namespace latchkey::iam
