// Signatures with KMS's signing algorithms.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
#pragma once

#include <string>
#include <string_view>

#include "kms/private_key.h"

namespace latchkey::kms {

// Throws ValidationException where message and type cannot go with the algorithm.
void check_message(std::string_view algorithm, std::string_view message_type, std::string_view message);

// A message that was checked. RAW is hashed as the algorithm says; a DIGEST is signed as it is.
std::string sign(const PrivateKey& key, std::string_view algorithm, std::string_view message_type,
                 std::string_view message);
bool verify(const PrivateKey& key, std::string_view algorithm, std::string_view message_type,
            std::string_view message, std::string_view signature);

}  // namespace latchkey::kms
