// Import tokens: what GetParametersForImport promised, sealed, so that nothing of it is stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/operation.h"

namespace latchkey::kms {

struct ImportParameters {
  std::string key;        // ARN
  std::string algorithm;  // RSAES_OAEP_SHA_256 ...
  std::string spec;       // of the wrapping key
  Time valid_to;
};

std::string seal_import_token(const Call& call, const ImportParameters& parameters);
// nullopt if the bytes are no token of this emulator.
std::optional<ImportParameters> open_import_token(const Call& call, std::string_view token);

// The wrapping key pair of a spec, PKCS #8. Finding the primes of an RSA key takes long, so there is one a
// spec for all keys: a Setting, so that tokens outlive a restart. The token says to which KMS key it belongs.
Secret wrapping_key(const Call& call, std::string_view spec);

}  // namespace latchkey::kms
