#include "iam/tags.h"

#include <algorithm>

#include "iam/access.h"
#include "iam/answers.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

Tags::iterator find_tag(Tags& tags, std::string_view key) {
  return std::find_if(tags.begin(), tags.end(),
                      [&](const auto& tag) { return equal_ignoring_case(tag.first, key); });
}

template <class T>
Value tag(Call& call) {
  const Tags given = call.in.tags("Tags", "Key", "Value");
  check_new_tags(given);
  change<T>(call, [&](T& entity, Txn&) { merge_tags(entity.tags, given); });
  return {};
}

template <class T>
Value untag(Call& call) {
  const auto keys = call.in.texts("TagKeys");
  change<T>(call, [&](T& entity, Txn&) { remove_tags(entity.tags, keys); });
  return {};
}

// Sorted by key, as the API reference promises.
template <class T>
Value list_tags(Call& call) {
  Tags tags = named<T>(call)->tags;
  std::sort(tags.begin(), tags.end());
  return list_answer(
      call, "Tags", tags, [](const auto& entry) { return entry.first; },
      [](const auto& entry) {
        return Members{{"Key", entry.first}, {"Value", entry.second}};
      });
}

struct Names {
  std::string_view tag, untag, list;
};

template <class T>
std::vector<Operation> rows(const Names& names, const Shape& name) {
  return {
      {.name = names.tag,
       .input = {req(Kind<T>::name, name), req("Tags", shape::Tags)},
       .access = on_entity<T>(),
       .run = tag<T>},
      {.name = names.untag,
       .input = {req(Kind<T>::name, name), req("TagKeys", shape::TagKeys)},
       .access = on_entity<T>(),
       .run = untag<T>},
      {.name = names.list,
       .input = {req(Kind<T>::name, name), opt("Marker", shape::Marker), opt("MaxItems", shape::MaxItems)},
       .access = on_entity<T>(),
       .run = list_tags<T>},
  };
}

}  // namespace

void check_new_tags(const Tags& given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (equal_ignoring_case(std::string_view(given[i].first).substr(0, 4), "aws:")) throw reserved_tag();
    for (std::size_t j = 0; j < i; ++j) {
      if (equal_ignoring_case(given[i].first, given[j].first)) throw duplicate_tags();
    }
  }
}

void merge_tags(Tags& tags, const Tags& given) {
  for (const auto& entry : given) {
    const auto same = find_tag(tags, entry.first);
    if (same == tags.end()) {
      tags.push_back(entry);
    } else {
      *same = entry;
    }
  }
  if (tags.size() > kMostTags) throw too_many_tags();
}

void remove_tags(Tags& tags, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    const auto found = find_tag(tags, key);
    if (found != tags.end()) tags.erase(found);
  }
}

std::vector<Operation> tag_operations() {
  std::vector<Operation> table =
      rows<User>({"TagUser", "UntagUser", "ListUserTags"}, shape::ExistingUserName);
  for (auto& row : rows<Role>({"TagRole", "UntagRole", "ListRoleTags"}, shape::RoleName))
    table.push_back(row);
  for (auto& row : rows<ManagedPolicy>({"TagPolicy", "UntagPolicy", "ListPolicyTags"}, shape::PolicyArn)) {
    table.push_back(row);
  }
  const auto add = [&](std::vector<Operation> more) { table.insert(table.end(), more.begin(), more.end()); };
  add(rows<InstanceProfile>({"TagInstanceProfile", "UntagInstanceProfile", "ListInstanceProfileTags"},
                            shape::InstanceProfileName));
  add(rows<MfaDevice>({"TagMFADevice", "UntagMFADevice", "ListMFADeviceTags"}, shape::SerialNumber));
  add(rows<OidcProvider>(
      {"TagOpenIDConnectProvider", "UntagOpenIDConnectProvider", "ListOpenIDConnectProviderTags"},
      shape::Arn));
  add(rows<SamlProvider>({"TagSAMLProvider", "UntagSAMLProvider", "ListSAMLProviderTags"}, shape::Arn));
  add(rows<ServerCertificate>({"TagServerCertificate", "UntagServerCertificate", "ListServerCertificateTags"},
                              shape::ServerCertificateName));
  return table;
}

}  // namespace latchkey::iam
