// KeyMetadata, as CreateKey and DescribeKey answer it.
#pragma once

#include "pipeline/operation.h"

namespace latchkey::kms {

Members key_metadata(const Call& call, const Key& key);

}  // namespace latchkey::kms
