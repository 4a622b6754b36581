#include "iam/access.h"
#include "iam/answers.h"
#include "iam/boundaries.h"
#include "iam/documents.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/tags.h"

namespace latchkey::iam {
namespace {

constexpr std::int64_t kDefaultSessionSeconds = 3600;

void set_description(const Call& call, Role& role) {
  if (!call.in.has("Description")) return;
  role.description = call.in.text("Description");
  role.has_description = true;
}

// A service-linked role is its service's.
void require_own(const Role& role) {
  if (role.path.starts_with("/aws-service-role/")) throw protected_role(role.name);
}

Value create_role(Call& call) {
  Role role;
  role.account = call.account;
  role.name = call.in.text("RoleName");
  role.path = call.in.text_or("Path", "/");
  if (role.path.starts_with("/aws-service-role/"))
    throw invalid("Roles under /aws-service-role/ are created by AWS services only.");
  role.id = call.random.unique_id("AROA", 17);
  role.created = call.now;
  role.max_session_seconds = call.in.number_or("MaxSessionDuration", kDefaultSessionSeconds);
  role.tags = call.in.tags("Tags", "Key", "Value");
  set_description(call, role);
  check_new_tags(role.tags);
  role.trust = trust_document(call.store, call.in.text("AssumeRolePolicyDocument"));
  const auto made = call.store.write([&](Txn& txn) {
    if (txn.find<Role>(id_of(call, role.name))) throw already_exists("Role", role.name);
    if (call.in.has("PermissionsBoundary")) role.boundary = boundary_key(txn, call);
    return txn.put(role);
  });
  return Members{{"Role", new_role_details(call, *made)}};
}

Value get_role(Call& call) { return Members{{"Role", role_details(call, *named<Role>(call))}}; }

Value list_roles(Call& call) {
  const std::string prefix = call.in.text_or("PathPrefix", "/");
  return table_answer<Role>(
      call, "Roles", [&](const Role& role) { return role.path.starts_with(prefix); },
      [&](const Role& role) { return role_entry(call, role); });
}

// What is not given stays as it is.
Value update_role(Call& call) {
  change<Role>(call, [&](Role& role, Txn&) {
    set_description(call, role);
    role.max_session_seconds = call.in.number_or("MaxSessionDuration", role.max_session_seconds);
  });
  return Members();
}

Value update_role_description(Call& call) {
  const auto role = change<Role>(call, [&](Role& changed, Txn&) { set_description(call, changed); });
  return Members{{"Role", role_entry(call, *role)}};
}

Value update_assume_role_policy(Call& call) {
  named<Role>(call);
  Document trust = trust_document(call.store, call.in.text("PolicyDocument"));
  change<Role>(call, [&](Role& role, Txn&) {
    require_own(role);
    role.trust = std::move(trust);
  });
  return {};
}

Value delete_role(Call& call) {
  const std::string& name = call.in.text("RoleName");
  call.store.write([&](Txn& txn) {
    const auto role = require<Role>(txn, call, name);
    require_own(*role);
    if (!txn.indexed<InstanceProfile>(role->account + "/" + to_lower(role->name)).empty()) {
      throw must_leave_instance_profiles();
    }
    if (!role->attached.empty()) throw must_detach_policies();
    if (!role->inline_policies.empty()) throw must_delete_policies();
    txn.erase<Role>(id_of(call, name));
  });
  return {};
}

}  // namespace

std::vector<Operation> role_operations() {
  const Member name = req("RoleName", shape::RoleName);
  return {
      {.name = "CreateRole",
       .input = {opt("Path", shape::Path), name, req("AssumeRolePolicyDocument", shape::PolicyDocument),
                 opt("Description", shape::RoleDescription),
                 opt("MaxSessionDuration", shape::MaxSessionDuration),
                 opt("PermissionsBoundary", shape::PolicyArn), opt("Tags", shape::Tags)},
       .access = on_new_role(),
       .run = create_role},
      {.name = "GetRole", .input = {name}, .access = on_entity<Role>(), .run = get_role},
      {.name = "ListRoles",
       .input = {opt("PathPrefix", shape::PathPrefix), opt("Marker", shape::Marker),
                 opt("MaxItems", shape::MaxItems)},
       .access = on_roles(),
       .run = list_roles},
      {.name = "UpdateRole",
       .input = {name, opt("Description", shape::RoleDescription),
                 opt("MaxSessionDuration", shape::MaxSessionDuration)},
       .access = on_entity<Role>(),
       .run = update_role},
      {.name = "UpdateRoleDescription",
       .input = {name, req("Description", shape::RoleDescription)},
       .access = on_entity<Role>(),
       .run = update_role_description},
      {.name = "UpdateAssumeRolePolicy",
       .input = {name, req("PolicyDocument", shape::PolicyDocument)},
       .access = on_entity<Role>(),
       .run = update_assume_role_policy},
      {.name = "DeleteRole", .input = {name}, .access = on_entity<Role>(), .run = delete_role},
  };
}

}  // namespace latchkey::iam
