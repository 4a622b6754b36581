// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
#include "iam/access.h"
#include "iam/answers.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/tags.h"

namespace latchkey::iam {
namespace {

Members details_of(const Call& call, const InstanceProfile& profile) {
  Members out = instance_profile_entry(call, profile);
  if (!profile.tags.empty()) out.add("Tags", tag_list(profile.tags));
  return out;
}

Value create_instance_profile(Call& call) {
  InstanceProfile profile;
  profile.account = call.account;
  profile.name = call.in.text("InstanceProfileName");
  profile.path = call.in.text_or("Path", "/");
  profile.id = call.random.unique_id("AIPA", 17);
  profile.created = call.now;
  profile.tags = call.in.tags("Tags", "Key", "Value");
  check_new_tags(profile.tags);
  const auto made = call.store.write([&](Txn& txn) {
    if (txn.find<InstanceProfile>(id_of(call, profile.name))) {
      throw exists("Instance Profile " + profile.name + " already exists.");
    }
    return txn.put(profile);
  });
  return Members{{"InstanceProfile", details_of(call, *made)}};
}

Value get_instance_profile(Call& call) {
  return Members{{"InstanceProfile", details_of(call, *named<InstanceProfile>(call))}};
}

Value list_instance_profiles(Call& call) {
  const std::string prefix = call.in.text_or("PathPrefix", "/");
  return table_answer<InstanceProfile>(
      call, "InstanceProfiles",
      [&](const InstanceProfile& profile) { return profile.path.starts_with(prefix); },
      [&](const InstanceProfile& profile) { return instance_profile_entry(call, profile); });
}

Value list_instance_profiles_for_role(Call& call) {
  const std::string role = to_lower(named<Role>(call)->name);
  return table_answer<InstanceProfile>(
      call, "InstanceProfiles", [&](const InstanceProfile& profile) { return profile.role == role; },
      [&](const InstanceProfile& profile) { return instance_profile_entry(call, profile); });
}

Value add_role(Call& call) {
  change<InstanceProfile>(call, [&](InstanceProfile& profile, Txn& txn) {
    const auto role = require<Role>(txn, call, call.in.text("RoleName"));
    if (!profile.role.empty()) {
      throw limit("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    }
    profile.role = to_lower(role->name);
  });
  return {};
}

Value remove_role(Call& call) {
  change<InstanceProfile>(call, [&](InstanceProfile& profile, Txn&) {
    const std::string& role = call.in.text("RoleName");
    if (profile.role != to_lower(role)) throw no_such<Role>(role);
    profile.role.clear();
  });
  return {};
}

Value delete_instance_profile(Call& call) {
  const std::string& name = call.in.text("InstanceProfileName");
  call.store.write([&](Txn& txn) {
    if (!require<InstanceProfile>(txn, call, name)->role.empty()) throw must_leave_instance_profiles();
    txn.erase<InstanceProfile>(id_of(call, name));
  });
  return {};
}

// Whoever puts a role into a profile hands the role on.
AccessRule on_profile_and_role() {
  return AccessRule([](Call& call) {
    std::vector<Access> wanted = on_entity<InstanceProfile>()(call);
    const auto role = call.store.find<Role>(id_of(call, call.in.text("RoleName")));
    Access pass{.action = "iam:PassRole",
                .resource = role ? arn_of(call.partition, *role)
                                 : call.arn("iam", "role/" + call.in.text("RoleName"))};
    wanted.push_back(std::move(pass));
    return wanted;
  });
}

}  // namespace

Members instance_profile_entry(const Call& call, const InstanceProfile& profile) {
  List roles;
  const auto role = call.store.find<Role>({profile.account, "", profile.role});
  if (role) roles.emplace_back(role_entry(call, *role));
  return {{"Path", profile.path},
          {"InstanceProfileName", profile.name},
          {"InstanceProfileId", profile.id},
          {"Arn", arn_of(call, profile)},
          {"CreateDate", profile.created},
          {"Roles", std::move(roles)}};
}

std::vector<Operation> instance_profile_operations() {
  const Member name = req("InstanceProfileName", shape::InstanceProfileName);
  const Member role = req("RoleName", shape::RoleName);
  return {
      {.name = "CreateInstanceProfile",
       .input = {name, opt("Path", shape::Path), opt("Tags", shape::Tags)},
       .access = on_new("instance-profile", "InstanceProfile", true,
                        [](const Call& call) { return call.in.text("InstanceProfileName"); }),
       .run = create_instance_profile},
      {.name = "GetInstanceProfile",
       .input = {name},
       .access = on_entity<InstanceProfile>(),
       .run = get_instance_profile},
      {.name = "ListInstanceProfiles",
       .input = {opt("PathPrefix", shape::PathPrefix), opt("Marker", shape::Marker),
                 opt("MaxItems", shape::MaxItems)},
       .access = on_path_of("instance-profile"),
       .run = list_instance_profiles},
      {.name = "ListInstanceProfilesForRole",
       .input = {role, opt("Marker", shape::Marker), opt("MaxItems", shape::MaxItems)},
       .access = on_entity<Role>(),
       .run = list_instance_profiles_for_role},
      {.name = "AddRoleToInstanceProfile",
       .input = {name, role},
       .access = on_profile_and_role(),
       .run = add_role},
      {.name = "RemoveRoleFromInstanceProfile",
       .input = {name, role},
       .access = on_entity<InstanceProfile>(),
       .run = remove_role},
      {.name = "DeleteInstanceProfile",
       .input = {name},
       .access = on_entity<InstanceProfile>(),
       .run = delete_instance_profile},
  };
}

}  // namespace latchkey::iam
