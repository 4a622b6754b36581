#include "iam/boundaries.h"

#include "iam/access.h"
#include "iam/lookup.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

template <class T>
Value put_boundary(Call& call) {
  change<T>(call, [&](T& entity, Txn& txn) { entity.boundary = boundary_key(txn, call); });
  return {};
}

template <class T>
Value delete_boundary(Call& call) {
  change<T>(call, [&](T& entity, Txn&) {
    if (entity.boundary.empty()) throw no_such_boundary(Kind<T>::word, entity.name);
    entity.boundary.clear();
  });
  return {};
}

template <class T>
std::vector<Operation> rows(std::string_view put, std::string_view remove, const Shape& name) {
  return {
      {.name = put,
       .input = {req(Kind<T>::name, name), req("PermissionsBoundary", shape::PolicyArn)},
       .access = on_entity<T>(Boundary::passed),
       .run = put_boundary<T>},
      {.name = remove,
       .input = {req(Kind<T>::name, name)},
       .access = on_entity<T>(Boundary::in_force),
       .run = delete_boundary<T>},
  };
}

}  // namespace

std::string boundary_key(const Txn& txn, const Call& call) {
  const PolicyReference reference = policy_reference(call, call.in.text("PermissionsBoundary"));
  if (!find_policy(txn, call, reference)) throw no_such_boundary_policy(reference.arn);
  return reference.key();
}

std::vector<Operation> boundary_operations() {
  auto table = rows<User>("PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary", shape::UserName);
  for (auto& row :
       rows<Role>("PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", shape::RoleName)) {
    table.push_back(row);
  }
  return table;
}

}  // namespace latchkey::iam
