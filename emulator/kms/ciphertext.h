// Symmetric ciphertext blobs: the key material is found from the blob, and the blob is bound to it and to the encryption
// context.
//
// Layout, 152 bytes more than the plaintext (as many as AWS's own blobs):
//   0    4  'L' 'K' 1, then the algorithm: 1 = AES-256-GCM under a key derived for this message
//   4   32  key material id
//   36  16  nonce of the key derivation
//   52  12  nonce of the cipher
//   64   4  length of the plaintext, big endian
//   68  68  zeros, reserved
//   136  n  ciphertext
//   +   16  tag
// Associated data: bytes 0 to 135, then the encryption context. The message key is HMAC-SHA-256 in counter mode
// (NIST SP 800-108) of the key material, as KMS derives its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/random.h"
#include "core/value.h"
#include "store/entity.h"

namespace latchkey::kms {

constexpr std::size_t kCiphertextOverhead = 152;

// An encryption context as bytes, without ambiguity: sorted by key, every key and value with its length before it.
std::string encode_context(const Members& encryption_context);

std::string seal(const KeyMaterial& material, const Members& encryption_context, std::string_view plaintext, Random& random);
// The id of the key material (64 hex digits); nullopt if the bytes are no blob of this layout.
std::optional<std::string> material_id(std::string_view blob);
// nullopt if the material, the context or any byte is another.
std::optional<std::string> open(const KeyMaterial& material, const Members& encryption_context, std::string_view blob);

// Does the blob look like real AWS's own format? Nobody can open those outside AWS, and a user deserves to be told.
bool looks_like_aws_blob(std::string_view blob);

}  // namespace latchkey::kms
