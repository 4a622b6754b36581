#include "kms/signatures.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <stdexcept>

#include "core/octets.h"
#include "kms/ed25519ph.h"
#include "kms/errors.h"

namespace latchkey::kms {
namespace {

enum class Scheme { pkcs1, pss, ecdsa, ed25519, ed25519ph, sm2, ml_dsa };

struct Algorithm {
  std::string_view name;
  Scheme scheme;
  const char* digest;  // OpenSSL's name
  std::size_t digest_bytes;
};

constexpr Algorithm kAlgorithms[] = {
    {"RSASSA_PKCS1_V1_5_SHA_256", Scheme::pkcs1, "SHA2-256", 32},
    {"RSASSA_PKCS1_V1_5_SHA_384", Scheme::pkcs1, "SHA2-384", 48},
    {"RSASSA_PKCS1_V1_5_SHA_512", Scheme::pkcs1, "SHA2-512", 64},
    {"RSASSA_PSS_SHA_256", Scheme::pss, "SHA2-256", 32},
    {"RSASSA_PSS_SHA_384", Scheme::pss, "SHA2-384", 48},
    {"RSASSA_PSS_SHA_512", Scheme::pss, "SHA2-512", 64},
    {"ECDSA_SHA_256", Scheme::ecdsa, "SHA2-256", 32},
    {"ECDSA_SHA_384", Scheme::ecdsa, "SHA2-384", 48},
    {"ECDSA_SHA_512", Scheme::ecdsa, "SHA2-512", 64},
    {"ED25519_SHA_512", Scheme::ed25519, nullptr, 0},
    {"ED25519_PH_SHA_512", Scheme::ed25519ph, "SHA2-512", 64},
    {"SM2DSA", Scheme::sm2, "SM3", 32},
    {"ML_DSA_SHAKE_256", Scheme::ml_dsa, nullptr, 64},  // the length of an external mu
};

// GM/T 0009: who signs, where the parties have not agreed on anything else.
constexpr std::string_view kSm2Id = "1234567812345678";

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Digest = std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)>;

void check(bool done) {
  if (done) return;
  ERR_clear_error();
  throw std::runtime_error("OpenSSL cannot sign with this key");
}

const Algorithm& algorithm_named(std::string_view name) {
  const auto found = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                                  [&](const Algorithm& algorithm) { return algorithm.name == name; });
  if (found == std::end(kAlgorithms))
    throw std::logic_error("unknown signing algorithm " + std::string(name));
  return *found;
}

Digest fetch(const Algorithm& algorithm) {
  Digest digest(EVP_MD_fetch(nullptr, algorithm.digest, nullptr), EVP_MD_free);
  check(digest != nullptr);
  return digest;
}

std::string hash(const EVP_MD* digest, std::string_view message) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  check(EVP_Digest(message.data(), message.size(), octets(out), &length, digest, nullptr) == 1);
  out.resize(length);
  return out;
}

// --- A digest, signed as it is: RSA and ECDSA, and SM2 where the caller made the digest
// ------------------------------

