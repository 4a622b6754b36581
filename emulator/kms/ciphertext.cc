#include "kms/ciphertext.h"

#include <algorithm>
#include <vector>

#include "core/cipher.h"
#include "core/encoding.h"

namespace latchkey::kms {
namespace {

constexpr std::string_view kMagic("LK\x01\x01", 4);
constexpr std::size_t kMaterialAt = 4;
constexpr std::size_t kDerivationNonceAt = 36;
constexpr std::size_t kDerivationNonceBytes = 16;
constexpr std::size_t kCipherNonceAt = 52;
constexpr std::size_t kLengthAt = 64;
constexpr std::size_t kHeaderBytes = 136;
static_assert(kHeaderBytes + kGcmTagBytes == kCiphertextOverhead);

std::string big_endian(std::size_t number) {
  std::string out(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<char>(number >> (8 * (3 - i)) & 0xff);
  return out;
}

std::string message_key(const KeyMaterial& material, std::string_view nonce) {
  std::string input = big_endian(1) + "latchkey kms ciphertext 1" + std::string(1, '\0');
  input.append(nonce).append(big_endian(256));
  return hmac_sha256(material.bytes.reveal(), input);
}

}  // namespace

std::string encode_context(const Members& encryption_context) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (const auto& [key, value] : encryption_context) pairs.emplace_back(key, value.get<std::string>());
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [key, value] : pairs) {
    out.append(big_endian(key.size())).append(key).append(big_endian(value.size())).append(value);
  }
  return out;
}

std::string seal(const KeyMaterial& material, const Members& encryption_context, std::string_view plaintext,
                 Random& random) {
  const std::string nonces = random.bytes(kDerivationNonceBytes + kGcmNonceBytes);
  std::string blob(kMagic);
  blob += hex_decode(material.id).value_or("");
  blob += nonces;
  blob += big_endian(plaintext.size());
  blob.resize(kHeaderBytes, '\0');
  const std::string_view derivation = std::string_view(nonces).substr(0, kDerivationNonceBytes);
  const std::string_view cipher = std::string_view(nonces).substr(kDerivationNonceBytes);
  return blob + aes_gcm_encrypt(message_key(material, derivation), cipher,
                                blob + encode_context(encryption_context), plaintext);
}

std::optional<std::string> material_id(std::string_view blob) {
  if (blob.size() < kCiphertextOverhead || !blob.starts_with(kMagic)) return std::nullopt;
  if (blob.substr(kLengthAt, 4) != big_endian(blob.size() - kCiphertextOverhead)) return std::nullopt;
  return hex_encode(blob.substr(kMaterialAt, kDerivationNonceAt - kMaterialAt));
}

std::optional<std::string> open(const KeyMaterial& material, const Members& encryption_context,
                                std::string_view blob) {
  if (material_id(blob) != material.id) return std::nullopt;
  const std::string key = message_key(material, blob.substr(kDerivationNonceAt, kDerivationNonceBytes));
  const std::string associated =
      std::string(blob.substr(0, kHeaderBytes)) + encode_context(encryption_context);
  return aes_gcm_decrypt(key, blob.substr(kCipherNonceAt, kGcmNonceBytes), associated,
                         blob.substr(kHeaderBytes));
}

bool looks_like_aws_blob(std::string_view blob) {
  return blob.size() > 5 && (blob[0] == '\x01' || blob.starts_with("\x0a\x20"));
}

}  // namespace latchkey::kms
