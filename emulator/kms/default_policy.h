// Key policies: the default one, and the checks that AWS makes before it takes one.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
#pragma once

#include <string>
#include <string_view>

#include "pipeline/operation.h"
#include "store/entity.h"

namespace latchkey::kms {

// The policy of a key that is created without one: the account's root may do everything, so that IAM policies count.
Document default_key_policy(std::string_view partition, std::string_view account);

// A policy that a caller wants to give a key. Throws MalformedPolicyDocumentException if it cannot be read, names
// principals that do not exist, or would lock the caller out (unless the check is bypassed).
Document checked_key_policy(const Call& call, const std::string& text, std::string_view key_arn, bool bypass_lockout);

}  // namespace latchkey::kms
