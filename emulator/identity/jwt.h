// JSON Web Tokens (RFC 7519) with the keys of a JSON Web Key Set (RFC 7517), as OpenID Connect providers use
// them: RS256, RS384, RS512, ES256, ES384.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/value.h"

namespace latchkey {

struct Jwt {
  Members header;
  Members claims;
  std::string signed_part;  // what the signature is over
  std::string signature;
};

// nullopt for anything that is no signed token of two JSON objects.
std::optional<Jwt> parse_jwt(std::string_view token);
// One of the keys made the signature: the one that the header's kid names, or any if it names none.
bool verify_jwt(const Jwt& token, const List& keys);

// algorithm: RS256 or ES384. pkcs8: a private key of its kind, DER.
std::string sign_jwt(const Members& claims, std::string_view algorithm, std::string_view key_id,
                     std::string_view pkcs8);
// The public half as a JWK; throws std::runtime_error for what is no such key.
Members public_jwk(std::string_view algorithm, std::string_view key_id, std::string_view pkcs8);

}  // namespace latchkey
