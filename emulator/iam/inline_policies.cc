// Inline policies of users, groups and roles: four operations a kind.
#include "iam/access.h"
#include "iam/documents.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

// The quota counts all inline policies of an entity together.
template <class T>
void check_size(const T& entity) {
  std::size_t total = 0;
  for (const auto& [name, document] : entity.inline_policies) total += counted_size(document.text());
  if (total > Kind<T>::inline_characters) {
    throw inline_policies_too_large(Kind<T>::word, entity.name, Kind<T>::inline_characters);
  }
}

template <class T>
Value put_policy(Call& call) {
  named<T>(call);
  Document document = identity_document(call.in.text("PolicyDocument"));
  change<T>(call, [&](T& entity, Txn&) {
    entity.inline_policies[call.in.text("PolicyName")] = std::move(document);
    check_size(entity);
  });
  return {};
}

template <class T>
Value get_policy(Call& call) {
  const auto entity = named<T>(call);
  const std::string& name = call.in.text("PolicyName");
  const auto found = entity->inline_policies.find(name);
  if (found == entity->inline_policies.end()) throw no_such_inline_policy(Kind<T>::word, name);
  return Members{{std::string(Kind<T>::name), entity->name},
                 {"PolicyName", name},
                 {"PolicyDocument", percent_encode(found->second.text())}};
}

template <class T>
Value list_policies(Call& call) {
  std::vector<std::string> names;
  for (const auto& [name, document] : named<T>(call)->inline_policies) names.push_back(name);
  const auto itself = [](const std::string& name) { return name; };
  return list_answer(call, "PolicyNames", names, itself, itself);
}

template <class T>
Value delete_policy(Call& call) {
  const std::string& name = call.in.text("PolicyName");
  change<T>(call, [&](T& entity, Txn&) {
    if (entity.inline_policies.erase(name) == 0) throw no_such_inline_policy(Kind<T>::word, name);
  });
  return {};
}

struct Names {
  std::string_view put, get, list, remove;
};

template <class T>
std::vector<Operation> rows(const Names& names, const Shape& name) {
  const Member entity = req(Kind<T>::name, name);
  const Member policy = req("PolicyName", shape::PolicyName);
  return {
      {.name = names.put,
       .input = {entity, policy, req("PolicyDocument", shape::PolicyDocument)},
       .access = on_entity<T>(Boundary::in_force),
       .run = put_policy<T>},
      {.name = names.get, .input = {entity, policy}, .access = on_entity<T>(), .run = get_policy<T>},
      {.name = names.list,
       .input = {entity, opt("Marker", shape::Marker), opt("MaxItems", shape::MaxItems)},
       .access = on_entity<T>(),
       .run = list_policies<T>},
      {.name = names.remove,
       .input = {entity, policy},
       .access = on_entity<T>(Boundary::in_force),
       .run = delete_policy<T>},
  };
}

}  // namespace

std::vector<Operation> inline_policy_operations() {
  auto table = rows<User>({"PutUserPolicy", "GetUserPolicy", "ListUserPolicies", "DeleteUserPolicy"},
                          shape::ExistingUserName);
  for (auto& row : rows<Group>({"PutGroupPolicy", "GetGroupPolicy", "ListGroupPolicies", "DeleteGroupPolicy"},
                               shape::GroupName)) {
    table.push_back(row);
  }
  for (auto& row : rows<Role>({"PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy"},
                              shape::RoleName)) {
    table.push_back(row);
  }
  return table;
}

}  // namespace latchkey::iam
