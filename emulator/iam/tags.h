// Tags of users, roles and policies: the checks that AWS makes beyond the model's constraints, and their
// merging.
#pragma once

#include "store/entity.h"

namespace latchkey::iam {

inline constexpr std::size_t kMostTags = 50;

// Throws InvalidInput for duplicates and reserved keys.
void check_new_tags(const Tags& given);
// A key that is there already, in whatever case, is replaced. Throws LimitExceeded beyond fifty.
void merge_tags(Tags& tags, const Tags& given);
void remove_tags(Tags& tags, const std::vector<std::string>& keys);

}  // namespace latchkey::iam
