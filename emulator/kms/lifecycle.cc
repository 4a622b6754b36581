#include "kms/lifecycle.h"

#include <algorithm>

#include "core/encoding.h"
#include "kms/custom_key_stores.h"

namespace latchkey::kms {
namespace {

constexpr std::int64_t kDay = 86'400;
// A clock that is moved by centuries does not fill the memory with key material.
constexpr std::int64_t kMostRotationsAtOnce = 1000;

bool expired(const KeyMaterial& material, Time now) {
  return !material.bytes.empty() && material.valid_to && *material.valid_to <= now;
}

bool any_expired(const Key& key, Time now) {
  return std::any_of(key.materials.begin(), key.materials.end(),
                     [&](const KeyMaterial& m) { return expired(m, now); });
}

// A disabled key keeps its schedule but is not rotated, and neither is one that waits for its deletion.
bool rotation_due(const Key& key, Time now) {
  if (key.state != Key::State::enabled) return false;
  const auto next = next_rotation_of(key);
  return next && *next <= now;
}

void make_due_rotations(Key& key, Time now, Random& random) {
  const std::int64_t period = key.rotation_period_days * kDay;
  Time due = *next_rotation_of(key);
  const std::int64_t missed = (now.seconds() - due.seconds()) / period;
  if (missed > kMostRotationsAtOnce) due = due.plus_seconds((missed - kMostRotationsAtOnce) * period);
  for (; due <= now; due = due.plus_seconds(period)) rotate(key, "AUTOMATIC", due, random);
  key.next_rotation = due;
}

// A rotation is the primary's; it reaches the replica that is being looked at from there.
Ptr<Key> with_due_rotations(const Call& call, const Ptr<Key>& key) {
  const Id primary = primary_id(*key);
  const auto owner = call.store.find<Key>(primary);
  if (!owner || !rotation_due(*owner, call.now)) return key;
  return call.store.write([&](Txn& txn) {
    const auto stored = txn.find<Key>(primary);
    if (stored && rotation_due(*stored, call.now)) {
      Key next = *stored;
      make_due_rotations(next, call.now, call.random);
      put_key(txn, std::move(next));
    }
    return txn.find<Key>(id_of(*key));
  });
}

Ptr<Key> with_deletion_date(const Call& call, const Ptr<Key>& key) {
  const auto date = deletion_date_of(call.store, *key, call.now);
  if (date == key->deletion_date) return key;
  auto dated = std::make_shared<Key>(*key);
  dated->deletion_date = date;
  return dated;
}

// Imported material is imported into each Region by itself; only what it is and whether it is current is
// shared.
void share_imported(const Key& primary, Key& replica) {
  std::vector<KeyMaterial> shared;
  for (const KeyMaterial& material : primary.materials) {
    const auto own = std::find_if(replica.materials.begin(), replica.materials.end(),
                                  [&](const KeyMaterial& m) { return m.id == material.id; });
    KeyMaterial next =
        own == replica.materials.end() ? KeyMaterial{material.id, Secret(), material.created} : *own;
    next.pending = material.pending;
    next.rotation = material.rotation;
    next.rotated = material.rotated;
    shared.push_back(std::move(next));
  }
  replica.materials = std::move(shared);
  if (!material_complete(replica) && replica.state == Key::State::enabled)
    replica.state = Key::State::pending_import;
}

}  // namespace

Ptr<Key> as_of_now(const Call& call, Ptr<Key> key) {
  if (!key) return nullptr;
  key = with_deletion_date(call, key);
  if (key->gone(call.now)) return nullptr;
  if (const auto next = next_rotation_of(*key); next && *next <= call.now)
    key = with_due_rotations(call, key);
  if (!key) return nullptr;
  const bool unreachable = key->state == Key::State::enabled && out_of_reach(call, *key);
  if (!unreachable && !any_expired(*key, call.now)) return key;
  auto aged = std::make_shared<Key>(*key);
  expire(*aged, call.now);
  if (unreachable) aged->state = Key::State::unavailable;
  return aged;
}

bool may_rotate(const Key& key) {
  return key.spec == "SYMMETRIC_DEFAULT" && (key.origin == "AWS_KMS" || key.origin == "EXTERNAL");
}

std::optional<Time> next_rotation_of(const Key& key) {
  if (!may_rotate(key) || key.origin != "AWS_KMS") return std::nullopt;
  // AWS rotates its own keys every year, and nobody can change that.
  if (key.manager == "AWS")
    return key.next_rotation.value_or(key.created.plus_seconds(key.rotation_period_days * kDay));
  return key.rotates ? key.next_rotation : std::nullopt;
}

KeyMaterial new_symmetric_material(Random& random, Time created) {
  KeyMaterial material;
  material.id = hex_encode(random.bytes(32));
  material.bytes = Secret(random.bytes(32));
  material.created = created;
  return material;
}

void rotate(Key& key, std::string_view how, Time at, Random& random) {
  KeyMaterial material = new_symmetric_material(random, at);
  material.rotation = how;
  material.rotated = at;
  key.materials.push_back(std::move(material));
}

void resume_rotation(Key& key, Time now, Random& random) {
  const auto next = next_rotation_of(key);
  if (!next || *next > now || !key.primary_region.empty()) return;
  rotate(key, "AUTOMATIC", now, random);
  key.next_rotation = now.plus_seconds(key.rotation_period_days * kDay);
}

void expire(Key& key, Time now) {
  if (!any_expired(key, now)) return;
  for (KeyMaterial& material : key.materials) {
    if (expired(material, now)) material.bytes = Secret();
  }
  if (!material_complete(key) && key.state != Key::State::pending_deletion)
    key.state = Key::State::pending_import;
}

bool material_complete(const Key& key) {
  bool any = false;
  for (const KeyMaterial& material : key.materials) {
    if (material.pending) continue;
    if (material.bytes.empty()) return false;
    any = true;
  }
  return any;
}

Key::State state_or_pending_import(const Key& key, Key::State wanted) {
  return key.origin == "EXTERNAL" && !material_complete(key) ? Key::State::pending_import : wanted;
}

Id primary_id(const Key& key) {
  return {key.account, key.primary_region.empty() ? key.region : key.primary_region, key.id};
}

Ptr<Key> put_key(Txn& txn, Key key) {
  if (is_primary(key)) {
    for (const std::string& region : key.replica_regions) {
      const auto stored = txn.find<Key>({key.account, region, key.id});
      if (!stored) continue;
      Key replica = *stored;
      if (key.origin == "EXTERNAL") {
        share_imported(key, replica);
      } else {
        replica.materials = key.materials;
      }
      replica.rotates = key.rotates;
      replica.rotation_period_days = key.rotation_period_days;
      replica.next_rotation = key.next_rotation;
      txn.put(std::move(replica));
    }
  }
  return txn.put(std::move(key));
}

}  // namespace latchkey::kms
