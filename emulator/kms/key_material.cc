#include "kms/key_material.h"

#include <stdexcept>

#include "core/encoding.h"

namespace latchkey::kms {

std::shared_ptr<const PrivateKey> new_private_key(const Settings& settings, const Spec& spec) {
  if (spec.kind != Spec::Kind::rsa || !settings.rsa_keys) return PrivateKey::generate(spec);
  return PrivateKey::parse(settings.rsa_keys(static_cast<unsigned>(spec.size)));
}

KeyMaterial new_material(const Call& call, const Spec& spec) {
  KeyMaterial out;
  out.id = hex_encode(call.random.bytes(32));
  out.created = call.now;
  if (!spec.asymmetric()) {
    out.bytes = Secret(call.random.bytes(spec.size));
    return out;
  }
  const auto key = new_private_key(call.settings, spec);
  out.bytes = Secret(key->pkcs8());
  out.parsed.set(key);
  return out;
}

bool is_material_for(const Spec& spec, std::string_view bytes) {
  if (!spec.asymmetric()) return bytes.size() == spec.size;
  const auto key = PrivateKey::parse(bytes);
  return key && key->is_of(spec);
}

std::shared_ptr<const PrivateKey> private_key(const Key& key) {
  const KeyMaterial& material = key.current_material();
  // Whoever changes the bytes of a material copies the parsed key along.
  auto parsed = material.parsed.get();
  if (parsed && parsed->pkcs8() == material.bytes.reveal()) return parsed;
  parsed = PrivateKey::parse(material.bytes.reveal());
  if (!parsed) throw std::logic_error("the material of " + key.arn() + " is no private key");
  material.parsed.set(parsed);
  return parsed;
}

}  // namespace latchkey::kms
