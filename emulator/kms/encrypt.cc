#include "kms/access.h"
#include "kms/ciphertext.h"
#include "kms/errors.h"
#include "kms/recipient.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

constexpr char kAlgorithm[] = "SYMMETRIC_DEFAULT";

// A symmetric key, ready to encrypt or decrypt with the algorithm that the request names.
void require_symmetric(const Call& call, const Key& key, std::string_view algorithm_member) {
  require_usable(key);
  require_usage(call, key, "ENCRYPT_DECRYPT");
  const std::string algorithm = call.in.text_or(algorithm_member, kAlgorithm);
  if (algorithm != kAlgorithm) throw wrong_algorithm(algorithm, key.spec);
}

Value encrypt(Call& call) {
  require_honoured_members(call);
  require_symmetric(call, *call.key, "EncryptionAlgorithm");
  refuse_dry_run(call);
  std::string blob = seal(call.key->current_material(), call.in.map("EncryptionContext"), call.in.bytes("Plaintext"),
                          call.random);
  return Members{{"CiphertextBlob", Blob{std::move(blob)}},
                 {"KeyId", call.key->arn()},
                 {"EncryptionAlgorithm", kAlgorithm}};
}

// --- Decrypt and ReEncrypt: the key is found from the ciphertext ---------------------------------------------------

struct Source {
  std::string material;  // id
  Ptr<Key> key;          // null: there is none in this region
};

Source source_of(const Call& call) {
  if (!call.in.has("CiphertextBlob")) {
    throw validation("1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: Member must "
                     "not be null");
  }
  const auto id = material_id(call.in.bytes("CiphertextBlob"));
  if (!id) throw invalid_ciphertext();
  return {*id, key_of_material(call, *id)};
}

// The permission on the key that a ciphertext was made with, or on the key that the request names instead.
Access source_access(Call& call, std::string_view action, std::string_view key_member, const Details& details) {
  if (call.in.has(key_member)) {
    const KeyReference named = find_key(call, call.in.text(key_member));
    call.key = named.key;
    return key_access(call, named, action, details);
  }
  const Source source = source_of(call);
  call.key = source.key;
  KeyReference reference;
  reference.key = source.key;
  if (source.key) {
    reference.account = source.key->account;
    reference.arn = source.key->arn();
  } else {
    // Material that no key of this region has: nobody is told more than that.
    reference.account = "";
    reference.arn = Arn{call.partition, "kms", call.region, "", "key/unknown"}.str();
  }
  Access access = key_access(call, reference, action, details);
  access.shown = Shown::ciphertext;
  return access;
}

// The plaintext of the request's ciphertext under call.key or, for a named key, only if that is the one.
struct Opened {
  std::string plaintext;
  const KeyMaterial* material;
};

Opened open_source(const Call& call, const Key& key, std::string_view context_member) {
  const std::string& blob = call.in.bytes("CiphertextBlob");
  const auto id = material_id(blob);
  if (!id) throw invalid_ciphertext();
  for (const KeyMaterial& material : key.materials) {
    if (material.id != *id) continue;
    auto plaintext = open(material, call.in.map(context_member), blob);
    if (!plaintext) throw invalid_ciphertext();
    return {std::move(*plaintext), &material};
  }
  throw incorrect_key();
}

Value decrypt(Call& call) {
  require_honoured_members(call);
  source_of(call);
  require_symmetric(call, *call.key, "EncryptionAlgorithm");
  Opened opened = open_source(call, *call.key, "EncryptionContext");
  refuse_dry_run(call);
  Members answer{{"KeyId", call.key->arn()},
                 {"Plaintext", Blob{std::move(opened.plaintext)}},
                 {"EncryptionAlgorithm", kAlgorithm}};
  // AWS leaves the material out where the answer goes to a recipient.
  if (!has_recipient(call)) answer.add("KeyMaterialId", opened.material->id);
  hand_to_recipient(call, answer, "Plaintext");
  return answer;
}

