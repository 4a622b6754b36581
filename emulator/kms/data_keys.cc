#include "kms/access.h"
#include "kms/ciphertext.h"
#include "kms/custom_key_stores.h"
#include "kms/errors.h"
#include "kms/recipient.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

std::size_t data_key_bytes(const Call& call) {
  if (call.in.has("NumberOfBytes") == call.in.has("KeySpec")) {
    throw validation("Please specify either number of bytes or key spec.");
  }
  if (call.in.has("NumberOfBytes")) return static_cast<std::size_t>(call.in.number("NumberOfBytes"));
  return call.in.text("KeySpec") == "AES_128" ? 16 : 32;
}

Members data_key(Call& call, bool with_plaintext) {
  require_honoured_members(call);
  const std::size_t count = data_key_bytes(call);
  require_state(call, *call.key);
  require_usage(call, *call.key, "ENCRYPT_DECRYPT");
  if (call.key->spec != "SYMMETRIC_DEFAULT")
    throw wrong_usage(call.key->arn(), call.key->usage, call.operation.name);
  refuse_dry_run(call);
  std::string plaintext = call.random.bytes(count);
  const KeyMaterial& material = call.key->current_material();
  Members answer{
      {"CiphertextBlob", Blob{seal(material, call.in.map("EncryptionContext"), plaintext, call.random)}}};
  if (with_plaintext) answer.add("Plaintext", Blob{std::move(plaintext)});
  answer.add("KeyId", call.key->arn());
  if (!has_recipient(call)) answer.add("KeyMaterialId", material.id);
  if (with_plaintext) hand_to_recipient(call, answer, "Plaintext");
  return answer;
}

Value generate_data_key(Call& call) { return data_key(call, true); }
Value generate_data_key_without_plaintext(Call& call) { return data_key(call, false); }

Value generate_random(Call& call) {
  require_honoured_members(call);
  if (!call.in.has("NumberOfBytes")) throw validation("NumberOfBytes is required.");
  if (call.in.has("CustomKeyStoreId")) require_connected(call, call.in.text("CustomKeyStoreId"));
  Members answer{
      {"Plaintext", Blob{call.random.bytes(static_cast<std::size_t>(call.in.number("NumberOfBytes")))}}};
  hand_to_recipient(call, answer, "Plaintext");
  return answer;
}

}  // namespace

std::vector<Operation> data_key_operations() {
  using namespace shape;
  // These operations name no algorithm, and AWS sets the condition key all the same.
  static constexpr RequestKey kAlgorithm[] = {{"kms:EncryptionAlgorithm", "", "SYMMETRIC_DEFAULT"}};
  constexpr Details kDetails{.encryption_context = "EncryptionContext", .request = kAlgorithm};
  return {
      {.name = "GenerateDataKey",
       .input = {req("KeyId", KeyId), opt("EncryptionContext", EncryptionContext),
                 opt("NumberOfBytes", NumberOfBytes), opt("KeySpec", DataKeySpec),
                 opt("GrantTokens", GrantTokens), opt("Recipient", Recipient), opt("DryRun", Flag)},
       .access = on_key("KeyId", kDetails),
       .run = generate_data_key},
      {.name = "GenerateDataKeyWithoutPlaintext",
       .input = {req("KeyId", KeyId), opt("EncryptionContext", EncryptionContext),
                 opt("KeySpec", DataKeySpec), opt("NumberOfBytes", NumberOfBytes),
                 opt("GrantTokens", GrantTokens), opt("DryRun", Flag)},
       .access = on_key("KeyId", kDetails),
       .run = generate_data_key_without_plaintext},
      {.name = "GenerateRandom",
       .input = {opt("NumberOfBytes", NumberOfBytes), opt("CustomKeyStoreId", CustomKeyStoreId),
                 opt("Recipient", Recipient)},
       .access = on_everything(),
       .run = generate_random},
  };
}

}  // namespace latchkey::kms
