// How key material travels to KMS: under the public key of a wrapping key pair.
// https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-get-public-key-and-token.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::kms {

// spec: "RSA_2048", "RSA_3072", "RSA_4096" or "SM2". PKCS #8 DER.
std::string new_wrapping_key(std::string_view spec);
std::string wrapping_public_key(std::string_view pkcs8);  // SubjectPublicKeyInfo DER

// The material that was wrapped; nullopt if the bytes are anything else. An RSA_AES algorithm has the RSA
// ciphertext of an AES-256 key first, then the material under that key (AES key wrap with padding, RFC 5649).
std::optional<std::string> unwrap(std::string_view pkcs8, std::string_view algorithm,
                                  std::string_view wrapped);

}  // namespace latchkey::kms
