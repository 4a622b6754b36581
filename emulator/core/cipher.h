// AES-256-GCM, SHA-256 and HMAC-SHA-256, as the session tokens, the ciphertext format and exported state use
// them. Thread safe, no state.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey {

constexpr std::size_t kGcmNonceBytes = 12;
constexpr std::size_t kGcmTagBytes = 16;

// key: 32 bytes. nonce: 12 bytes, never used twice with one key. The tag follows the ciphertext.
std::string aes_gcm_encrypt(std::string_view key, std::string_view nonce, std::string_view associated_data,
                            std::string_view plaintext);
// nullopt if anything was changed.
std::optional<std::string> aes_gcm_decrypt(std::string_view key, std::string_view nonce,
                                           std::string_view associated_data,
                                           std::string_view ciphertext_and_tag);

std::string sha256(std::string_view bytes);
std::string sha1(std::string_view bytes);  // for names that AWS makes with it, not for secrets
std::string hmac_sha256(std::string_view key, std::string_view bytes);
std::string hmac_sha1(std::string_view key, std::string_view bytes);  // for RFC 6238's codes only

}  // namespace latchkey
