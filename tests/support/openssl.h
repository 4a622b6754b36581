// The other side of KMS's cryptography, written against OpenSSL alone: what an application does with a public
// key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::test {

// The private key of tests/data/kms/rsa_BITS.pem as PKCS #8 DER, so that no test waits for prime numbers.
std::string rsa_key(unsigned bits);

// public_der: SubjectPublicKeyInfo. algorithm: KMS's name of it. Signs the message itself, not a digest.
bool verifies(std::string_view public_der, std::string_view algorithm, std::string_view message,
              std::string_view signature);
std::string sign_with(std::string_view pkcs8, std::string_view algorithm, std::string_view message);
std::string digest_of(std::string_view algorithm, std::string_view message);
std::string encrypt_with(std::string_view public_der, std::string_view algorithm, std::string_view plaintext);
std::string decrypt_with(std::string_view pkcs8, std::string_view algorithm, std::string_view ciphertext);

struct Pair {
  std::string pkcs8;
  std::string public_der;
};
Pair new_pair(const char* curve);
std::string public_der_of(std::string_view pkcs8);
std::string agree(std::string_view pkcs8, std::string_view public_der);
// The raw key of an Ed25519 seed as PKCS #8 DER.
std::string ed25519_pkcs8(std::string_view seed);

}  // namespace latchkey::test
