// The material of KMS keys: new bytes for every spec, and the parsed form of asymmetric ones.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "kms/private_key.h"
#include "pipeline/operation.h"

namespace latchkey::kms {

// A new private key: an RSA key from where Settings says, any other made here.
std::shared_ptr<const PrivateKey> new_private_key(const Settings& settings, const Spec& spec);
// New material with an id of its own.
KeyMaterial new_material(const Call& call, const Spec& spec);
// Bytes that a caller or a fixture brings are material for such a key.
bool is_material_for(const Spec& spec, std::string_view bytes);

// The parsed form of a key's current material, kept with it.
std::shared_ptr<const PrivateKey> private_key(const Key& key);

}  // namespace latchkey::kms
