// KeyMetadata, as CreateKey and DescribeKey answer it.
#pragma once

#include "core/value.h"
#include "store/entity.h"

namespace latchkey::kms {

Members key_metadata(const Key& key);

}  // namespace latchkey::kms
