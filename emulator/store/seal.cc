#include "store/seal.h"

#include "core/cipher.h"

namespace latchkey {
namespace {

const std::string& sealing_key() {
  static const std::string key = sha256("latchkey: secrets in exported state, version 1");
  return key;
}

}  // namespace

// The nonce comes from the secret itself, so that one state always exports to the same document.
std::string seal(std::string_view secret) {
  const std::string nonce = hmac_sha256(sealing_key(), secret).substr(0, kGcmNonceBytes);
  return nonce + aes_gcm_encrypt(sealing_key(), nonce, "", secret);
}

std::optional<std::string> unseal(std::string_view sealed) {
  if (sealed.size() < kGcmNonceBytes) return std::nullopt;
  return aes_gcm_decrypt(sealing_key(), sealed.substr(0, kGcmNonceBytes), "", sealed.substr(kGcmNonceBytes));
}

}  // namespace latchkey
