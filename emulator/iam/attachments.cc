// Managed policies attached to users, groups and roles: three operations a kind.
#include <algorithm>

#include "iam/access.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

constexpr std::size_t kMostAttached = 10;

template <class T>
Value attach(Call& call) {
  const PolicyReference reference = policy_reference(call, call.in.text("PolicyArn"));
  change<T>(call, [&](T& entity, Txn& txn) {
    if (!find_policy(txn, call, reference)) throw not_attachable(reference.arn);
    auto& attached = entity.attached;
    if (std::find(attached.begin(), attached.end(), reference.key()) != attached.end()) return;
    if (attached.size() >= kMostAttached) {
      throw quota_exceeded("PoliciesPer" + std::string(Kind<T>::title), kMostAttached);
    }
    attached.push_back(reference.key());
  });
  return {};
}

template <class T>
Value detach(Call& call) {
  const PolicyReference reference = policy_reference(call, call.in.text("PolicyArn"));
  change<T>(call, [&](T& entity, Txn& txn) {
    const auto found = std::find(entity.attached.begin(), entity.attached.end(), reference.key());
    if (found == entity.attached.end() || !find_policy(txn, call, reference))
      throw no_such_policy(reference.arn);
    entity.attached.erase(found);
  });
  return {};
}

template <class T>
Value list_attached(Call& call) {
  const std::string prefix = call.in.text_or("PathPrefix", "/");
  std::vector<Ptr<ManagedPolicy>> policies;
  for (const std::string& key : named<T>(call)->attached) {
    auto policy = policy_of_key(call.store, key);
    if (policy && policy->path.starts_with(prefix)) policies.push_back(std::move(policy));
  }
  std::sort(policies.begin(), policies.end(),
            [](const auto& a, const auto& b) { return a->key() < b->key(); });
  return list_answer(
      call, "AttachedPolicies", policies, [](const auto& policy) { return policy->key(); },
      [&](const auto& policy) {
        return Members{{"PolicyName", policy->name}, {"PolicyArn", arn_of(call.partition, *policy)}};
      });
}

struct Names {
  std::string_view attach, detach, list;
};

template <class T>
std::vector<Operation> rows(const Names& names, const Shape& name) {
  const Member entity = req(Kind<T>::name, name);
  return {
      {.name = names.attach,
       .input = {entity, req("PolicyArn", shape::PolicyArn)},
       .access = on_entity<T>(Boundary::in_force),
       .run = attach<T>},
      {.name = names.detach,
       .input = {entity, req("PolicyArn", shape::PolicyArn)},
       .access = on_entity<T>(Boundary::in_force),
       .run = detach<T>},
      {.name = names.list,
       .input = {entity, opt("PathPrefix", shape::PolicyPath), opt("Marker", shape::Marker),
                 opt("MaxItems", shape::MaxItems)},
       .access = on_entity<T>(),
       .run = list_attached<T>},
  };
}

}  // namespace

std::vector<Operation> attachment_operations() {
  auto table =
      rows<User>({"AttachUserPolicy", "DetachUserPolicy", "ListAttachedUserPolicies"}, shape::UserName);
  for (auto& row : rows<Group>({"AttachGroupPolicy", "DetachGroupPolicy", "ListAttachedGroupPolicies"},
                               shape::GroupName)) {
    table.push_back(row);
  }
  for (auto& row :
       rows<Role>({"AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies"}, shape::RoleName)) {
    table.push_back(row);
  }
  return table;
}

}  // namespace latchkey::iam
