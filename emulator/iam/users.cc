#include "iam/access.h"
#include "iam/answers.h"
#include "iam/boundaries.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/tags.h"

namespace latchkey::iam {
namespace {

// Latchkey's accounts have always been there; their root user needs a date that never changes.
constexpr Time kRootCreated{1'273'276'800'000};  // 2010-05-08, the version of this API

std::string keys_of(const User& user) { return user.account + "/" + to_lower(user.name); }

Value create_user(Call& call) {
  User user;
  user.account = call.account;
  user.name = call.in.text("UserName");
  user.path = call.in.text_or("Path", "/");
  user.id = call.random.unique_id("AIDA", 17);
  user.created = call.now;
  user.tags = call.in.tags("Tags", "Key", "Value");
  check_new_tags(user.tags);
  const auto made = call.store.write([&](Txn& txn) {
    if (txn.find<User>(id_of(call, user.name))) throw already_exists("User", user.name);
    if (call.in.has("PermissionsBoundary")) user.boundary = boundary_key(txn, call);
    return txn.put(user);
  });
  return Members{{"User", user_details(call, *made)}};
}

// The root user has neither name nor path.
Members root_details(const Call& call) {
  return {{"UserId", call.account}, {"Arn", call.arn("iam", "root")}, {"CreateDate", kRootCreated}};
}

Value get_user(Call& call) {
  const auto name = user_or_caller(call);
  if (!name) return Members{{"User", root_details(call)}};
  return Members{{"User", user_details(call, *require<User>(call.store, call, *name))}};
}

Value list_users(Call& call) {
  const std::string prefix = call.in.text_or("PathPrefix", "/");
  return table_answer<User>(
      call, "Users", [&](const User& user) { return user.path.starts_with(prefix); },
      [&](const User& user) { return user_entry(call, user); });
}

// A renamed user keeps its id, its policies and its access keys.
Value update_user(Call& call) {
  const std::string& name = call.in.text("UserName");
  call.store.write([&](Txn& txn) {
    const auto user = require<User>(txn, call, name);
    User changed = *user;
    changed.name = call.in.text_or("NewUserName", user->name);
    changed.path = call.in.text_or("NewPath", user->path);
    const Id before = id_of(call, user->name);
    const Id after = id_of(call, changed.name);
    if (after.name != before.name) {
      if (txn.find<User>(after)) throw already_exists("User", changed.name);
      txn.erase<User>(before);
    }
    for (const auto& key : txn.indexed<AccessKey>(keys_of(*user))) {
      AccessKey moved = *key;
      moved.user = changed.name;
      txn.put(std::move(moved));
    }
    txn.put(std::move(changed));
  });
  return {};
}

Value delete_user(Call& call) {
  const std::string& name = call.in.text("UserName");
  call.store.write([&](Txn& txn) {
    const auto user = require<User>(txn, call, name);
    if (!user->attached.empty()) throw must_detach_policies();
    if (!user->inline_policies.empty()) throw must_delete_policies();
    if (!user->groups.empty()) throw must_leave_groups();
    if (!txn.indexed<AccessKey>(keys_of(*user)).empty()) throw must_delete_access_keys();
    if (txn.find<LoginProfile>({call.account, "", user->id})) throw must_delete_login_profile();
    if (!txn.indexed<MfaDevice>(user->id).empty()) throw must_delete_mfa_device();
    if (!txn.indexed<SigningCertificate>(user->id).empty()) throw must_delete_certificates();
    if (!txn.indexed<SshPublicKey>(user->id).empty() || !txn.indexed<ServiceCredential>(user->id).empty()) {
      throw must_remove_referenced_objects();
    }
    txn.erase<User>(id_of(call, name));
  });
  return {};
}

}  // namespace

std::vector<Operation> user_operations() {
  return {
      {.name = "CreateUser",
       .input = {opt("Path", shape::Path), req("UserName", shape::UserName),
                 opt("PermissionsBoundary", shape::PolicyArn), opt("Tags", shape::Tags)},
       .access = on_new_user(),
       .run = create_user},
      {.name = "GetUser",
       .input = {opt("UserName", shape::ExistingUserName)},
       .access = on_user_or_caller(),
       .run = get_user},
      {.name = "ListUsers",
       .input = {opt("PathPrefix", shape::PathPrefix), opt("Marker", shape::Marker),
                 opt("MaxItems", shape::MaxItems)},
       .access = on_users(),
       .run = list_users},
      {.name = "UpdateUser",
       .input = {req("UserName", shape::ExistingUserName), opt("NewPath", shape::Path),
                 opt("NewUserName", shape::UserName)},
       .access = on_renamed<User>(),
       .run = update_user},
      {.name = "DeleteUser",
       .input = {req("UserName", shape::ExistingUserName)},
       .access = on_entity<User>(),
       .run = delete_user},
  };
}

}  // namespace latchkey::iam
