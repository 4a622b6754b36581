#include "identity/authorization_message.h"

#include "core/cipher.h"
#include "core/encoding.h"

namespace latchkey {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::string_view kPurpose = "authorization message";

std::string message_key(const Secret& key) { return hmac_sha256(key.reveal(), kPurpose); }

}  // namespace

std::string seal_authorization_message(std::string_view document, const Secret& key, Random& random) {
  const std::string nonce = random.bytes(kNonceBytes);
  return base64url_encode(nonce + aes_gcm_encrypt(message_key(key), nonce, kPurpose, document));
}

std::optional<std::string> open_authorization_message(std::string_view message, const Secret& key) {
  const auto bytes = base64url_decode(message);
  if (!bytes || bytes->size() <= kNonceBytes) return std::nullopt;
  const std::string_view all = *bytes;
  return aes_gcm_decrypt(message_key(key), all.substr(0, kNonceBytes), kPurpose, all.substr(kNonceBytes));
}

}  // namespace latchkey
