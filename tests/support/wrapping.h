// The caller's side of an import of key material: what openssl pkeyutl does with the answer of
// GetParametersForImport.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::test {

// public_key: SubjectPublicKeyInfo DER. algorithm: RSAES_OAEP_SHA_1, RSA_AES_KEY_WRAP_SHA_256 ...
std::string wrap(std::string_view public_key, std::string_view algorithm, std::string_view material);

}  // namespace latchkey::test
