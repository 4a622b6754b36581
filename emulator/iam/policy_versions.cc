#include <algorithm>
#include <charconv>

#include "iam/access.h"
#include "iam/answers.h"
#include "iam/documents.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

constexpr std::size_t kMostVersions = 5;

using Version = ManagedPolicy::Version;

std::vector<Version>::const_iterator require_version(const Call& call, const ManagedPolicy& policy) {
  const std::string& id = call.in.text("VersionId");
  const auto found = std::find_if(policy.versions.begin(), policy.versions.end(),
                                  [&](const Version& version) { return version.id == id; });
  if (found == policy.versions.end()) throw no_such_version(call.in.text("PolicyArn"), id);
  return found;
}

// Text that sorts the newest version first.
std::string age_key(const Version& version) {
  constexpr std::int64_t kEnd = 999'999'999'999;
  std::int64_t number = 0;
  std::from_chars(version.id.data() + 1, version.id.data() + version.id.size(), number);
  return std::to_string(kEnd - number);
}

Value create_version(Call& call) {
  named<ManagedPolicy>(call);
  Document document = managed_document(call.in.text("PolicyDocument"));
  const auto policy = change<ManagedPolicy>(call, [&](ManagedPolicy& changed, Txn&) {
    if (changed.versions.size() >= kMostVersions) throw too_many_versions();
    changed.versions.push_back({"v" + std::to_string(changed.next_version++), std::move(document), call.now});
    changed.updated = call.now;
    if (call.in.flag("SetAsDefault")) changed.default_version = changed.versions.back().id;
  });
  return Members{{"PolicyVersion", version_entry(*policy, policy->versions.back())}};
}

Value get_version(Call& call) {
  const auto policy = named<ManagedPolicy>(call);
  const Version& version = *require_version(call, *policy);
  Members answer{{"Document", percent_encode(version.document.text())}};
  for (auto& [name, value] : version_entry(*policy, version)) answer.add(name, value);
  return Members{{"PolicyVersion", std::move(answer)}};
}

Value list_versions(Call& call) {
  const auto policy = named<ManagedPolicy>(call);
  std::vector<Version> versions = policy->versions;
  std::sort(versions.begin(), versions.end(),
            [](const Version& a, const Version& b) { return age_key(a) < age_key(b); });
  return list_answer(call, "Versions", versions, age_key,
                     [&](const Version& version) { return version_entry(*policy, version); });
}

Value delete_version(Call& call) {
  change<ManagedPolicy>(call, [&](ManagedPolicy& policy, Txn&) {
    const auto version = require_version(call, policy);
    if (version->id == policy.default_version) throw version_is_default();
    policy.versions.erase(version);
  });
  return {};
}

Value set_default_version(Call& call) {
  change<ManagedPolicy>(
      call, [&](ManagedPolicy& policy, Txn&) { policy.default_version = require_version(call, policy)->id; });
  return {};
}

}  // namespace

Members version_entry(const ManagedPolicy& policy, const ManagedPolicy::Version& version) {
  return {{"VersionId", version.id},
          {"IsDefaultVersion", version.id == policy.default_version},
          {"CreateDate", version.created}};
}

std::vector<Operation> policy_version_operations() {
  const Member arn = req("PolicyArn", shape::PolicyArn);
  const Member version = req("VersionId", shape::VersionId);
  return {
      {.name = "CreatePolicyVersion",
       .input = {arn, req("PolicyDocument", shape::PolicyDocument), opt("SetAsDefault", shape::Flag)},
       .access = on_entity<ManagedPolicy>(),
       .run = create_version},
      {.name = "GetPolicyVersion",
       .input = {arn, version},
       .access = on_entity<ManagedPolicy>(),
       .run = get_version},
      {.name = "ListPolicyVersions",
       .input = {arn, opt("Marker", shape::Marker), opt("MaxItems", shape::MaxItems)},
       .access = on_entity<ManagedPolicy>(),
       .run = list_versions},
      {.name = "DeletePolicyVersion",
       .input = {arn, version},
       .access = on_entity<ManagedPolicy>(),
       .run = delete_version},
      {.name = "SetDefaultPolicyVersion",
       .input = {arn, version},
       .access = on_entity<ManagedPolicy>(),
       .run = set_default_version},
  };
}

}  // namespace latchkey::iam