std::vector<Access> decrypt_access(Call& call) {
  return {source_access(call, "Decrypt", "KeyId",
                        {.encryption_context = "EncryptionContext", .algorithm = "EncryptionAlgorithm"})};
}

std::vector<Access> re_encrypt_access(Call& call) {
  Access from = source_access(call, "ReEncryptFrom", "SourceKeyId",
                              {.encryption_context = "SourceEncryptionContext", .algorithm = "SourceEncryptionAlgorithm"});
  const KeyReference destination = find_key(call, call.in.text("DestinationKeyId"));
  Access to = key_access(call, destination, "ReEncryptTo",
                         {.encryption_context = "DestinationEncryptionContext",
                          .algorithm = "DestinationEncryptionAlgorithm"});
  const bool same = call.key && destination.key && call.key->arn() == destination.key->arn();
  for (Access* access : {&from, &to}) access->context.set("kms:ReEncryptOnSameKey", same ? "true" : "false");
  std::vector<Access> out;
  out.push_back(std::move(from));
  out.push_back(std::move(to));
  return out;
}

Value re_encrypt(Call& call) {
  require_honoured_members(call);
  source_of(call);
  require_symmetric(call, *call.key, "SourceEncryptionAlgorithm");
  const KeyReference destination = find_key(call, call.in.text("DestinationKeyId"));
  if (destination.missing) throw *destination.missing;
  require_symmetric(call, *destination.key, "DestinationEncryptionAlgorithm");
  Opened opened = open_source(call, *call.key, "SourceEncryptionContext");
  refuse_dry_run(call);
  const KeyMaterial& material = destination.key->current_material();
  std::string blob = seal(material, call.in.map("DestinationEncryptionContext"), opened.plaintext, call.random);
  return Members{{"CiphertextBlob", Blob{std::move(blob)}},
                 {"SourceKeyId", call.key->arn()},
                 {"KeyId", destination.key->arn()},
                 {"SourceEncryptionAlgorithm", kAlgorithm},
                 {"DestinationEncryptionAlgorithm", kAlgorithm},
                 {"SourceKeyMaterialId", opened.material->id},
                 {"DestinationKeyMaterialId", material.id}};
}

}  // namespace

std::vector<Operation> encrypt_operations() {
  using namespace shape;
  return {
      {.name = "Encrypt",
       .input = {req("KeyId", KeyId), req("Plaintext", Plaintext), opt("EncryptionContext", EncryptionContext),
                 opt("GrantTokens", GrantTokens), opt("EncryptionAlgorithm", EncryptionAlgorithm), opt("DryRun", Flag)},
       .access = on_key("KeyId", {.encryption_context = "EncryptionContext", .algorithm = "EncryptionAlgorithm"}),
       .run = encrypt},
      {.name = "Decrypt",
       .input = {opt("CiphertextBlob", Ciphertext), opt("EncryptionContext", EncryptionContext),
                 opt("GrantTokens", GrantTokens), opt("KeyId", KeyId), opt("EncryptionAlgorithm", EncryptionAlgorithm),
                 opt("Recipient", Recipient), opt("DryRun", Flag), opt("DryRunModifiers", DryRunModifiers)},
       .access = AccessRule(decrypt_access),
       .run = decrypt},
      {.name = "ReEncrypt",
       .input = {opt("CiphertextBlob", Ciphertext), opt("SourceEncryptionContext", EncryptionContext),
                 opt("SourceKeyId", KeyId), req("DestinationKeyId", KeyId),
                 opt("DestinationEncryptionContext", EncryptionContext),
                 opt("SourceEncryptionAlgorithm", EncryptionAlgorithm),
                 opt("DestinationEncryptionAlgorithm", EncryptionAlgorithm), opt("GrantTokens", GrantTokens),
                 opt("DryRun", Flag), opt("DryRunModifiers", DryRunModifiers)},
       .access = AccessRule(re_encrypt_access),
       .run = re_encrypt},
  };
}

}  // namespace latchkey::kms
