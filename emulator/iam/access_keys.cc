#include <algorithm>

#include "iam/access.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

constexpr std::size_t kMostKeys = 2;
constexpr std::size_t kSecretCharacters = 40;

std::string keys_of(const Call& call, std::string_view user) { return call.account + "/" + to_lower(user); }

std::string_view status_of(const AccessKey& key) { return key.active ? "Active" : "Inactive"; }

Value create_access_key(Call& call) {
  const auto name = user_or_caller(call);
  if (!name) throw no_root_access_keys();
  AccessKey key;
  key.account = call.account;
  key.id = call.random.unique_id("AKIA", 16);
  key.secret = Secret(call.random.secret_text(kSecretCharacters));
  key.created = call.now;
  const auto made = call.store.write([&](Txn& txn) {
    key.user = require<User>(txn, call, *name)->name;
    if (txn.indexed<AccessKey>(keys_of(call, *name)).size() >= kMostKeys) {
      throw quota_exceeded("AccessKeysPerUser", kMostKeys);
    }
    return txn.put(std::move(key));
  });
  return Members{{"AccessKey", Members{{"UserName", made->user},
                                       {"AccessKeyId", made->id},
                                       {"Status", status_of(*made)},
                                       {"SecretAccessKey", made->secret.reveal()},
                                       {"CreateDate", made->created}}}};
}

// The root user's own keys are part of no account's state, so a list of them is empty.
Value list_access_keys(Call& call) {
  std::vector<Ptr<AccessKey>> keys;
  if (const auto name = user_or_caller(call)) {
    require<User>(call.store, call, *name);
    keys = call.store.indexed<AccessKey>(keys_of(call, *name));
  }
  std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  return list_answer(
      call, "AccessKeyMetadata", keys, [](const auto& key) { return key->id; },
      [](const auto& key) {
        return Members{{"UserName", key->user},
                       {"AccessKeyId", key->id},
                       {"Status", status_of(*key)},
                       {"CreateDate", key->created}};
      });
}

// The key that AccessKeyId names, if it is that user's.
Ptr<AccessKey> require_key(const Txn& txn, const Call& call, const std::optional<std::string>& user) {
  const std::string& id = call.in.text("AccessKeyId");
  if (!user) throw no_such_access_key(id);
  require<User>(txn, call, *user);
  auto key = txn.find<AccessKey>({"", "", id});
  const bool its = key && key->account == call.account && equal_ignoring_case(key->user, *user);
  if (!its) throw no_such_access_key(id);
  return key;
}

Value update_access_key(Call& call) {
  const auto user = user_or_caller(call);
  const std::string& status = call.in.text("Status");
  if (status == "Expired") throw status_not_settable();
  call.store.write([&](Txn& txn) {
    AccessKey key = *require_key(txn, call, user);
    key.active = status == "Active";
    txn.put(std::move(key));
  });
  return {};
}

Value delete_access_key(Call& call) {
  const auto user = user_or_caller(call);
  call.store.write([&](Txn& txn) {
    const auto key = require_key(txn, call, user);
    txn.erase<AccessKey>({"", "", key->id});
  });
  return {};
}

Value get_access_key_last_used(Call& call) {
  const std::string& id = call.in.text("AccessKeyId");
  const auto key = call.store.find<AccessKey>({"", "", id});
  if (!key || key->account != call.account) throw no_such_access_key(id);
  Members last_used;
  if (key->last_used) last_used.add("LastUsedDate", *key->last_used);
  last_used.add("ServiceName", key->last_used_service);
  last_used.add("Region", key->last_used_region);
  return Members{{"UserName", key->user}, {"AccessKeyLastUsed", std::move(last_used)}};
}

}  // namespace

std::vector<Operation> access_key_operations() {
  const Member user = opt("UserName", shape::ExistingUserName);
  const Member key = req("AccessKeyId", shape::AccessKeyId);
  return {
      {.name = "CreateAccessKey", .input = {user}, .access = on_user_or_caller(), .run = create_access_key},
      {.name = "ListAccessKeys",
       .input = {user, opt("Marker", shape::Marker), opt("MaxItems", shape::MaxItems)},
       .access = on_user_or_caller(),
       .run = list_access_keys},
      {.name = "UpdateAccessKey",
       .input = {user, key, req("Status", shape::Status)},
       .access = on_user_or_caller(),
       .run = update_access_key},
      {.name = "DeleteAccessKey",
       .input = {user, key},
       .access = on_user_or_caller(),
       .run = delete_access_key},
      {.name = "GetAccessKeyLastUsed",
       .input = {key},
       .access = on_user_of_access_key(),
       .run = get_access_key_last_used},
  };
}

}  // namespace latchkey::iam
