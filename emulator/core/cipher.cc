#include "core/cipher.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <memory>
#include <stdexcept>

#include "core/octets.h"
#include "sigv4/crypto.h"

namespace latchkey {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

void check(int result) {
  if (result != 1) throw std::logic_error("AES-GCM was called with a wrong key or nonce");
}

// Fetching an algorithm takes longer than using it, so each is fetched once.
const EVP_CIPHER* aes_256_gcm() {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

Context made_for(int encrypt) {
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  check(EVP_CipherInit_ex2(context.get(), aes_256_gcm(), nullptr, nullptr, encrypt, nullptr));
  return context;
}

// One for each thread and direction: making one takes as long as a short message, and so does naming the cipher again, for
// which OpenSSL makes its state anew. The keys that it has seen last are those of one message or of this process.
EVP_CIPHER_CTX* prepare(std::string_view key, std::string_view nonce, std::string_view associated_data, int encrypt) {
  if (key.size() != 32 || nonce.size() != kGcmNonceBytes) throw std::logic_error("AES-GCM key or nonce size");
  thread_local const Context sealing = made_for(1);
  thread_local const Context opening = made_for(0);
  EVP_CIPHER_CTX* context = encrypt != 0 ? sealing.get() : opening.get();
  check(EVP_CipherInit_ex2(context, nullptr, octets(key), octets(nonce), encrypt, nullptr));
  int length = 0;
  if (!associated_data.empty()) {
    check(EVP_CipherUpdate(context, nullptr, &length, octets(associated_data),
                           static_cast<int>(associated_data.size())));
  }
  return context;
}

}  // namespace

std::string aes_gcm_encrypt(std::string_view key, std::string_view nonce, std::string_view associated_data,
                            std::string_view plaintext) {
  EVP_CIPHER_CTX* const context = prepare(key, nonce, associated_data, 1);
  std::string out(plaintext.size() + kGcmTagBytes, '\0');
  int length = 0;
  if (!plaintext.empty()) {
    check(EVP_CipherUpdate(context, octets(out), &length, octets(plaintext),
                           static_cast<int>(plaintext.size())));
  }
  int rest = 0;
  check(EVP_CipherFinal_ex(context, octets(out) + length, &rest));
  check(
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kGcmTagBytes, octets(out) + plaintext.size()));
  return out;
}

std::optional<std::string> aes_gcm_decrypt(std::string_view key, std::string_view nonce,
                                           std::string_view associated_data,
                                           std::string_view ciphertext_and_tag) {
  if (ciphertext_and_tag.size() < kGcmTagBytes) return std::nullopt;
  EVP_CIPHER_CTX* const context = prepare(key, nonce, associated_data, 0);
  const std::string_view ciphertext = ciphertext_and_tag.substr(0, ciphertext_and_tag.size() - kGcmTagBytes);
  std::string tag(ciphertext_and_tag.substr(ciphertext.size()));
  std::string out(ciphertext.size(), '\0');
  int length = 0;
  if (!ciphertext.empty()) {
    check(EVP_CipherUpdate(context, octets(out), &length, octets(ciphertext),
                           static_cast<int>(ciphertext.size())));
  }
  check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kGcmTagBytes, tag.data()));
  unsigned char none[16];
  int rest = 0;
  if (EVP_CipherFinal_ex(context, none, &rest) != 1) return std::nullopt;
  return out;
}

std::string sha256(std::string_view bytes) { return std::string(sigv4::view(sigv4::sha256(bytes))); }

std::string sha1(std::string_view bytes) {
  std::string out(SHA_DIGEST_LENGTH, '\0');
  SHA1(octets(bytes), bytes.size(), octets(out));
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  return std::string(sigv4::view(sigv4::hmac_sha256(key, bytes)));
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
  std::string out(SHA_DIGEST_LENGTH, '\0');
  unsigned int length = 0;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), octets(bytes), bytes.size(), octets(out), &length);
  return out;
}

}  // namespace latchkey
