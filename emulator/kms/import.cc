// https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html
#include <algorithm>

#include "core/cipher.h"
#include "core/clock.h"
#include "core/encoding.h"
#include "kms/access.h"
#include "kms/errors.h"
#include "kms/import_token.h"
#include "kms/key_material.h"
#include "kms/lifecycle.h"
#include "kms/service.h"
#include "kms/shapes.h"
#include "kms/wrapping.h"

namespace latchkey::kms {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kTokenLife = kDay;
constexpr std::int64_t kLongestValidity = 365 * kDay;
constexpr char kExpires[] = "KEY_MATERIAL_EXPIRES";

void require_import(const Call& call, const Key& key) {
  if (key.origin != "EXTERNAL") throw wrong_origin(key.arn(), key.origin);
  require_state(call, key);
}

bool symmetric(const Key& key) { return key.spec == "SYMMETRIC_DEFAULT"; }

// --- GetParametersForImport
// ------------------------------------------------------------------------------------------

// What the wrapping key can carry: a private RSA key is longer than any RSA key encrypts, so it goes under an
// AES key; what is no asymmetric key goes without.
void check_wrapping(const Call& call, const Key& key, const std::string& algorithm, const std::string& spec) {
  if (algorithm == "RSAES_PKCS1_V1_5") throw unsupported("Algorithm RSAES_PKCS1_V1_5 is not supported.");
  const bool sm2 = spec == "SM2";
  if ((sm2 || algorithm == "SM2PKE") && !call.region.starts_with("cn-")) {
    throw unsupported("WrappingKeySpec SM2 is not supported in this Region");
  }
  bool fits = sm2 == (algorithm == "SM2PKE");
  if (algorithm.starts_with("RSA_AES")) {
    fits = fits && !symmetric(key) && !key.spec.starts_with("HMAC_");
  } else {
    fits = fits && !key.spec.starts_with("RSA_") && !(key.spec == "ECC_NIST_P521" && spec == "RSA_2048");
  }
  if (!fits) {
    throw unsupported("Wrapping algorithm " + algorithm + " and wrapping key spec " + spec +
                      " are not valid for key spec " + key.spec + ".");
  }
}

Value get_parameters_for_import(Call& call) {
  const Key& key = *call.key;
  require_import(call, key);
  ImportParameters parameters{key.arn(), call.in.text("WrappingAlgorithm"), call.in.text("WrappingKeySpec"),
                              call.now.plus_seconds(kTokenLife)};
  check_wrapping(call, key, parameters.algorithm, parameters.spec);
  return Members{{"KeyId", key.arn()},
                 {"ImportToken", Blob{seal_import_token(call, parameters)}},
                 {"PublicKey", Blob{wrapping_public_key(wrapping_key(call, parameters.spec).reveal())}},
                 {"ParametersValidTo", parameters.valid_to}};
}

// --- ImportKeyMaterial
// -----------------------------------------------------------------------------------------------

// Expiry is the default, so a date is needed unless the caller says that there is none.
std::optional<Time> valid_to(const Call& call) {
  const bool expires = call.in.text_or("ExpirationModel", kExpires) == kExpires;
  if (!expires && call.in.has("ValidTo")) {
    throw validation("A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE");
  }
  if (!expires) return std::nullopt;
  if (!call.in.has("ValidTo")) {
    throw validation("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES");
  }
  const Time at = call.in.time("ValidTo");
  if (at <= call.now) throw validation("The validTo date must be in the future");
  if (at > call.now.plus_seconds(kLongestValidity)) {
    throw validation("The validTo date must not be more than 365 days in the future");
  }
  return at;
}

AwsError incorrect_material(std::string message) {
  return {400, "IncorrectKeyMaterialException", std::move(message)};
}

Secret unwrapped_material(const Call& call, const Key& key) {
  const auto parameters = open_import_token(call, call.in.bytes("ImportToken"));
  if (!parameters || parameters->key != key.arn()) throw AwsError(400, "InvalidImportTokenException");
  if (parameters->valid_to <= call.now) throw AwsError(400, "ExpiredImportTokenException");
  const Secret wrapping = wrapping_key(call, parameters->spec);
  auto bytes = unwrap(wrapping.reveal(), parameters->algorithm, call.in.bytes("EncryptedKeyMaterial"));
  if (!bytes) throw invalid_ciphertext();
  if (!is_material_for(key_spec(key.spec), *bytes)) {
    throw incorrect_material("The key material is not valid for the key spec " + key.spec + ".");
  }
  return Secret(std::move(*bytes));
}

// The same material in the same key has the same id, in every Region of a multi-Region key.
std::string imported_material_id(const Key& key, std::string_view bytes) {
  return hex_encode(hmac_sha256("latchkey key material id", key.id + "/" + std::string(bytes)));
}

// Where the material goes; a new place for material that the key has not had. Throws if it may not go there.
KeyMaterial& place_for(const Call& call, Key& key, const std::string& id) {
  const auto known =
      std::find_if(key.materials.begin(), key.materials.end(), [&](const auto& m) { return m.id == id; });
  if (known != key.materials.end()) return *known;
  const std::string type =
      call.in.text_or("ImportType", key.materials.empty() ? "NEW_KEY_MATERIAL" : "EXISTING_KEY_MATERIAL");
  const bool first = key.materials.empty();
  if (type == "EXISTING_KEY_MATERIAL" || (!first && !symmetric(key))) {
    throw incorrect_material("The key material is not the key material that was imported into the key " +
                             key.arn() + ".");
  }
  if (!key.primary_region.empty()) {
    throw unsupported("New key material cannot be imported into " + key.arn() +
                      ", which is not a multi-region primary key.");
  }
  const auto waiting =
      std::find_if(key.materials.begin(), key.materials.end(), [](const auto& m) { return m.pending; });
  if (waiting != key.materials.end()) {
    throw AwsError(400, "KMSInvalidStateException",
                   "New key material (id: " + id + ") cannot be imported into KMS key " + key.id +
                       ", because another key material (id: " + waiting->id + ") is pending rotation.");
  }
  KeyMaterial& made = key.materials.emplace_back();
  made.id = id;
  made.pending = !first;
  return made;
}

void check_symmetric_only(const Call& call, const Key& key) {
  for (const std::string_view member : {"ImportType", "KeyMaterialDescription", "KeyMaterialId"}) {
    if (call.in.has(member) && !symmetric(key)) {
      throw validation(std::string(member) + " is only valid for symmetric encryption KMS keys.");
    }
  }
  if (call.in.has("KeyMaterialId") && call.in.text_or("ImportType", "") == "NEW_KEY_MATERIAL") {
    throw validation("KeyMaterialId cannot be specified with the ImportType NEW_KEY_MATERIAL.");
  }
}

Value import_key_material(Call& call) {
  require_import(call, *call.key);
  check_symmetric_only(call, *call.key);
  const auto until = valid_to(call);
  const Secret bytes = unwrapped_material(call, *call.key);
  const std::string id = imported_material_id(*call.key, bytes.reveal());
  if (call.in.text_or("KeyMaterialId", id) != id) {
    throw incorrect_material("The key material does not have the id " + call.in.text("KeyMaterialId") + ".");
  }
  update_key(call, [&](Key& key) {
    require_import(call, key);
    KeyMaterial& material = place_for(call, key, id);
    material.bytes = bytes;
    material.created = call.now;
    material.valid_to = until;
    if (call.in.has("KeyMaterialDescription")) material.description = call.in.text("KeyMaterialDescription");
    if (key.state == Key::State::pending_import && material_complete(key)) key.state = Key::State::enabled;
  });
  Members answer{{"KeyId", call.key->arn()}};
  if (symmetric(*call.key)) answer.add("KeyMaterialId", id);
  return answer;
}

// --- DeleteImportedKeyMaterial
// ---------------------------------------------------------------------------------------

// The material that is meant; the end if there is none and none was named.
std::vector<KeyMaterial>::iterator named_material(const Call& call, Key& key) {
  auto& all = key.materials;
  if (!call.in.has("KeyMaterialId")) {
    const auto current = std::find_if(all.rbegin(), all.rend(), [](const auto& m) { return !m.pending; });
    return current == all.rend() ? all.end() : std::prev(current.base());
  }
  const std::string& id = call.in.text("KeyMaterialId");
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.id == id; });
  if (found == all.end())
    throw AwsError(400, "NotFoundException", "Key material '" + id + "' does not exist");
  return found;
}

