// Which grant of a key covers a call.
// https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/operation.h"

namespace latchkey::kms {

// A grant names its key's region and itself in its token, so that every answer can have a token of its own.
std::string new_grant_token(const Grant& grant, Random& random);
// The grant that a token names; null if it names none.
Ptr<Grant> grant_of_token(const Call& call, std::string_view token);

// Whether the caller is the principal that was recorded as `principal`, with the unique id that it had then.
bool is_caller(const Identity& who, std::string_view principal, std::string_view unique_id);

// The grant, as a decision takes it.
policy::Named as_evidence(const Grant& grant);

// A grant of the key that lets the caller do the operation. encryption_context: that of the request, or null
// where the operation takes none and constraints do not limit it. Cheap for keys without grants.
std::optional<policy::Named> covering_grant(const Call& call, const Key& key, std::string_view operation,
                                            const Members* encryption_context);

}  // namespace latchkey::kms
