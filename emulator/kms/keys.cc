#include <algorithm>

#include "core/encoding.h"
#include "identity/context.h"
#include "kms/access.h"
#include "kms/custom_key_stores.h"
#include "kms/custom_tags.h"
#include "kms/default_policy.h"
#include "kms/errors.h"
#include "kms/key_material.h"
#include "kms/lifecycle.h"
#include "kms/metadata.h"
#include "kms/replicas.h"
#include "kms/service.h"
#include "kms/shapes.h"
#include "store/scan.h"
#include "kms/tags.h"

namespace latchkey::kms {
namespace {

// A primary is deleted after its replicas; until they are gone it has no date.
bool waits_for_replicas(const Key& key) {
  return key.state == Key::State::pending_deletion && !key.deletion_date;
}

std::string_view state_name(const Key& key) {
  return waits_for_replicas(key) ? "PendingReplicaDeletion" : to_string(key.state);
}

// --- CreateKey
// -------------------------------------------------------------------------------------------------------

std::string usage_of(const Call& call) { return call.in.text_or("KeyUsage", "ENCRYPT_DECRYPT"); }

std::string spec_of(const Call& call) {
  if (call.in.has("KeySpec")) return call.in.text("KeySpec");
  return call.in.text_or("CustomerMasterKeySpec", "SYMMETRIC_DEFAULT");
}

// Spec and usage are there, fit together, and can be had in the region.
void check_spec(const Call& call, const std::string& spec) {
  if (call.in.has("KeySpec") && call.in.has("CustomerMasterKeySpec")) {
    throw validation(
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is "
        "deprecated.");
  }
  require_supported(key_spec(spec), call.region);
  if (spec != "SYMMETRIC_DEFAULT" && !call.in.has("KeyUsage")) {
    throw validation(
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
  }
  const std::string usage = usage_of(call);
  if (!key_spec(spec).allows(usage)) {
    throw validation("KeyUsage " + usage + " is not compatible with KeySpec " + spec);
  }
}

Value create_key(Call& call) {
  const std::string spec = spec_of(call);
  check_spec(call, spec);
  Key key;
  key.account = call.account;
  key.region = call.region;
  key.multi_region = call.in.flag("MultiRegion");
  key.id = key.multi_region ? "mrk-" + hex_encode(call.random.bytes(16)) : call.random.uuid();
  key.created = call.now;
  key.description = call.in.text_or("Description", "");
  key.spec = spec;
  key.usage = usage_of(call);
  const Tags tags = call.in.tags("Tags", "TagKey", "TagValue");
  check_new_tags(tags);
  key.tags = without_custom_material(tags);
  if (std::string chosen = custom_id(key); !chosen.empty()) key.id = std::move(chosen);
  key.policy = call.in.has("Policy") ? checked_key_policy(call, call.in.text("Policy"), key.arn(),
                                                          call.in.flag("BypassPolicyLockoutSafetyCheck"))
                                     : default_key_policy(call.partition, call.account);
  place_new_key(call, key);
  KeyMaterial chosen = custom_material(tags, key);
  if (key.origin == "EXTERNAL") {
    key.state = Key::State::pending_import;
  } else {
    key.materials.push_back(chosen.bytes.empty() ? new_material(call, key_spec(spec)) : std::move(chosen));
  }
  const auto created = call.store.write([&](Txn& txn) {
    // Only an id that was chosen can be taken.
    const auto there = txn.find<Key>({key.account, key.region, key.id});
    if (there && !there->gone(call.now)) {
      throw AwsError(400, "AlreadyExistsException", "A key with the ID " + key.arn() + " already exists");
    }
    return txn.put(std::move(key));
  });
  return Members{{"KeyMetadata", key_metadata(call, *created)}};
}

// A key that does not exist yet has no ARN to permit: the request's own properties are the conditions.
std::vector<Access> create_key_access(Call& call) {
  const Tags tags = without_custom_material(call.in.tags("Tags", "TagKey", "TagValue"));
  Access access{.action = "kms:CreateKey", .resource = "*"};
  policy::Context& context = access.context;
  context.set("kms:CallerAccount", call.account);
  context.set("kms:KeySpec", spec_of(call));
  context.set("kms:CustomerMasterKeySpec", spec_of(call));
  context.set("kms:KeyUsage", usage_of(call));
  context.set("kms:CustomerMasterKeyUsage", usage_of(call));
  context.set("kms:KeyOrigin", call.in.text_or("Origin", "AWS_KMS"));
  context.set("kms:MultiRegion", call.in.flag("MultiRegion") ? "true" : "false");
  if (call.in.flag("MultiRegion")) context.set("kms:MultiRegionKeyType", "PRIMARY");
  context.set("kms:BypassPolicyLockoutSafetyCheck",
              call.in.flag("BypassPolicyLockoutSafetyCheck") ? "true" : "false");
  add_request_tags(context, tags);
  std::vector<Access> out{access};
  if (!tags.empty()) {
    access.action = "kms:TagResource";
    out.push_back(std::move(access));
  }
  return out;
}

// --- The others
// ------------------------------------------------------------------------------------------------------

Value describe_key(Call& call) {
  require_honoured_members(call);
  return Members{{"KeyMetadata", key_metadata(call, *call.key)}};
}

Value list_keys(Call& call) {
  ListPage page = page_of(call, 100);
  List keys;
  scan<Key>(call.store, call.account, call.region, page.after(), [&](const Ptr<Key>& key) {
    if (!as_of_now(call, key)) return true;  // past its deletion date
    if (!page.takes(key->id)) return false;
    keys.emplace_back(Members{{"KeyId", key->id}, {"KeyArn", key->arn()}});
    return true;
  });
  Members answer{{"Keys", std::move(keys)}};
  finish_page(answer, page);
  return answer;
}

Value enable_key(Call& call) {
  update_key(call, [&](Key& key) {
    require_state(call, key);
    if (key.state == Key::State::enabled) return;
    key.state = Key::State::enabled;
    resume_rotation(key, call.now, call.random);
  });
  return {};
}

Value disable_key(Call& call) {
  update_key(call, [&](Key& key) {
    require_state(call, key);
    key.state = Key::State::disabled;
  });
  return {};
}

Value update_key_description(Call& call) {
  update_key(call, [&](Key& key) {
    require_state(call, key);
    key.description = call.in.text("Description");
  });
  return {};
}

Value schedule_key_deletion(Call& call) {
  const std::int64_t days = call.in.number_or("PendingWindowInDays", 30);
  if (days < 7 || days > 30) throw validation("PendingWindowInDays must be between 7 and 30");
  const auto key = update_key(call, [&](Key& next, const Txn& txn) {
    require_state(call, next);
    next.state = Key::State::pending_deletion;
    if (replicas_of(txn, next, call.now).empty()) next.deletion_date = call.now.plus_seconds(days * 86'400);
    next.pending_window_days = days;
  });
  Members answer{{"KeyId", key->arn()}};
  if (key->deletion_date) answer.add("DeletionDate", *key->deletion_date);
  return answer.add("KeyState", state_name(*key)).add("PendingWindowInDays", days);
}

// A key comes back disabled.
Value cancel_key_deletion(Call& call) {
  const auto key = update_key(call, [&](Key& next) {
    require_state(call, next);
    next.state = state_or_pending_import(next, Key::State::disabled);
    next.deletion_date.reset();
    next.pending_window_days = 0;
  });
  return Members{{"KeyId", key->arn()}};
}

AccessRule schedule_access() {
  return AccessRule([](Call& call) {
    const KeyReference reference = find_key(call, call.in.text("KeyId"));
    call.key = reference.key;
    Access access = key_access(call, reference, "ScheduleKeyDeletion");
    access.context.set("kms:ScheduleKeyDeletionPendingWindowInDays",
                       std::to_string(call.in.number_or("PendingWindowInDays", 30)));
    return std::vector<Access>{std::move(access)};
  });
}

// Material that was imported and deleted still counts: its id stays.
bool has_material(const Key& key) {
  return std::any_of(key.materials.begin(), key.materials.end(),
                     [](const KeyMaterial& m) { return !m.pending; });
}

// Of imported material that is there: whether it expires, and when the first of it does.
void add_expiry(Members& out, const Key& key) {
  if (key.origin != "EXTERNAL" || !has_material(key) || key.current_material().bytes.empty()) return;
  std::optional<Time> first;
  for (const KeyMaterial& material : key.materials) {
    if (material.pending || !material.valid_to) continue;
    first = first ? std::min(*first, *material.valid_to) : *material.valid_to;
  }
  if (first) out.add("ValidTo", *first);
  out.add("ExpirationModel", first ? "KEY_MATERIAL_EXPIRES" : "KEY_MATERIAL_DOES_NOT_EXPIRE");
}

}  // namespace

Members key_metadata(const Call& call, const Key& key) {
  Members out{{"AWSAccountId", key.account},
              {"KeyId", key.id},
              {"Arn", key.arn()},
              {"CreationDate", key.created},
              {"Enabled", key.state == Key::State::enabled},
              {"Description", key.description},
              {"KeyUsage", key.usage},
              {"KeyState", state_name(key)}};
  // The date is set when it is fixed: for a multi-Region primary that waits for its replicas only the window
  // is known.
  if (key.deletion_date) out.add("DeletionDate", *key.deletion_date);
  if (waits_for_replicas(key)) out.add("PendingDeletionWindowInDays", key.pending_window_days);
  add_expiry(out, key);
  out.add("Origin", key.origin);
  add_store_metadata(call.store, key, out);
  out.add("KeyManager", key.manager);
  out.add("CustomerMasterKeySpec", key.spec).add("KeySpec", key.spec);
  add_algorithms(out, key.spec, key.usage);
  out.add("MultiRegion", key.multi_region);
  if (key.multi_region) {
    out.add("MultiRegionConfiguration", multi_region_configuration(call, key));
  }
  if (may_rotate(key) && has_material(key)) out.add("CurrentKeyMaterialId", key.current_material().id);
  return out;
}

std::vector<Operation> key_operations() {
  using namespace shape;
  return {
      {.name = "CreateKey",
       .input = {opt("Policy", Policy), opt("Description", Description), opt("KeyUsage", KeyUsage),
                 opt("CustomerMasterKeySpec", CustomerMasterKeySpec), opt("KeySpec", KeySpec),
                 opt("Origin", Origin), opt("CustomKeyStoreId", CustomKeyStoreId),
                 opt("BypassPolicyLockoutSafetyCheck", Flag), opt("Tags", Tags), opt("MultiRegion", Flag),
                 opt("XksKeyId", XksKeyId)},
       .access = AccessRule(create_key_access),
       .run = create_key},
      {.name = "DescribeKey",
       .input = {req("KeyId", KeyId), opt("GrantTokens", GrantTokens)},
       .access = on_key("KeyId"),
       .run = describe_key},
      {.name = "ListKeys",
       .input = {opt("Limit", Limit), opt("Marker", Marker)},
       .access = on_everything(),
       .run = list_keys},
      {.name = "EnableKey", .input = {req("KeyId", KeyId)}, .access = on_own_key("KeyId"), .run = enable_key},
      {.name = "DisableKey",
       .input = {req("KeyId", KeyId)},
       .access = on_own_key("KeyId"),
       .run = disable_key},
      {.name = "UpdateKeyDescription",
       .input = {req("KeyId", KeyId), req("Description", Description)},
       .access = on_own_key("KeyId"),
       .run = update_key_description},
      {.name = "ScheduleKeyDeletion",
       .input = {req("KeyId", KeyId), opt("PendingWindowInDays", PendingWindowInDays)},
       .access = schedule_access(),
       .run = schedule_key_deletion},
      {.name = "CancelKeyDeletion",
       .input = {req("KeyId", KeyId)},
       .access = on_own_key("KeyId"),
       .run = cancel_key_deletion},
  };
}

}  // namespace latchkey::kms
