// https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
#include "kms/replicas.h"

#include <algorithm>

#include "identity/context.h"
#include "kms/access.h"
#include "kms/default_policy.h"
#include "kms/errors.h"
#include "kms/lifecycle.h"
#include "kms/metadata.h"
#include "kms/service.h"
#include "kms/shapes.h"
#include "kms/tags.h"

namespace latchkey::kms {
namespace {

// Where AWS has KMS. A replica in a Region that does not exist would be found by nobody.
constexpr std::string_view kRegions[] = {
    "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2",
    "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
    "ca-central-1",   "ca-west-1",      "cn-north-1",     "cn-northwest-1", "eu-central-1",
    "eu-central-2",   "eu-north-1",     "eu-south-1",     "eu-south-2",     "eu-west-1",
    "eu-west-2",      "eu-west-3",      "il-central-1",   "me-central-1",   "me-south-1",
    "mx-central-1",   "sa-east-1",      "us-east-1",      "us-east-2",      "us-gov-east-1",
    "us-gov-west-1",  "us-west-1",      "us-west-2"};

void check_region(const Key& primary, const std::string& region) {
  const bool known = std::find(std::begin(kRegions), std::end(kRegions), region) != std::end(kRegions);
  if (!known || partition_of(region) != partition_of(primary.region)) {
    throw validation("The Region " + region + " is not valid for the multi-Region key " + primary.arn() +
                     ".");
  }
}

void require_primary(const Call& call, const Key& key) {
  require_state(call, key);
  if (!is_primary(key)) throw unsupported(key.arn() + " is not a multi-region primary key.");
}

// --- ReplicateKey
// ----------------------------------------------------------------------------------------------------

Document replica_policy(const Call& call, const Key& replica) {
  if (!call.in.has("Policy")) return default_key_policy(call.partition, call.account);
  return checked_key_policy(call, call.in.text("Policy"), replica.arn(),
                            call.in.flag("BypassPolicyLockoutSafetyCheck"));
}

// What the replica shares with its primary, and what is its own.
Key replica_of(const Call& call, const Key& primary, const std::string& region, const Tags& tags) {
  Key out = primary;
  out.region = region;
  out.created = call.now;
  out.description = call.in.text_or("Description", "");
  out.tags = tags;
  out.policy = replica_policy(call, out);
  out.primary_region = primary.region;
  out.replica_regions.clear();
  out.last_use = std::make_shared<Memo<KeyUse>>();  // each of the related keys tracks its own
  if (primary.origin == "EXTERNAL") {
    // Imported material does not travel: the same must be imported here too.
    for (KeyMaterial& material : out.materials) {
      material = KeyMaterial{
          material.id, Secret(), material.created, material.pending, material.rotation, material.rotated,
          {},          {}};
    }
    out.state = Key::State::pending_import;
  }
  return out;
}

List tag_list(const Tags& tags) {
  List out;
  for (const auto& [name, value] : tags) out.emplace_back(Members{{"TagKey", name}, {"TagValue", value}});
  return out;
}

Value replicate_key(Call& call) {
  const std::string& region = call.in.text("ReplicaRegion");
  const Tags tags = call.in.tags("Tags", "TagKey", "TagValue");
  require_primary(call, *call.key);
  check_region(*call.key, region);
  check_new_tags(tags);
  Key wanted = replica_of(call, *call.key, region, tags);
  const auto made = call.store.write([&](Txn& txn) {
    const auto current = txn.find<Key>(id_of(*call.key));
    if (!current) throw key_not_found(call.key->arn());
    require_primary(call, *current);
    const auto there = txn.find<Key>(id_of(wanted));
    if (there && !there->gone(call.now)) {
      throw AwsError(400, "AlreadyExistsException",
                     "You can create only one replica of each primary key in each AWS Region.");
    }
    Key primary = *current;
    std::erase(primary.replica_regions, region);
    primary.replica_regions.push_back(region);
    auto replica = txn.put(std::move(wanted));
    put_key(txn, std::move(primary));
    return replica;
  });
  // AWS answers before the replica is ready. Here it is ready at once, but the answer says what AWS's says.
  Members metadata = key_metadata(call, *made);
  metadata.set("KeyState", "Creating").set("Enabled", false);
  metadata.erase("CurrentKeyMaterialId");
  return Members{{"ReplicaKeyMetadata", std::move(metadata)},
                 {"ReplicaPolicy", made->policy.text()},
                 {"ReplicaTags", tag_list(made->tags)}};
}

// The replica is a new key of its Region: creating it there is a permission of its own.
std::vector<Access> replicate_access(Call& call) {
  const KeyReference reference = find_own_key(call, call.in.text("KeyId"));
  call.key = reference.key;
  const std::string& region = call.in.text("ReplicaRegion");
  const Tags tags = call.in.tags("Tags", "TagKey", "TagValue");
  Access access = key_access(call, reference, "ReplicateKey");
  access.context.set("kms:ReplicaRegion", region);
  if (!reference.key) return {std::move(access)};
  Access create{.action = "kms:CreateKey", .resource = "*"};
  policy::Context& context = create.context;
  context.set("aws:RequestedRegion", region);
  context.set("kms:CallerAccount", call.account);
  context.set("kms:KeySpec", reference.key->spec);
  context.set("kms:KeyUsage", reference.key->usage);
  context.set("kms:KeyOrigin", reference.key->origin);
  context.set("kms:MultiRegion", "true");
  context.set("kms:MultiRegionKeyType", "REPLICA");
  context.set("kms:BypassPolicyLockoutSafetyCheck",
              call.in.flag("BypassPolicyLockoutSafetyCheck") ? "true" : "false");
  add_request_tags(context, tags);
  std::vector<Access> out{std::move(access), create};
  if (!tags.empty()) {
    create.action = "kms:TagResource";
    out.push_back(std::move(create));
  }
  return out;
}

// --- UpdatePrimaryRegion
// ---------------------------------------------------------------------------------------------

Id replica_id(const Call& call) { return {call.key->account, call.in.text("PrimaryRegion"), call.key->id}; }

// A replica in the Region that is asked for.
void require_replica(const Key& primary, const Ptr<Key>& replica, const std::string& region, Time now) {
  if (region == primary.region) throw validation("The Region " + region + " is the primary Region already.");
  if (replica && !replica->gone(now)) return;
  Key missing = primary;
  missing.region = region;
  throw key_not_found(missing.arn());
}

Value update_primary_region(Call& call) {
  const std::string& region = call.in.text("PrimaryRegion");
  require_primary(call, *call.key);
  call.store.write([&](Txn& txn) {
    const auto current = txn.find<Key>(id_of(*call.key));
    if (!current) throw key_not_found(call.key->arn());
    require_primary(call, *current);
    check_region(*current, region);
    const auto chosen = txn.find<Key>(replica_id(call));
    require_replica(*current, chosen, region, call.now);
    if (chosen->state == Key::State::pending_deletion) throw pending_deletion(chosen->arn());
    Key before = *current;
    Key after = *chosen;
    after.replica_regions = std::move(before.replica_regions);
    std::replace(after.replica_regions.begin(), after.replica_regions.end(), region, before.region);
    after.primary_region.clear();
    before.replica_regions.clear();
    before.primary_region = region;
    for (const std::string& other : after.replica_regions) {
      const auto stored = txn.find<Key>({after.account, other, after.id});
      if (!stored || other == before.region) continue;
      Key replica = *stored;
      replica.primary_region = region;
      txn.put(std::move(replica));
    }
    txn.put(std::move(before));
    txn.put(std::move(after));
  });
  return {};
}

// Of both keys: the one that is the primary and the one that shall be.
std::vector<Access> update_access(Call& call) {
  const KeyReference reference = find_own_key(call, call.in.text("KeyId"));
  call.key = reference.key;
  const std::string& region = call.in.text("PrimaryRegion");
  Access access = key_access(call, reference, "UpdatePrimaryRegion");
  access.context.set("kms:PrimaryRegion", region);
  std::vector<Access> out{std::move(access)};
  if (!reference.key) return out;
  KeyReference chosen;
  chosen.key = call.store.find<Key>(replica_id(call));
  if (!chosen.key || chosen.key->gone(call.now)) return out;
  chosen.account = chosen.key->account;
  chosen.arn = chosen.key->arn();
  Access there = key_access(call, chosen, "UpdatePrimaryRegion");
  there.context.set("kms:PrimaryRegion", region);
  there.context.set("aws:RequestedRegion", region);
  out.push_back(std::move(there));
  return out;
}

}  // namespace

Members multi_region_configuration(const Call& call, const Key& key) {
  Key primary = key;
  primary.region = primary_id(key).region;
  const auto stored = is_primary(key) ? nullptr : call.store.find<Key>(primary_id(key));
  if (stored) primary.replica_regions = stored->replica_regions;
  List replicas;
  for (const auto& replica : replicas_of(call.store, primary, call.now)) {
    replicas.emplace_back(Members{{"Arn", replica->arn()}, {"Region", replica->region}});
  }
  return {{"MultiRegionKeyType", is_primary(key) ? "PRIMARY" : "REPLICA"},
          {"PrimaryKey", Members{{"Arn", primary.arn()}, {"Region", primary.region}}},
          {"ReplicaKeys", std::move(replicas)}};
}

std::vector<Operation> replica_operations() {
  using namespace shape;
  return {
      {.name = "ReplicateKey",
       .input = {req("KeyId", KeyId), req("ReplicaRegion", Region), opt("Policy", Policy),
                 opt("BypassPolicyLockoutSafetyCheck", Flag), opt("Description", Description),
                 opt("Tags", shape::Tags)},
       .access = AccessRule(replicate_access),
       .run = replicate_key},
      {.name = "UpdatePrimaryRegion",
       .input = {req("KeyId", KeyId), req("PrimaryRegion", Region)},
       .access = AccessRule(update_access),
       .run = update_primary_region},
  };
}

}  // namespace latchkey::kms