KeyContext digest_signer(const PrivateKey& key, const Algorithm& algorithm, const EVP_MD* digest,
                         bool signing) {
  KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr), EVP_PKEY_CTX_free);
  check(context && (signing ? EVP_PKEY_sign_init(context.get()) : EVP_PKEY_verify_init(context.get())) == 1);
  EVP_PKEY_CTX* const at = context.get();
  if (algorithm.scheme == Scheme::pkcs1) check(EVP_PKEY_CTX_set_rsa_padding(at, RSA_PKCS1_PADDING) == 1);
  if (algorithm.scheme == Scheme::pss) check(EVP_PKEY_CTX_set_rsa_padding(at, RSA_PKCS1_PSS_PADDING) == 1);
  check(EVP_PKEY_CTX_set_signature_md(at, digest) == 1);
  if (algorithm.scheme == Scheme::pss) {
    // "The salt length is the length of the digest", and MGF1 uses the same hash.
    check(EVP_PKEY_CTX_set_rsa_mgf1_md(at, digest) == 1);
    check(EVP_PKEY_CTX_set_rsa_pss_saltlen(at, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  return context;
}

std::string sign_digest(const PrivateKey& key, const Algorithm& algorithm, const EVP_MD* md,
                        std::string_view digest) {
  const KeyContext context = digest_signer(key, algorithm, md, true);
  std::size_t length = 0;
  check(EVP_PKEY_sign(context.get(), nullptr, &length, octets(digest), digest.size()) == 1);
  std::string out(length, '\0');
  check(EVP_PKEY_sign(context.get(), octets(out), &length, octets(digest), digest.size()) == 1);
  out.resize(length);
  return out;
}

bool verify_digest(const PrivateKey& key, const Algorithm& algorithm, const EVP_MD* md,
                   std::string_view digest, std::string_view signature) {
  // OpenSSL takes a PSS signature without its leading zeros, too; it is as long as the modulus (RFC 8017, 8.1.2).
  const auto modulus = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
  if (algorithm.scheme == Scheme::pss && signature.size() != modulus) return false;
  const KeyContext context = digest_signer(key, algorithm, md, false);
  return EVP_PKEY_verify(context.get(), octets(signature), signature.size(), octets(digest), digest.size()) == 1;
}

// --- A message, signed as a whole: Ed25519, ML-DSA, SM2
// --------------------------------------------------------------

struct MessageSigner {
  MessageSigner(const PrivateKey& key, const Algorithm& algorithm, bool external_mu, bool signing)
      : sm2(nullptr, EVP_PKEY_CTX_free), context(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    check(context != nullptr);
    if (algorithm.scheme == Scheme::sm2) {
      sm2.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
      check(sm2 && EVP_PKEY_CTX_set1_id(sm2.get(), kSm2Id.data(), static_cast<int>(kSm2Id.size())) == 1);
      EVP_MD_CTX_set_pkey_ctx(context.get(), sm2.get());
    }
    int mu = 1;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_int("mu", &mu), OSSL_PARAM_construct_end()};
    const auto start = signing ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex;
    check(start(context.get(), nullptr, algorithm.scheme == Scheme::sm2 ? algorithm.digest : nullptr, nullptr,
                nullptr, key.get(), external_mu ? params : nullptr) == 1);
  }

  KeyContext sm2;
  DigestContext context;
};

std::string sign_message(const MessageSigner& signer, std::string_view message) {
  std::size_t length = 0;
  check(EVP_DigestSign(signer.context.get(), nullptr, &length, octets(message), message.size()) == 1);
  std::string out(length, '\0');
  check(EVP_DigestSign(signer.context.get(), octets(out), &length, octets(message), message.size()) == 1);
  out.resize(length);
  return out;
}

// Which of the two ways an algorithm and message type take.
bool signs_digest(const Algorithm& algorithm, std::string_view message_type) {
  return algorithm.scheme <= Scheme::ecdsa || (algorithm.scheme == Scheme::sm2 && message_type == "DIGEST");
}

bool accepts(const Algorithm& algorithm, std::string_view message_type) {
  switch (algorithm.scheme) {
    case Scheme::ed25519:
      return message_type == "RAW";
    case Scheme::ed25519ph:
      return message_type == "DIGEST";
    case Scheme::ml_dsa:
      return message_type != "DIGEST";
    default:
      return message_type != "EXTERNAL_MU";
  }
}

}  // namespace

void check_message(std::string_view algorithm, std::string_view message_type, std::string_view message) {
  const Algorithm& found = algorithm_named(algorithm);
  if (!accepts(found, message_type)) throw wrong_message_type(message_type, algorithm);
  if (message_type != "RAW" && message.size() != found.digest_bytes) throw wrong_digest_length(algorithm);
}

std::string sign(const PrivateKey& key, std::string_view algorithm, std::string_view message_type,
                 std::string_view message) {
  const Algorithm& found = algorithm_named(algorithm);
  if (found.scheme == Scheme::ed25519ph) return ed25519ph_sign(key, message);
  if (!signs_digest(found, message_type)) {
    return sign_message(MessageSigner(key, found, message_type == "EXTERNAL_MU", true), message);
  }
  const Digest md = fetch(found);
  if (message_type == "DIGEST") return sign_digest(key, found, md.get(), message);
  return sign_digest(key, found, md.get(), hash(md.get(), message));
}

bool verify(const PrivateKey& key, std::string_view algorithm, std::string_view message_type,
            std::string_view message, std::string_view signature) {
  const Algorithm& found = algorithm_named(algorithm);
  bool valid = false;
  if (found.scheme == Scheme::ed25519ph) {
    valid = ed25519ph_verify(key, message, signature);
  } else if (!signs_digest(found, message_type)) {
    const MessageSigner verifier(key, found, message_type == "EXTERNAL_MU", false);
    valid = EVP_DigestVerify(verifier.context.get(), octets(signature), signature.size(), octets(message),
                             message.size()) == 1;
  } else {
    const Digest md = fetch(found);
    const std::string digest = message_type == "DIGEST" ? std::string(message) : hash(md.get(), message);
    valid = verify_digest(key, found, md.get(), digest, signature);
  }
  ERR_clear_error();  // a wrong signature leaves its reasons there
  return valid;
}

}  // namespace latchkey::kms
