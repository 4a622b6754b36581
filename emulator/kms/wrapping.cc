#include "kms/wrapping.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>

#include "core/octets.h"
#include "core/secret.h"

namespace latchkey::kms {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)>;

constexpr std::size_t kAesKeyBytes = 32;
constexpr std::size_t kWrapBlock = 8;

// What OpenSSL's i2d functions write, whatever they write.
template <class T, class Write>
std::string der_of(T* object, Write write) {
  unsigned char* bytes = nullptr;
  const int size = write(object, &bytes);
  if (size <= 0) throw std::logic_error("OpenSSL cannot encode a key");
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

KeyPtr parse(std::string_view pkcs8) {
  const unsigned char* at = octets(pkcs8);
  KeyPtr key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(pkcs8.size())), EVP_PKEY_free);
  if (!key) throw std::logic_error("a wrapping key cannot be read back");
  return key;
}

bool use_oaep(EVP_PKEY_CTX* context, const EVP_MD* digest) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1;
}

// digest: of OAEP; null for SM2.
std::optional<std::string> decrypt(EVP_PKEY* key, const EVP_MD* digest, std::string_view ciphertext) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new(key, nullptr),
                                                                            EVP_PKEY_CTX_free);
  std::size_t size = 0;
  if (!context || EVP_PKEY_decrypt_init(context.get()) != 1 ||
      (digest != nullptr && !use_oaep(context.get(), digest)) ||
      EVP_PKEY_decrypt(context.get(), nullptr, &size, octets(ciphertext), ciphertext.size()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  std::string out(size, '\0');
  if (EVP_PKEY_decrypt(context.get(), octets(out), &size, octets(ciphertext), ciphertext.size()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

std::optional<std::string> unwrap_with_aes(std::string_view aes_key, std::string_view wrapped) {
  // At least one block beside the one that carries the length.
  if (aes_key.size() != kAesKeyBytes || wrapped.size() < 2 * kWrapBlock || wrapped.size() % kWrapBlock != 0) {
    return std::nullopt;
  }
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-WRAP-PAD", nullptr);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                EVP_CIPHER_CTX_free);
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  std::string out(wrapped.size() + kWrapBlock, '\0');
  int size = 0;
  int rest = 0;
  if (EVP_DecryptInit_ex2(context.get(), cipher, octets(aes_key), nullptr, nullptr) != 1 ||
      EVP_DecryptUpdate(context.get(), octets(out), &size, octets(wrapped), static_cast<int>(wrapped.size())) !=
          1 ||
      EVP_DecryptFinal_ex(context.get(), octets(out) + size, &rest) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  out.resize(static_cast<std::size_t>(size + rest));
  return out;
}

}  // namespace

std::string new_wrapping_key(std::string_view spec) {
  unsigned bits = spec == "RSA_4096" ? 4096 : 2048;
  if (spec == "RSA_3072") bits = 3072;
  const KeyPtr key(spec == "SM2" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2") : EVP_RSA_gen(bits),
                   EVP_PKEY_free);
  if (!key) throw std::runtime_error("OpenSSL makes no wrapping key");
  const Pkcs8Ptr info(EVP_PKEY2PKCS8(key.get()), PKCS8_PRIV_KEY_INFO_free);
  return der_of(info.get(), i2d_PKCS8_PRIV_KEY_INFO);
}

std::string wrapping_public_key(std::string_view pkcs8) { return der_of(parse(pkcs8).get(), i2d_PUBKEY); }

std::optional<std::string> unwrap(std::string_view pkcs8, std::string_view algorithm,
                                  std::string_view wrapped) {
  const KeyPtr key = parse(pkcs8);
  if (algorithm == "SM2PKE") return decrypt(key.get(), nullptr, wrapped);
  const EVP_MD* digest = algorithm.ends_with("SHA_1") ? EVP_sha1() : EVP_sha256();
  if (algorithm.starts_with("RSAES_OAEP")) return decrypt(key.get(), digest, wrapped);
  const auto modulus = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
  if (wrapped.size() <= modulus) return std::nullopt;
  auto opened = decrypt(key.get(), digest, wrapped.substr(0, modulus));
  if (!opened) return std::nullopt;
  const Secret aes_key(std::move(*opened));
  return unwrap_with_aes(aes_key.reveal(), wrapped.substr(modulus));
}

}  // namespace latchkey::kms
