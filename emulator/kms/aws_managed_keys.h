// AWS managed keys: the keys that AWS services make in an account under aliases of their own,
// alias/aws/SERVICE. They can be looked at and used through their service; everything else is refused, by
// their key policy. https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
#pragma once

#include <string_view>
#include <vector>

#include "pipeline/operation.h"

namespace latchkey::kms {

// The names of the aliases that every account has before there are keys to them, in order.
std::vector<std::string_view> predefined_aliases();

// The alias of an AWS managed key in the caller's account and Region, with its key made now if this is its
// first use; null if no service has an alias of that name.
Ptr<Alias> aws_managed_alias(const Call& call, std::string_view name);

}  // namespace latchkey::kms
