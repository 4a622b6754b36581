#include "support/openssl.h"
#include "support/paths.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace latchkey::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using Digester = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

void need(bool good) {
  if (!good) throw std::runtime_error("OpenSSL failed in a test");
}

Key public_key(std::string_view der) {
  const unsigned char* at = data(der);
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free);
  need(key && at == data(der) + der.size());
  return key;
}

Key private_key(std::string_view der) {
  const unsigned char* at = data(der);
  Key key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free);
  need(key && at == data(der) + der.size());
  return key;
}

std::string pkcs8_of(EVP_PKEY* key) {
  PKCS8_PRIV_KEY_INFO* info = EVP_PKEY2PKCS8(key);
  unsigned char* der = nullptr;
  const int length = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
  need(length > 0);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  PKCS8_PRIV_KEY_INFO_free(info);
  return out;
}

std::string public_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  need(length > 0);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

const EVP_MD* hash_of(std::string_view algorithm) {
  if (algorithm.starts_with("ED25519_SHA")) return nullptr;
  if (algorithm == "SM2DSA") return EVP_sm3();
  if (algorithm.ends_with("384")) return EVP_sha384();
  return algorithm.ends_with("512") ? EVP_sha512() : EVP_sha256();
}

struct Signer {
  Signer(EVP_PKEY* key, std::string_view algorithm, bool signing)
      : sm2(algorithm == "SM2DSA" ? EVP_PKEY_CTX_new(key, nullptr) : nullptr, EVP_PKEY_CTX_free),
        digester(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (sm2) {
      need(EVP_PKEY_CTX_set1_id(sm2.get(), "1234567812345678", 16) == 1);
      EVP_MD_CTX_set_pkey_ctx(digester.get(), sm2.get());
    }
    EVP_PKEY_CTX* context = nullptr;
    const auto start = signing ? EVP_DigestSignInit : EVP_DigestVerifyInit;
    need(start(digester.get(), &context, hash_of(algorithm), nullptr, key) == 1);
    if (algorithm.find("PSS") == std::string_view::npos) return;
    need(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1);
    need(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  Context sm2;
  Digester digester;
};

void set_padding(EVP_PKEY_CTX* context, std::string_view algorithm) {
  if (algorithm == "SM2PKE") return;
  const EVP_MD* hash = algorithm == "RSAES_OAEP_SHA_1" ? EVP_sha1() : EVP_sha256();
  need(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1);
  need(EVP_PKEY_CTX_set_rsa_oaep_md(context, hash) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash) == 1);
}

}  // namespace

std::string rsa_key(unsigned bits) {
  std::ifstream file(data_path("kms/rsa_") + std::to_string(bits) + ".pem");
  std::stringstream text;
  text << file.rdbuf();
  const std::string pem = text.str();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  const Key key(PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr), EVP_PKEY_free);
  BIO_free(bio);
  need(key != nullptr);
  return pkcs8_of(key.get());
}

bool verifies(std::string_view public_der, std::string_view algorithm, std::string_view message,
              std::string_view signature) {
  const Key key = public_key(public_der);
  const Signer signer(key.get(), algorithm, false);
  return EVP_DigestVerify(signer.digester.get(), data(signature), signature.size(), data(message),
                          message.size()) == 1;
}

std::string sign_with(std::string_view pkcs8, std::string_view algorithm, std::string_view message) {
  const Key key = private_key(pkcs8);
  const Signer signer(key.get(), algorithm, true);
  std::size_t length = 0;
  need(EVP_DigestSign(signer.digester.get(), nullptr, &length, data(message), message.size()) == 1);
  std::string out(length, '\0');
  need(EVP_DigestSign(signer.digester.get(), data(out), &length, data(message), message.size()) == 1);
  out.resize(length);
  return out;
}

std::string digest_of(std::string_view algorithm, std::string_view message) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  need(EVP_Digest(message.data(), message.size(), data(out), &length, hash_of(algorithm), nullptr) == 1);
  out.resize(length);
  return out;
}

std::string encrypt_with(std::string_view public_der, std::string_view algorithm,
                         std::string_view plaintext) {
  const Key key = public_key(public_der);
  const Context context(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  need(EVP_PKEY_encrypt_init(context.get()) == 1);
  set_padding(context.get(), algorithm);
  std::size_t length = 0;
  need(EVP_PKEY_encrypt(context.get(), nullptr, &length, data(plaintext), plaintext.size()) == 1);
  std::string out(length, '\0');
  need(EVP_PKEY_encrypt(context.get(), data(out), &length, data(plaintext), plaintext.size()) == 1);
  out.resize(length);
  return out;
}

std::string decrypt_with(std::string_view pkcs8, std::string_view algorithm, std::string_view ciphertext) {
  const Key key = private_key(pkcs8);
  const Context context(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  need(EVP_PKEY_decrypt_init(context.get()) == 1);
  set_padding(context.get(), algorithm);
  std::size_t length = 0;
  need(EVP_PKEY_decrypt(context.get(), nullptr, &length, data(ciphertext), ciphertext.size()) == 1);
  std::string out(length, '\0');
  need(EVP_PKEY_decrypt(context.get(), data(out), &length, data(ciphertext), ciphertext.size()) == 1);
  out.resize(length);
  return out;
}

Pair new_pair(const char* curve) {
  const Key key(EVP_EC_gen(curve), EVP_PKEY_free);
  need(key != nullptr);
  return {pkcs8_of(key.get()), public_of(key.get())};
}

std::string public_der_of(std::string_view pkcs8) { return public_of(private_key(pkcs8).get()); }

std::string agree(std::string_view pkcs8, std::string_view public_der) {
  const Key own = private_key(pkcs8);
  const Key other = public_key(public_der);
  const Context context(EVP_PKEY_CTX_new(own.get(), nullptr), EVP_PKEY_CTX_free);
  std::size_t length = 0;
  need(EVP_PKEY_derive_init(context.get()) == 1 && EVP_PKEY_derive_set_peer(context.get(), other.get()) == 1);
  need(EVP_PKEY_derive(context.get(), nullptr, &length) == 1);
  std::string out(length, '\0');
  need(EVP_PKEY_derive(context.get(), data(out), &length) == 1);
  out.resize(length);
  return out;
}

std::string ed25519_pkcs8(std::string_view seed) {
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data(seed), seed.size()),
                EVP_PKEY_free);
  need(key != nullptr);
  return pkcs8_of(key.get());
}

}  // namespace latchkey::test
