// What time alone does to a key: rotations that are due, imported material that expires, and the end of a
// multi-Region primary once its replicas are gone. There is no background job: a key is brought up to date
// when it is looked at. https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
#pragma once

#include <algorithm>
#include <type_traits>
#include <vector>

#include "kms/errors.h"
#include "pipeline/operation.h"

namespace latchkey::kms {

inline Id id_of(const Key& key) { return {key.account, key.region, key.id}; }

// The key as it is now; null once it is deleted. Rotations that are due are made and kept, with the dates at
// which they were due; expired material is missing from the answer only, so that a clock that is moved back
// brings it back.
Ptr<Key> as_of_now(const Call& call, Ptr<Key> key);

// --- Rotation
// --------------------------------------------------------------------------------------------------------

bool may_rotate(const Key& key);  // symmetric, with material that KMS makes or that is imported
// When the next automatic rotation is due; none if the key does not rotate.
std::optional<Time> next_rotation_of(const Key& key);
KeyMaterial new_symmetric_material(Random& random, Time created);
void rotate(Key& key, std::string_view how, Time at, Random& random);
// A key that comes back from being disabled is rotated at once if it has missed its date.
void resume_rotation(Key& key, Time now, Random& random);

// --- Imported material
// -----------------------------------------------------------------------------------------------

// Takes expired material away; the key then waits for its import.
void expire(Key& key, Time now);
// Every material that the key has been given for good is there.
bool material_complete(const Key& key);
// The state of a key that is to be enabled or disabled: without its imported material it is neither.
Key::State state_or_pending_import(const Key& key, Key::State wanted);

// --- Multi-Region keys
// -----------------------------------------------------------------------------------------------

inline bool is_primary(const Key& key) { return key.multi_region && key.primary_region.empty(); }
Id primary_id(const Key& key);  // of a multi-Region key; of the primary its own
// The related keys in the other Regions that are there now, from the store or within a transaction.
template <class Source>
std::vector<Ptr<Key>> replicas_of(const Source& source, const Key& primary, Time now) {
  std::vector<Ptr<Key>> out;
  for (const std::string& region : primary.replica_regions) {
    auto replica = source.template find<Key>({primary.account, region, primary.id});
    if (replica && !replica->gone(now)) out.push_back(std::move(replica));
  }
  return out;
}

// When the key is deleted. A primary goes after its replicas: its waiting period begins when the last of them
// is gone, and until then there is no date.
template <class Source>
std::optional<Time> deletion_date_of(const Source& source, const Key& key, Time now) {
  if (key.state != Key::State::pending_deletion || key.deletion_date) return key.deletion_date;
  std::optional<Time> last;
  for (const std::string& region : key.replica_regions) {
    const auto replica = source.template find<Key>({key.account, region, key.id});
    if (!replica) continue;
    if (!replica->gone(now)) return std::nullopt;
    last = last ? std::max(*last, *replica->deletion_date) : *replica->deletion_date;
  }
  if (!last) return std::nullopt;
  return last->plus_seconds(key.pending_window_days * 86'400);
}

template <class Source>
bool is_gone(const Source& source, const Key& key, Time now) {
  const auto date = deletion_date_of(source, key, now);
  return date && *date <= now;
}

// Stores a key. What a multi-Region primary shares with its replicas (material and rotation) reaches them
// too.
Ptr<Key> put_key(Txn& txn, Key key);

// Replaces call.key by what `change` makes of it, as it is at that moment: change(key) or change(key, txn).
template <class F>
Ptr<Key> update_key(const Call& call, F change) {
  return call.store.write([&](Txn& txn) {
    const auto current = txn.find<Key>(id_of(*call.key));
    if (!current) throw key_not_found(call.key->arn());
    Key next = *current;
    expire(next, call.now);
    if constexpr (std::is_invocable_v<F, Key&, Txn&>) {
      change(next, txn);
    } else {
      change(next);
    }
    return put_key(txn, std::move(next));
  });
}

}  // namespace latchkey::kms
