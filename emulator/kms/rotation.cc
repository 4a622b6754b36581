// https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
#include <algorithm>

#include "kms/access.h"
#include "kms/errors.h"
#include "kms/lifecycle.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kDefaultPeriod = 365;
constexpr std::int64_t kMostOnDemandRotations = 25;

// AWS answers this one without a message.
AwsError unsupported_silently() { return {400, "UnsupportedOperationException"}; }

void require_own_rotation(const Key& key) {
  if (key.manager == "AWS")
    throw unsupported(key.arn() + " is an AWS managed key, which is not valid for this operation.");
  if (!key.primary_region.empty()) throw unsupported(key.arn() + " is not a multi-region primary key.");
}

// A key whose schedule may be changed. The state comes before what the key is: a disabled RSA key is
// disabled.
void require_scheduled_rotation(const Call& call, const Key& key) {
  require_state(call, key);
  if (key.spec != "SYMMETRIC_DEFAULT") throw unsupported_silently();
  if (key.origin != "AWS_KMS") throw wrong_origin(key.arn(), key.origin);
  require_own_rotation(key);
}

Value enable_key_rotation(Call& call) {
  const std::int64_t days = call.in.number_or("RotationPeriodInDays", kDefaultPeriod);
  update_key(call, [&](Key& key) {
    require_scheduled_rotation(call, key);
    // Enabling what is enabled changes the period, if it is another; the schedule then begins anew.
    if (key.rotates && key.rotation_period_days == days) return;
    key.rotates = true;
    key.rotation_period_days = days;
    key.next_rotation = call.now.plus_seconds(days * kDay);
  });
  return {};
}

Value disable_key_rotation(Call& call) {
  update_key(call, [&](Key& key) {
    require_scheduled_rotation(call, key);
    key.rotates = false;
    key.rotation_period_days = kDefaultPeriod;
    key.next_rotation.reset();
  });
  return {};
}

// On-demand rotations are complete when they are answered, so there is no OnDemandRotationStartDate: AWS
// leaves it out as well once the rotation is done.
Value get_key_rotation_status(Call& call) {
  const Key& key = *call.key;
  const bool waits = key.state == Key::State::pending_deletion;
  const auto next = waits ? std::nullopt : next_rotation_of(key);
  Members answer{{"KeyId", key.id}, {"KeyRotationEnabled", next.has_value()}};
  if (next) answer.add("NextRotationDate", *next).add("RotationPeriodInDays", key.rotation_period_days);
  return answer;
}

// --- On demand
// -------------------------------------------------------------------------------------------------------

// The material that was imported for this rotation becomes current, in every Region: so every Region must
// have it.
void rotate_to_imported(Key& key, const Txn& txn, Time now) {
  const auto waiting =
      std::find_if(key.materials.begin(), key.materials.end(), [](const auto& m) { return m.pending; });
  bool everywhere = waiting != key.materials.end() && !waiting->bytes.empty();
  for (const auto& replica : replicas_of(txn, key, now)) {
    everywhere =
        everywhere && std::any_of(replica->materials.begin(), replica->materials.end(),
                                  [&](const auto& m) { return m.id == waiting->id && !m.bytes.empty(); });
  }
  if (!everywhere) throw nothing_pending_rotation(key.arn());
  waiting->pending = false;
  waiting->rotation = "ON_DEMAND";
  waiting->rotated = now;
}

Value rotate_key_on_demand(Call& call) {
  update_key(call, [&](Key& key, const Txn& txn) {
    require_state(call, key);
    if (!may_rotate(key)) throw unsupported_silently();
    require_own_rotation(key);
    const auto done =
        std::count_if(key.materials.begin(), key.materials.end(),
                      [](const KeyMaterial& material) { return material.rotation == "ON_DEMAND"; });
    if (done >= kMostOnDemandRotations) {
      throw limit_exceeded(
          "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations "
          "can be "
          "performed for this key: " +
          key.arn());
    }
    if (key.origin == "EXTERNAL") {
      rotate_to_imported(key, txn, call.now);
    } else {
      rotate(key, "ON_DEMAND", call.now, call.random);
    }
  });
  return Members{{"KeyId", call.key->id}};
}

