// Encryption and decryption with asymmetric KMS keys: RSAES-OAEP and SM2PKE. The ciphertexts are the bare
// ones that anybody makes with the public key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kms/private_key.h"

namespace latchkey::kms {

// Throws ValidationException if the plaintext is longer than the algorithm can take.
std::string encrypt_to(const PrivateKey& key, const Spec& spec, std::string_view algorithm,
                       std::string_view plaintext);
// nullopt whatever is wrong with it.
std::optional<std::string> decrypt_with(const PrivateKey& key, std::string_view algorithm,
                                        std::string_view ciphertext);

}  // namespace latchkey::kms
