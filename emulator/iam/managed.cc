#include "iam/managed.h"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>

#include "core/cipher.h"
#include "core/clock.h"
#include "core/encoding.h"
#include "core/json.h"
#include "store/traits.h"

namespace latchkey::iam {

// managed_policies.json in pieces, as the build puts it into the program.
extern const std::span<const std::string_view> managed_policies_json;

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

// A line of the file: an object whose last member is the document, which is kept as it is written.
ManagedPolicy read_row(std::string_view line) {
  constexpr std::string_view kDocument = ",\"document\":";
  const std::size_t at = line.find(kDocument);
  const auto parsed = at == std::string_view::npos ? parse_json("") : parse_json(std::string(line.substr(0, at)) + "}");
  if (!parsed) throw std::logic_error("managed_policies.json is not as it should be");
  const Members& row = parsed->get<Members>();
  std::string document(line.substr(at + kDocument.size()));
  document.erase(document.rfind('}'));
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
      {policy.default_version, Document(std::move(document), policy::Kind::identity), policy.updated});
  return policy;
}

std::vector<std::shared_ptr<const ManagedPolicy>> read_file() {
  std::string text;
  for (const std::string_view piece : managed_policies_json) text += piece;
  std::vector<std::shared_ptr<const ManagedPolicy>> policies;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.starts_with('{')) policies.push_back(std::make_shared<const ManagedPolicy>(read_row(line)));
  }
  return policies;
}

}  // namespace

const std::vector<std::shared_ptr<const ManagedPolicy>>& aws_managed_policies() {
  static const std::vector<std::shared_ptr<const ManagedPolicy>> policies = read_file();
  return policies;
}

}  // namespace latchkey::iam