// --- ListKeyRotations
// ------------------------------------------------------------------------------------------------

std::string_view state_of(const Call& call, const Key& key, const KeyMaterial& material) {
  if (!material.pending) return &material == &key.current_material() ? "CURRENT" : "NON_CURRENT";
  for (const auto& replica : replicas_of(call.store, key, call.now)) {
    for (const KeyMaterial& there : replica->materials) {
      if (there.id == material.id && there.bytes.empty()) return "PENDING_MULTI_REGION_IMPORT_AND_ROTATION";
    }
  }
  return "PENDING_ROTATION";
}

Members entry_of(const Call& call, const Key& key, const KeyMaterial& material) {
  Members out{{"KeyId", key.id}, {"KeyMaterialId", material.id}};
  if (key.origin == "EXTERNAL") {
    if (!material.description.empty()) out.add("KeyMaterialDescription", material.description);
    out.add("ImportState", material.bytes.empty() ? "PENDING_IMPORT" : "IMPORTED");
  }
  out.add("KeyMaterialState", state_of(call, key, material));
  if (key.origin == "EXTERNAL" && !material.bytes.empty()) {
    out.add("ExpirationModel", material.valid_to ? "KEY_MATERIAL_EXPIRES" : "KEY_MATERIAL_DOES_NOT_EXPIRE");
    if (material.valid_to) out.add("ValidTo", *material.valid_to);
  }
  if (material.rotated) out.add("RotationDate", *material.rotated).add("RotationType", material.rotation);
  return out;
}

Value list_key_rotations(Call& call) {
  ListPage page = page_of(call, 100);
  const Key& key = *call.key;
  if (call.in.has("IncludeKeyMaterial") && !may_rotate(key)) throw unsupported_silently();
  const bool all = call.in.text_or("IncludeKeyMaterial", "ROTATIONS_ONLY") == "ALL_KEY_MATERIAL";
  List rotations;
  bool begun = page.after().empty();
  if (may_rotate(key)) {
    for (const KeyMaterial& material : key.materials) {
      if (!begun) {
        begun = material.id == page.after();
        continue;
      }
      if (!all && !material.rotated) continue;
      if (!page.takes(material.id)) break;
      rotations.emplace_back(entry_of(call, key, material));
    }
  }
  if (!begun) throw invalid_marker();
  Members answer{{"Rotations", std::move(rotations)}};
  finish_page(answer, page);
  return answer;
}

std::vector<Access> enable_access(Call& call) {
  const KeyReference reference = find_own_key(call, call.in.text("KeyId"));
  call.key = reference.key;
  Access access = key_access(call, reference, "EnableKeyRotation");
  access.context.set("kms:RotationPeriodInDays",
                     std::to_string(call.in.number_or("RotationPeriodInDays", kDefaultPeriod)));
  return {std::move(access)};
}

}  // namespace

std::vector<Operation> rotation_operations() {
  using namespace shape;
  return {
      {.name = "EnableKeyRotation",
       .input = {req("KeyId", KeyId), opt("RotationPeriodInDays", RotationPeriodInDays)},
       .access = AccessRule(enable_access),
       .run = enable_key_rotation},
      {.name = "DisableKeyRotation",
       .input = {req("KeyId", KeyId)},
       .access = on_own_key("KeyId"),
       .run = disable_key_rotation},
      {.name = "GetKeyRotationStatus",
       .input = {req("KeyId", KeyId)},
       .access = on_key("KeyId"),
       .run = get_key_rotation_status},
      {.name = "RotateKeyOnDemand",
       .input = {req("KeyId", KeyId)},
       .access = on_own_key("KeyId"),
       .run = rotate_key_on_demand},
      {.name = "ListKeyRotations",
       .input = {req("KeyId", KeyId), opt("IncludeKeyMaterial", IncludeKeyMaterial), opt("Limit", Limit),
                 opt("Marker", Marker)},
       .access = on_own_key("KeyId"),
       .run = list_key_rotations},
  };
}

}  // namespace latchkey::kms
