// How the journal keeps an entry: as bytes, a tenth of what its strings and lists would take. What it says twice (the
// caller's ARN, the client's address) stands there once, and usual condition keys are numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/journal.h"

namespace latchkey {

PackedEntry pack(const Entry& entry);
Entry unpack(const PackedEntry& packed);
// Without unpacking it.
bool has_id(const PackedEntry& packed, std::string_view id);
bool is_of_account(const PackedEntry& packed, std::string_view account);

}  // namespace latchkey
