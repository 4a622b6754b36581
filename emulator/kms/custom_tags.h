// LocalStack's way to choose a key's id and material: two tags of CreateKey, so that scripts written for it
// make the same keys here. AWS gives the two no meaning.
// https://docs.localstack.cloud/aws/services/kms/
#pragma once

#include <string>
#include <string_view>

#include "store/entity.h"

namespace latchkey::kms {

inline constexpr std::string_view kCustomMaterialTag = "_custom_key_material_";

// Without the one that holds key material: it is nobody's to see, neither as a tag nor in a decision.
Tags without_custom_material(Tags tags);

// The id that the tags choose for the key, which has all but its id; empty if they choose none. Throws
// ValidationException for what is no key id.
std::string custom_id(const Key& key);
// Material with the bytes that the tags choose, and an id that follows from them and the key's; no bytes if
// they choose none. Throws ValidationException for what is no material of the key's spec.
KeyMaterial custom_material(const Tags& tags, const Key& key);

}  // namespace latchkey::kms
