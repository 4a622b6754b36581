// PrivateKey: an asymmetric key pair, parsed once and shared by all threads that use it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "core/secret.h"
#include "kms/key_specs.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace latchkey::kms {

class PrivateKey {
 public:
  // A new one. OpenSSL's own generator is used, not Random: primes cannot be had from a repeatable stream
  // without taking OpenSSL's key generation apart. Null only if *stop became true meanwhile.
  static std::shared_ptr<const PrivateKey> generate(const Spec& spec,
                                                    const std::atomic<bool>* stop = nullptr);
  // From PKCS #8 DER; null if the bytes are anything else.
  static std::shared_ptr<const PrivateKey> parse(std::string_view pkcs8);
  // From PEM, as PKCS #8 or in the key's older form of its own, without a password; null if the text is anything else.
  static std::shared_ptr<const PrivateKey> from_pem(std::string_view text);

  PrivateKey(std::string pkcs8, evp_pkey_st* key);  // takes the key over
  ~PrivateKey();
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;

  const std::string& pkcs8() const { return pkcs8_.reveal(); }
  std::string public_der() const;  // SubjectPublicKeyInfo
  bool is_of(const Spec& spec) const;
  // OpenSSL takes no const key, though its operations do not change one and may run in parallel.
  evp_pkey_st* get() const { return key_; }

 private:
  Secret pkcs8_;
  evp_pkey_st* key_;
};

// The OpenSSL that this program runs with has the algorithm (ML-DSA came with 3.5).
bool can_generate(const Spec& spec);

}  // namespace latchkey::kms
