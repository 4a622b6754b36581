// Groups and their members. Who is in a group stands with the users: a group has any number of them, a user
// is in at most ten groups.
#include <algorithm>

#include "iam/access.h"
#include "iam/answers.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/usage.h"

namespace latchkey::iam {
namespace {

constexpr std::size_t kMostGroupsOfUser = 10;

Value create_group(Call& call) {
  Group group;
  group.account = call.account;
  group.name = call.in.text("GroupName");
  group.path = call.in.text_or("Path", "/");
  group.id = call.random.unique_id("AGPA", 17);
  group.created = call.now;
  const auto made = call.store.write([&](Txn& txn) {
    if (txn.find<Group>(id_of(call, group.name))) throw already_exists("Group", group.name);
    return txn.put(group);
  });
  return Members{{"Group", group_entry(call, *made)}};
}

// One page runs through the members; the group is shown on each.
Value get_group(Call& call) {
  const auto group = named<Group>(call);
  const auto users = members_of(call.store, *group);
  Members answer{{"Group", group_entry(call, *group)}};
  const Members page = list_answer(
      call, "Users", users, [](const auto& user) { return to_lower(user->name); },
      [&](const auto& user) { return user_entry(call, *user); });
  for (const auto& [name, value] : page) answer.add(name, value);
  return answer;
}

Value list_groups(Call& call) {
  const std::string prefix = call.in.text_or("PathPrefix", "/");
  return table_answer<Group>(
      call, "Groups", [&](const Group& group) { return group.path.starts_with(prefix); },
      [&](const Group& group) { return group_entry(call, group); });
}

// A renamed group keeps its id, its policies and its members.
Value update_group(Call& call) {
  const std::string& name = call.in.text("GroupName");
  call.store.write([&](Txn& txn) {
    const auto group = require<Group>(txn, call, name);
    Group changed = *group;
    changed.name = call.in.text_or("NewGroupName", group->name);
    changed.path = call.in.text_or("NewPath", group->path);
    const Id before = id_of(call, group->name);
    const Id after = id_of(call, changed.name);
    if (after.name != before.name) {
      if (txn.find<Group>(after)) throw already_exists("Group", changed.name);
      txn.erase<Group>(before);
      for (const auto& user : members_of(txn, *group)) {
        User member = *user;
        std::replace(member.groups.begin(), member.groups.end(), before.name, after.name);
        txn.put(std::move(member));
      }
    }
    txn.put(std::move(changed));
  });
  return {};
}

Value delete_group(Call& call) {
  const std::string& name = call.in.text("GroupName");
  call.store.write([&](Txn& txn) {
    const auto group = require<Group>(txn, call, name);
    if (!group->attached.empty()) throw must_detach_policies();
    if (!group->inline_policies.empty()) throw must_delete_policies();
    if (!members_of(txn, *group).empty()) throw must_leave_groups();
    txn.erase<Group>(id_of(call, name));
  });
  return {};
}

// --- Members ---

// Whoever is in the group already stays in it.
Value add_user_to_group(Call& call) {
  call.store.write([&](Txn& txn) {
    const std::string group = to_lower(require<Group>(txn, call, call.in.text("GroupName"))->name);
    User user = *require<User>(txn, call, call.in.text("UserName"));
    if (std::find(user.groups.begin(), user.groups.end(), group) != user.groups.end()) return;
    if (user.groups.size() >= kMostGroupsOfUser) throw quota_exceeded("GroupsPerUser", kMostGroupsOfUser);
    user.groups.push_back(group);
    txn.put(std::move(user));
  });
  return {};
}

// AWS does not mind that a user is not in the group.
Value remove_user_from_group(Call& call) {
  call.store.write([&](Txn& txn) {
    const std::string group = to_lower(require<Group>(txn, call, call.in.text("GroupName"))->name);
    User user = *require<User>(txn, call, call.in.text("UserName"));
    if (std::erase(user.groups, group) > 0) txn.put(std::move(user));
  });
  return {};
}

Value list_groups_for_user(Call& call) {
  std::vector<std::string> names = named<User>(call)->groups;
  std::sort(names.begin(), names.end());
  std::vector<Ptr<Group>> groups;
  for (const std::string& name : names) {
    if (auto group = call.store.find<Group>(id_of(call, name))) groups.push_back(std::move(group));
  }
  return list_answer(
      call, "Groups", groups, [](const auto& group) { return to_lower(group->name); },
      [&](const auto& group) { return group_entry(call, *group); });
}

}  // namespace

std::vector<Operation> group_operations() {
  const Member name = req("GroupName", shape::GroupName);
  const Member user = req("UserName", shape::ExistingUserName);
  const Member marker = opt("Marker", shape::Marker);
  const Member items = opt("MaxItems", shape::MaxItems);
  return {
      {.name = "CreateGroup",
       .input = {opt("Path", shape::Path), name},
       .access = on_new_group(),
       .run = create_group},
      {.name = "GetGroup", .input = {name, marker, items}, .access = on_entity<Group>(), .run = get_group},
      {.name = "ListGroups",
       .input = {opt("PathPrefix", shape::PathPrefix), marker, items},
       .access = on_groups(),
       .run = list_groups},
      {.name = "UpdateGroup",
       .input = {name, opt("NewPath", shape::Path), opt("NewGroupName", shape::GroupName)},
       .access = on_renamed<Group>(),
       .run = update_group},
      {.name = "DeleteGroup", .input = {name}, .access = on_entity<Group>(), .run = delete_group},
      {.name = "AddUserToGroup",
       .input = {name, user},
       .access = on_entity<Group>(),
       .run = add_user_to_group},
      {.name = "RemoveUserFromGroup",
       .input = {name, user},
       .access = on_entity<Group>(),
       .run = remove_user_from_group},
      {.name = "ListGroupsForUser",
       .input = {user, marker, items},
       .access = on_entity<User>(),
       .run = list_groups_for_user},
  };
}

}  // namespace latchkey::iam
