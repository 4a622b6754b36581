#include "core/cipher.h"
#include "core/encoding.h"
#include "kms/access.h"
#include "kms/ciphertext.h"
#include "kms/errors.h"
#include "kms/key_material.h"
#include "kms/public_key_encryption.h"
#include "kms/recipient.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

constexpr std::string_view kSymmetric = "SYMMETRIC_DEFAULT";

// The members of a request that belong to one side of it.
struct Side {
  std::string_view algorithm;
  std::string_view context;
};
constexpr Side kOnly{"EncryptionAlgorithm", "EncryptionContext"};
constexpr Side kSource{"SourceEncryptionAlgorithm", "SourceEncryptionContext"};
constexpr Side kDestination{"DestinationEncryptionAlgorithm", "DestinationEncryptionContext"};

std::string_view algorithm_of(const Call& call, const Side& side) {
  return call.in.view_or(side.algorithm, kSymmetric);
}

// The key is ready to encrypt or decrypt with the algorithm that the request names.
void require_encryption(const Call& call, const Key& key, const Side& side) {
  require_state(call, key);
  require_usage(call, key, "ENCRYPT_DECRYPT");
  const std::string_view algorithm = algorithm_of(call, side);
  if (!fits(key_spec(key.spec), key.usage, algorithm)) throw wrong_algorithm(algorithm, key.spec);
  if (algorithm != kSymmetric && !call.in.map(side.context).empty()) throw asymmetric_context();
}

// Under a key for which require_encryption holds.
std::string sealed(const Call& call, const Key& key, const Side& side, std::string_view plaintext) {
  const std::string_view algorithm = algorithm_of(call, side);
  if (algorithm != kSymmetric) return encrypt_to(*private_key(key), key_spec(key.spec), algorithm, plaintext);
  return seal(key.current_material(), call.in.map(side.context), plaintext, call.random);
}

Value encrypt(Call& call) {
  require_honoured_members(call);
  require_encryption(call, *call.key, kOnly);
  std::string blob = sealed(call, *call.key, kOnly, call.in.bytes("Plaintext"));
  refuse_dry_run(call);
  Members answer;
  answer.add("CiphertextBlob", Blob{std::move(blob)});
  answer.add("KeyId", call.key->arn()).add("EncryptionAlgorithm", algorithm_of(call, kOnly));
  return answer;
}

// --- Decrypt and ReEncrypt: the key is found from the ciphertext
// ---------------------------------------------------

// The key in the caller's region to which a fixture has brought this ciphertext; null if none has.
Ptr<Key> key_of_recorded(const Call& call, std::string_view blob) {
  return key_of_material(call, hex_encode(sha256(blob)));
}

// A dry run may leave the ciphertext out of account: then the key must be named.
bool ignores_ciphertext(const Call& call) {
  const Value* modifiers = call.in.members().find("DryRunModifiers");
  if (modifiers == nullptr || modifiers->get<List>().empty()) return false;
  if (!call.in.flag("DryRun")) throw modifiers_without_dry_run();
  return true;
}

void require_blob(const Call& call) {
  if (!call.in.has("CiphertextBlob")) {
    throw validation(
        "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: Member must "
        "not be null");
  }
}

// Null: there is no such key in this region.
Ptr<Key> source_of(const Call& call) {
  require_blob(call);
  const std::string& blob = call.in.bytes("CiphertextBlob");
  if (const auto id = material_id(blob)) return key_of_material(call, *id);
  auto key = key_of_recorded(call, blob);
  if (!key) throw invalid_ciphertext();
  return key;
}

// The permission on the key that a ciphertext was made with, or on the key that the request names instead.
Access source_access(Call& call, std::string_view action, std::string_view key_member,
                     const Details& details) {
  const bool any_ciphertext = ignores_ciphertext(call);
  if (call.in.has(key_member)) {
    const KeyReference named = find_key(call, call.in.text(key_member));
    call.key = named.key;
    return key_access(call, named, action, details);
  }
  if (call.in.view_or(details.algorithm, kSymmetric) != kSymmetric) throw key_id_required();
  if (any_ciphertext && !call.in.has("CiphertextBlob")) throw key_id_without_ciphertext(key_member);
  const Ptr<Key> source = source_of(call);
  call.key = source;
  KeyReference reference;
  reference.key = source;
  if (source) {
    reference.account = source->account;
    reference.arn = source->arn();
  } else {
    // Material that no key of this region has: nobody is told more than that.
    reference.account = "";
    reference.arn = Arn{call.partition, "kms", call.region, "", "key/unknown"}.str();
  }
  Access access = key_access(call, reference, action, details);
  access.shown = Shown::ciphertext;
  return access;
}

// The plaintext of the request's ciphertext under the key that was found for it or named.
struct Opened {
  std::string plaintext;
  std::string material;  // id; empty for asymmetric keys
};

// A ciphertext that a fixture has brought with its plaintext opens under the same encryption context only.
Opened open_recorded(const Call& call, const Key& key, const Side& side, const std::string& blob) {
  const std::string context = encode_context(call.in.map(side.context));
  for (const RecordedCiphertext& recorded : key.recorded) {
    if (recorded.blob != blob) continue;
    require_encryption(call, key, side);
    Members own;
    for (const auto& [name, value] : recorded.context) own.add(name, value);
    if (encode_context(own) != context) throw invalid_ciphertext();
    return {std::string(recorded.plaintext.reveal()), ""};
  }
  if (key_of_recorded(call, blob)) throw incorrect_key();
  throw invalid_ciphertext();
}

