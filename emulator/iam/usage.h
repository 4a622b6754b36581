// Who uses what: the users, groups and roles of an account that have a managed policy attached or as their
// boundary, and the members of a group.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/encoding.h"
#include "store/store.h"

namespace latchkey::iam {

enum class Use { permissions, boundary };

// source: the store, or a transaction. AWS's own policies are used from every account; only one account's
// uses count.
template <class T, class Source>
std::vector<Ptr<T>> users_of_policy(const Source& source, const ManagedPolicy& policy,
                                    std::string_view account, Use use) {
  const std::string key = use == Use::boundary ? "boundary/" + policy.key() : policy.key();
  auto found = source.template indexed<T>(key);
  std::erase_if(found, [&](const Ptr<T>& entity) { return entity->account != account; });
  return found;
}

template <class Source>
std::size_t count_uses(const Source& source, const ManagedPolicy& policy, std::string_view account, Use use) {
  return users_of_policy<User>(source, policy, account, use).size() +
         users_of_policy<Group>(source, policy, account, use).size() +
         users_of_policy<Role>(source, policy, account, use).size();
}

// The users that are in a group, by name.
template <class Source>
std::vector<Ptr<User>> members_of(const Source& source, const Group& group) {
  auto users = source.template indexed<User>("group/" + group.account + "/" + to_lower(group.name));
  std::sort(users.begin(), users.end(),
            [](const auto& a, const auto& b) { return to_lower(a->name) < to_lower(b->name); });
  return users;
}

}  // namespace latchkey::iam
