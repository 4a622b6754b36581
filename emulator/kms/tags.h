// Tags of keys: the checks that AWS makes beyond the model's constraints.
#pragma once

#include "store/entity.h"

namespace latchkey::kms {

// Throws TagException for duplicates, reserved keys and too many.
void check_new_tags(const Tags& tags);

}  // namespace latchkey::kms
