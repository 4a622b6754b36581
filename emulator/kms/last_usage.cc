// When a key was last used for cryptography, and by which request.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html
#include <algorithm>

#include "kms/access.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

// Those that AWS tracks, in the order of their names.
constexpr std::string_view kTracked[] = {"Decrypt",
                                         "DeriveSharedSecret",
                                         "Encrypt",
                                         "GenerateDataKey",
                                         "GenerateDataKeyPair",
                                         "GenerateDataKeyPairWithoutPlaintext",
                                         "GenerateDataKeyWithoutPlaintext",
                                         "GenerateMac",
                                         "ReEncrypt",
                                         "Sign",
                                         "Verify",
                                         "VerifyMac"};
static_assert(std::is_sorted(std::begin(kTracked), std::end(kTracked)));

void note(Call& call, const Key& key) {
  key.last_use->set(std::make_shared<const KeyUse>(
      KeyUse{std::string(call.operation.name), call.now, call.request_id, call.random.uuid()}));
}

// AWS leaves the element empty where the key was not used. Tracking begins with the key.
Value get_key_last_usage(Call& call) {
  Members answer{{"KeyId", call.key->id}};
  Members last;
  if (const auto use = call.key->last_use->get()) {
    last = {{"Operation", use->operation},
            {"Timestamp", use->at},
            {"CloudTrailEventId", use->event_id},
            {"KmsRequestId", use->request_id}};
  }
  answer.add("KeyLastUsage", std::move(last));
  answer.add("TrackingStartDate", call.key->created).add("KeyCreationDate", call.key->created);
  return answer;
}

}  // namespace

void note_last_usage(Call& call) {
  if (!call.key || !std::binary_search(std::begin(kTracked), std::end(kTracked), call.operation.name)) return;
  note(call, *call.key);
  if (call.operation.name != "ReEncrypt") return;
  // Each of the two keys has its own event.
  const KeyReference destination = find_key(call, call.in.text("DestinationKeyId"));
  if (destination.key) note(call, *destination.key);
}

std::vector<Operation> last_usage_operations() {
  return {{.name = "GetKeyLastUsage",
           .input = {req("KeyId", shape::KeyId)},
           .access = on_own_key("KeyId"),
           .run = get_key_last_usage}};
}

}  // namespace latchkey::kms
