#include "iam/managed.h"

#include <stdexcept>
#include <string>

#include "core/cipher.h"
#include "core/clock.h"
#include "core/encoding.h"
#include "core/json.h"
#include "store/traits.h"

namespace latchkey::iam {

namespace {

std::string text_of(const Members& row, std::string_view name) {
  const Value* value = row.find(name);
  return value == nullptr ? std::string() : value->get<std::string>();
}

Time time_of(const Members& row, std::string_view name) { return parse_iso8601(text_of(row, name)).value(); }

// AWS's own id where it is known; else one that is the same in every emulator.
std::string id_of(const Members& row) {
  std::string known = text_of(row, "id");
  if (!known.empty()) return known;
  std::string out = "ANPA" + base32_encode(sha256("managed policy " + text_of(row, "name")));
  out.resize(21);
  return out;
}

ManagedPolicy read(std::string_view members, std::string_view document) {
  const auto parsed = parse_json(members);
  if (!parsed) throw std::logic_error("managed_policies.json is not as it should be");
  const Members& row = parsed->get<Members>();
  ManagedPolicy policy;
  policy.account = kAwsAccount;
  policy.name = text_of(row, "name");
  policy.path = text_of(row, "path");
  policy.id = id_of(row);
  policy.description = text_of(row, "description");
  policy.created = time_of(row, "created");
  policy.updated = time_of(row, "updated");
  policy.default_version = text_of(row, "version");
  policy.versions.push_back(
      {policy.default_version, Document::in_program(document, policy::Kind::identity), policy.updated});
  return policy;
}

std::vector<std::shared_ptr<const ManagedPolicy>> read_all() {
  std::vector<std::shared_ptr<const ManagedPolicy>> policies;
  const auto& [members, documents] = managed_policy_texts;
  policies.reserve(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    policies.push_back(std::make_shared<const ManagedPolicy>(read(members[i], documents[i])));
  }
  return policies;
}

}  // namespace

const std::vector<std::shared_ptr<const ManagedPolicy>>& aws_managed_policies() {
  static const std::vector<std::shared_ptr<const ManagedPolicy>> policies = read_all();
  return policies;
}

}  // namespace latchkey::iam
