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

void append_big_endian(std::string& out, std::size_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

std::size_t big_endian_at(std::string_view bytes, std::size_t at) {
  std::size_t number = 0;
  for (const char c : bytes.substr(at, 4)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

Secret message_key(const KeyMaterial& material, std::string_view nonce) {
  std::string input;
  input.reserve(64);
  append_big_endian(input, 1);
  input.append("latchkey kms ciphertext 1").append(1, '\0').append(nonce);
  append_big_endian(input, 256);
  return Secret(hmac_sha256(material.bytes.reveal(), input));
}

}  // namespace

std::string encode_context(const Members& encryption_context) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (const auto& [key, value] : encryption_context) pairs.emplace_back(key, value.get<std::string>());
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [key, value] : pairs) {
    append_big_endian(out, key.size());
    out.append(key);
    append_big_endian(out, value.size());
    out.append(value);
  }
  return out;
}

std::string seal(const KeyMaterial& material, const Members& encryption_context, std::string_view plaintext,
                 Random& random) {
  const std::string nonces = random.bytes(kDerivationNonceBytes + kGcmNonceBytes);
  std::string blob;
  blob.reserve(kCiphertextOverhead + plaintext.size());
  blob += kMagic;
  blob += hex_decode(material.id).value_or("");
  blob += nonces;
  append_big_endian(blob, plaintext.size());
  blob.resize(kHeaderBytes, '\0');
  const std::string_view derivation = std::string_view(nonces).substr(0, kDerivationNonceBytes);
  const std::string_view cipher = std::string_view(nonces).substr(kDerivationNonceBytes);
  const Secret key = message_key(material, derivation);
  if (encryption_context.empty()) return blob += aes_gcm_encrypt(key.reveal(), cipher, blob, plaintext);
  const std::string associated = blob + encode_context(encryption_context);
  return blob += aes_gcm_encrypt(key.reveal(), cipher, associated, plaintext);
}

std::optional<std::string> material_id(std::string_view blob) {
  if (blob.size() < kCiphertextOverhead || !blob.starts_with(kMagic)) return std::nullopt;
  if (big_endian_at(blob, kLengthAt) != blob.size() - kCiphertextOverhead) return std::nullopt;
  return hex_encode(blob.substr(kMaterialAt, kDerivationNonceAt - kMaterialAt));
}

std::optional<std::string> open(const KeyMaterial& material, const Members& encryption_context,
                                std::string_view blob) {
  if (material_id(blob) != material.id) return std::nullopt;
  const Secret key = message_key(material, blob.substr(kDerivationNonceAt, kDerivationNonceBytes));
  const std::string associated =
      std::string(blob.substr(0, kHeaderBytes)) + encode_context(encryption_context);
  return aes_gcm_decrypt(key.reveal(), blob.substr(kCipherNonceAt, kGcmNonceBytes), associated,
                         blob.substr(kHeaderBytes));
}

bool looks_like_aws_blob(std::string_view blob) {
  return blob.size() > 5 && (blob[0] == '\x01' || blob.starts_with("\x0a\x20"));
}

}  // namespace latchkey::kms
