// SigV4A: the asymmetric variant (AWS4-ECDSA-P256-SHA256), whose key pair is derived from the secret access
// key.
#pragma once

#include <openssl/evp.h>

#include <string>
#include <string_view>

#include "sigv4/crypto.h"

namespace latchkey::sigv4 {

using KeyPointer = OpensslPtr<EVP_PKEY, EVP_PKEY_free>;

// The P-256 key pair of a secret. Throws std::runtime_error if OpenSSL fails.
KeyPointer ecdsa_key(std::string_view access_key_id, std::string_view secret_access_key);

// DER; another one each time, as ECDSA has it.
std::string ecdsa_sign(const KeyPointer& key, std::string_view text);
bool ecdsa_verify(const KeyPointer& key, std::string_view text, std::string_view signature);

}  // namespace latchkey::sigv4
