#include "kms/access.h"
#include "kms/ciphertext.h"
#include "kms/errors.h"
#include "kms/key_material.h"
#include "kms/recipient.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

// The private key leaves as PKCS #8 DER, encrypted under the KMS key; the public key as SubjectPublicKeyInfo.
Members data_key_pair(Call& call, bool with_plaintext) {
  require_honoured_members(call);
  require_state(call, *call.key);
  require_usage(call, *call.key, "ENCRYPT_DECRYPT");
  if (call.key->spec != "SYMMETRIC_DEFAULT")
    throw wrong_usage(call.key->arn(), call.key->usage, call.operation.name);
  const Spec& spec = key_spec(call.in.text("KeyPairSpec"));
  require_supported(spec, call.region);
  refuse_dry_run(call);
  const auto pair = new_private_key(call.settings, spec);
  const KeyMaterial& material = call.key->current_material();
  std::string blob = seal(material, call.in.map("EncryptionContext"), pair->pkcs8(), call.random);
  Members answer{{"PrivateKeyCiphertextBlob", Blob{std::move(blob)}}};
  if (with_plaintext) answer.add("PrivateKeyPlaintext", Blob{pair->pkcs8()});
  answer.add("PublicKey", Blob{pair->public_der()}).add("KeyId", call.key->arn());
  answer.add("KeyPairSpec", spec.name);
  if (!has_recipient(call)) answer.add("KeyMaterialId", material.id);
  if (with_plaintext) hand_to_recipient(call, answer, "PrivateKeyPlaintext");
  return answer;
}

Value generate_data_key_pair(Call& call) { return data_key_pair(call, true); }
Value generate_data_key_pair_without_plaintext(Call& call) { return data_key_pair(call, false); }

}  // namespace

std::vector<Operation> data_key_pair_operations() {
  using namespace shape;
  static constexpr RequestKey kKeys[] = {{"kms:DataKeyPairSpec", "KeyPairSpec"},
                                         {"kms:EncryptionAlgorithm", "", "SYMMETRIC_DEFAULT"}};
  const Details details{.encryption_context = "EncryptionContext", .request = kKeys};
  return {
      {.name = "GenerateDataKeyPair",
       .input = {opt("EncryptionContext", EncryptionContext), req("KeyId", KeyId),
                 req("KeyPairSpec", DataKeyPairSpec), opt("GrantTokens", GrantTokens),
                 opt("Recipient", Recipient), opt("DryRun", Flag)},
       .access = on_key("KeyId", details),
       .run = generate_data_key_pair},
      {.name = "GenerateDataKeyPairWithoutPlaintext",
       .input = {opt("EncryptionContext", EncryptionContext), req("KeyId", KeyId),
                 req("KeyPairSpec", DataKeyPairSpec), opt("GrantTokens", GrantTokens), opt("DryRun", Flag)},
       .access = on_key("KeyId", details),
       .run = generate_data_key_pair_without_plaintext},
  };
}

}  // namespace latchkey::kms
