#include "support/wrapping.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>

namespace latchkey::test {
namespace {

const unsigned char* data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

void check(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL cannot wrap");
}

std::string encrypt(std::string_view public_key, const EVP_MD* digest, std::string_view plaintext) {
  const unsigned char* at = data(public_key);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key.size())), EVP_PKEY_free);
  if (!key) throw std::runtime_error("no public key");
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  check(EVP_PKEY_encrypt_init(context.get()));
  if (digest != nullptr) {
    check(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING));
    check(EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), digest));
  }
  std::size_t size = 0;
  check(EVP_PKEY_encrypt(context.get(), nullptr, &size, data(plaintext), plaintext.size()));
  std::string out(size, '\0');
  check(EVP_PKEY_encrypt(context.get(), data(out), &size, data(plaintext), plaintext.size()));
  out.resize(size);
  return out;
}

std::string aes_wrap(std::string_view aes_key, std::string_view plaintext) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                EVP_CIPHER_CTX_free);
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  check(EVP_EncryptInit_ex(context.get(), EVP_aes_256_wrap_pad(), nullptr, data(aes_key), nullptr));
  std::string out(plaintext.size() + 16, '\0');
  int size = 0;
  check(EVP_EncryptUpdate(context.get(), data(out), &size, data(plaintext),
                          static_cast<int>(plaintext.size())));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

std::string wrap(std::string_view public_key, std::string_view algorithm, std::string_view material) {
  if (algorithm == "SM2PKE") return encrypt(public_key, nullptr, material);
  const EVP_MD* digest = algorithm.ends_with("SHA_1") ? EVP_sha1() : EVP_sha256();
  if (algorithm.starts_with("RSAES_OAEP")) return encrypt(public_key, digest, material);
  const std::string aes_key(32, 'w');
  return encrypt(public_key, digest, aes_key) + aes_wrap(aes_key, material);
}

}  // namespace latchkey::test