// A symmetric ciphertext says whose it is: naming any other key, even one for signing, is IncorrectKey.
Opened open_symmetric(const Call& call, const Key& key, const Side& side) {
  const std::string& blob = call.in.bytes("CiphertextBlob");
  const auto id = material_id(blob);
  if (!id) return open_recorded(call, key, side, blob);
  for (const KeyMaterial& material : key.materials) {
    if (material.id != *id) continue;
    require_encryption(call, key, side);
    auto plaintext = open(material, call.in.map(side.context), blob);
    if (!plaintext) throw invalid_ciphertext();
    return {std::move(*plaintext), material.id};
  }
  throw incorrect_key();
}

Opened open_source(const Call& call, const Key& key, const Side& side) {
  if (ignores_ciphertext(call)) {
    require_encryption(call, key, side);
    return {};
  }
  require_blob(call);
  const std::string_view algorithm = algorithm_of(call, side);
  if (algorithm == kSymmetric) return open_symmetric(call, key, side);
  require_encryption(call, key, side);
  auto plaintext = decrypt_with(*private_key(key), algorithm, call.in.bytes("CiphertextBlob"));
  if (!plaintext) throw invalid_ciphertext();
  return {std::move(*plaintext), ""};
}

Value decrypt(Call& call) {
  require_honoured_members(call);
  Opened opened = open_source(call, *call.key, kOnly);
  refuse_dry_run(call);
  Members answer;
  answer.add("KeyId", call.key->arn()).add("Plaintext", Blob{std::move(opened.plaintext)});
  answer.add("EncryptionAlgorithm", algorithm_of(call, kOnly));
  // Asymmetric keys have one material; and AWS leaves it out where the answer goes to a recipient.
  if (!opened.material.empty() && !has_recipient(call)) answer.add("KeyMaterialId", opened.material);
  hand_to_recipient(call, answer, "Plaintext");
  return answer;
}

std::vector<Access> decrypt_access(Call& call) {
  std::vector<Access> out;
  out.push_back(source_access(call, "Decrypt", "KeyId",
                              {.encryption_context = "EncryptionContext", .algorithm = "EncryptionAlgorithm"}));
  return out;
}

std::vector<Access> re_encrypt_access(Call& call) {
  Access from = source_access(
      call, "ReEncryptFrom", "SourceKeyId",
      {.encryption_context = "SourceEncryptionContext", .algorithm = "SourceEncryptionAlgorithm"});
  const KeyReference destination = find_key(call, call.in.text("DestinationKeyId"));
  Access to = key_access(
      call, destination, "ReEncryptTo",
      {.encryption_context = "DestinationEncryptionContext", .algorithm = "DestinationEncryptionAlgorithm"});
  const bool same = call.key && destination.key && call.key->arn() == destination.key->arn();
  for (Access* access : {&from, &to}) access->context.set("kms:ReEncryptOnSameKey", same ? "true" : "false");
  std::vector<Access> out;
  out.push_back(std::move(from));
  out.push_back(std::move(to));
  return out;
}

Value re_encrypt(Call& call) {
  require_honoured_members(call);
  const KeyReference destination = find_key(call, call.in.text("DestinationKeyId"));
  if (destination.missing) throw *destination.missing;
  const Key& to = *destination.key;
  const Opened opened = open_source(call, *call.key, kSource);
  require_encryption(call, to, kDestination);
  std::string blob = sealed(call, to, kDestination, opened.plaintext);
  refuse_dry_run(call);
  const std::string_view algorithm = algorithm_of(call, kDestination);
  Members answer{{"CiphertextBlob", Blob{std::move(blob)}},
                 {"SourceKeyId", call.key->arn()},
                 {"KeyId", to.arn()},
                 {"SourceEncryptionAlgorithm", algorithm_of(call, kSource)},
                 {"DestinationEncryptionAlgorithm", algorithm}};
  if (!opened.material.empty()) answer.add("SourceKeyMaterialId", opened.material);
  if (algorithm == kSymmetric) answer.add("DestinationKeyMaterialId", to.current_material().id);
  return answer;
}

}  // namespace

std::vector<Operation> encrypt_operations() {
  using namespace shape;
  return {
      {.name = "Encrypt",
       .input = {req("KeyId", KeyId), req("Plaintext", Plaintext),
                 opt("EncryptionContext", EncryptionContext), opt("GrantTokens", GrantTokens),
                 opt("EncryptionAlgorithm", EncryptionAlgorithm), opt("DryRun", Flag)},
       .access =
           on_key("KeyId", {.encryption_context = "EncryptionContext", .algorithm = "EncryptionAlgorithm"}),
       .run = encrypt},
      {.name = "Decrypt",
       .input = {opt("CiphertextBlob", Ciphertext), opt("EncryptionContext", EncryptionContext),
                 opt("GrantTokens", GrantTokens), opt("KeyId", KeyId),
                 opt("EncryptionAlgorithm", EncryptionAlgorithm), opt("Recipient", Recipient),
                 opt("DryRun", Flag), opt("DryRunModifiers", DryRunModifiers)},
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
