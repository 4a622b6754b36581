#include "kms/custom_tags.h"

#include <algorithm>

#include "core/cipher.h"
#include "core/encoding.h"
#include "core/pattern.h"
#include "kms/errors.h"
#include "kms/key_material.h"
#include "kms/key_specs.h"
#include "kms/private_key.h"

namespace latchkey::kms {
namespace {

constexpr std::string_view kCustomIdTag = "_custom_id_";
constexpr std::string_view kUuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
constexpr std::string_view kMultiRegionId = "mrk-[0-9a-f]{32}";

const std::string* value_of(const Tags& tags, std::string_view name) {
  const auto found =
      std::find_if(tags.begin(), tags.end(), [&](const auto& tag) { return tag.first == name; });
  return found == tags.end() ? nullptr : &found->second;
}

// Elliptic curve keys are often kept in the older form that PEM calls EC PRIVATE KEY.
std::string as_pkcs8(const std::string& base64, const std::string& bytes) {
  const auto pair =
      PrivateKey::from_pem("-----BEGIN EC PRIVATE KEY-----\n" + base64 + "\n-----END EC PRIVATE KEY-----\n");
  return pair ? pair->pkcs8() : bytes;
}

}  // namespace

Tags without_custom_material(Tags tags) {
  std::erase_if(tags, [](const auto& tag) { return tag.first == kCustomMaterialTag; });
  return tags;
}

std::string custom_id(const Key& key) {
  const std::string* id = value_of(key.tags, kCustomIdTag);
  if (id == nullptr) return "";
  if (!matches_pattern(key.multi_region ? kMultiRegionId : kUuid, *id)) {
    throw validation("The tag _custom_id_ must hold " +
                     std::string(key.multi_region ? "mrk- and 32 hex digits: the id of a multi-Region key."
                                                  : "a UUID in lower case."));
  }
  return *id;
}

KeyMaterial custom_material(const Tags& tags, const Key& key) {
  const std::string* text = value_of(tags, kCustomMaterialTag);
  if (text == nullptr) return {};
  if (key.origin != "AWS_KMS")
    throw validation("The tag _custom_key_material_ is for keys of the origin AWS_KMS.");
  const Spec& spec = key_spec(key.spec);
  auto bytes = base64_decode(*text);
  if (bytes && spec.asymmetric() && !is_material_for(spec, *bytes)) bytes = as_pkcs8(*text, *bytes);
  if (!bytes || !is_material_for(spec, *bytes)) {
    throw validation("The tag _custom_key_material_ must hold the base64 of " +
                     (spec.asymmetric() ? "a private key" : std::to_string(spec.size) + " bytes") +
                     " for a key of the spec " + key.spec + ".");
  }
  KeyMaterial out;
  // Ciphertexts name it: emulators that are set up by the same script open each other's.
  out.id = hex_encode(sha256("custom key material " + key.id + " " + *bytes));
  out.created = key.created;
  out.bytes = Secret(*std::move(bytes));
  return out;
}

}  // namespace latchkey::kms
