// Multi-Region keys: a primary and its replicas, with one id and one material in several Regions.
#pragma once

#include "pipeline/operation.h"

namespace latchkey::kms {

// KeyMetadata's MultiRegionConfiguration.
Members multi_region_configuration(const Call& call, const Key& key);

}  // namespace latchkey::kms
