// What a grant of a key may allow.
#pragma once

#include <string>
#include <vector>

#include "store/entity.h"

namespace latchkey::kms {

// Throws AWS's error for operations that are none, CreateGrant alone, or nothing that this key can do.
void check_grant_operations(const Key& key, const std::vector<std::string>& operations);

}  // namespace latchkey::kms
