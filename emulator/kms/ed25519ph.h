// Ed25519ph (RFC 8032, section 5.1): Ed25519 of a SHA-512 digest, with an empty context. OpenSSL has it only
// since 3.2.
//
// Written for an emulator: right, and not hardened against whoever measures its time.
#pragma once

#include <string>
#include <string_view>

#include "kms/private_key.h"

namespace latchkey::kms {

// digest: the 64 bytes of SHA-512.
std::string ed25519ph_sign(const PrivateKey& key, std::string_view digest);
bool ed25519ph_verify(const PrivateKey& key, std::string_view digest, std::string_view signature);

}  // namespace latchkey::kms
