#include "kms/public_key_encryption.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdexcept>

#include "core/octets.h"
#include "kms/errors.h"

namespace latchkey::kms {
namespace {

using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

constexpr std::size_t kMostSm2Bytes = 1024;

void check(bool done) {
  if (done) return;
  ERR_clear_error();
  throw std::runtime_error("OpenSSL cannot encrypt with this key");
}

const EVP_MD* oaep_digest(std::string_view algorithm) {
  return algorithm == "RSAES_OAEP_SHA_1" ? EVP_sha1() : EVP_sha256();
}

Context prepare(const PrivateKey& key, std::string_view algorithm, bool encrypting) {
  Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr), EVP_PKEY_CTX_free);
  check(context &&
        (encrypting ? EVP_PKEY_encrypt_init(context.get()) : EVP_PKEY_decrypt_init(context.get())) == 1);
  if (algorithm == "SM2PKE") return context;
  // KMS uses one hash for both the label and the mask; OpenSSL's mask has SHA-1 unless it is told.
  check(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1);
  check(EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), oaep_digest(algorithm)) == 1);
  check(EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), oaep_digest(algorithm)) == 1);
  return context;
}

std::size_t most_bytes(const Spec& spec, std::string_view algorithm) {
  if (algorithm == "SM2PKE") return kMostSm2Bytes;
  return spec.size / 8 - 2 * static_cast<std::size_t>(EVP_MD_get_size(oaep_digest(algorithm))) - 2;
}

}  // namespace

std::string encrypt_to(const PrivateKey& key, const Spec& spec, std::string_view algorithm,
                       std::string_view plaintext) {
  const std::size_t most = most_bytes(spec, algorithm);
  if (plaintext.size() > most) throw plaintext_too_long(algorithm, spec.name, most);
  const Context context = prepare(key, algorithm, true);
  std::size_t length = 0;
  check(EVP_PKEY_encrypt(context.get(), nullptr, &length, octets(plaintext), plaintext.size()) == 1);
  std::string out(length, '\0');
  check(EVP_PKEY_encrypt(context.get(), octets(out), &length, octets(plaintext), plaintext.size()) == 1);
  out.resize(length);
  return out;
}

std::optional<std::string> decrypt_with(const PrivateKey& key, std::string_view algorithm,
                                        std::string_view ciphertext) {
  const Context context = prepare(key, algorithm, false);
  std::size_t length = 0;
  std::string out;
  bool opened = EVP_PKEY_decrypt(context.get(), nullptr, &length, octets(ciphertext), ciphertext.size()) == 1;
  if (opened) {
    out.resize(length);
    opened = EVP_PKEY_decrypt(context.get(), octets(out), &length, octets(ciphertext), ciphertext.size()) == 1;
  }
  ERR_clear_error();
  if (!opened) return std::nullopt;
  out.resize(length);
  return out;
}

}  // namespace latchkey::kms