// The id stays, so that only the same material comes back; material that still waited for its rotation is
// forgotten.
Value delete_imported_key_material(Call& call) {
  std::string id;
  update_key(call, [&](Key& key) {
    if (key.origin != "EXTERNAL") throw wrong_origin(key.arn(), key.origin);
    const auto material = named_material(call, key);
    if (material == key.materials.end()) return;
    id = material->id;
    if (material->pending && key.primary_region.empty()) {
      key.materials.erase(material);
      return;
    }
    material->bytes = Secret();
    material->valid_to.reset();
    if (!material->pending && key.state != Key::State::pending_deletion)
      key.state = Key::State::pending_import;
  });
  Members answer{{"KeyId", call.key->arn()}};
  if (symmetric(*call.key)) answer.add("KeyMaterialId", id);
  return answer;
}

// --- Access
// ----------------------------------------------------------------------------------------------------------

std::vector<Access> import_access(Call& call) {
  const KeyReference reference = find_own_key(call, call.in.text("KeyId"));
  call.key = reference.key;
  Access access = key_access(call, reference, call.operation.name);
  if (call.operation.name == "GetParametersForImport") {
    access.context.set("kms:WrappingAlgorithm", call.in.text("WrappingAlgorithm"));
    access.context.set("kms:WrappingKeySpec", call.in.text("WrappingKeySpec"));
  } else {
    access.context.set("kms:ExpirationModel", call.in.text_or("ExpirationModel", kExpires));
    if (call.in.has("ValidTo")) access.context.set("kms:ValidTo", format_iso8601(call.in.time("ValidTo")));
  }
  return {std::move(access)};
}

}  // namespace

std::vector<Operation> import_operations() {
  using namespace shape;
  return {
      {.name = "GetParametersForImport",
       .input = {req("KeyId", KeyId), req("WrappingAlgorithm", WrappingAlgorithm),
                 req("WrappingKeySpec", WrappingKeySpec)},
       .access = AccessRule(import_access),
       .run = get_parameters_for_import},
      {.name = "ImportKeyMaterial",
       .input = {req("KeyId", KeyId), req("ImportToken", Ciphertext), req("EncryptedKeyMaterial", Ciphertext),
                 opt("ValidTo", Date), opt("ExpirationModel", ExpirationModel), opt("ImportType", ImportType),
                 opt("KeyMaterialDescription", KeyMaterialDescription), opt("KeyMaterialId", KeyMaterialId)},
       .access = AccessRule(import_access),
       .run = import_key_material},
      {.name = "DeleteImportedKeyMaterial",
       .input = {req("KeyId", KeyId), opt("KeyMaterialId", KeyMaterialId)},
       .access = on_own_key("KeyId"),
       .run = delete_imported_key_material},
  };
}

}  // namespace latchkey::kms
