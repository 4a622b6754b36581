// X.509 certificates as browsers and SDKs accept them today. No state, thread safe. Throws std::runtime_error
// where OpenSSL refuses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/openssl.h"

namespace latchkey::http {

// A certificate authority: its certificate and key.
struct Authority {
  X509Ptr certificate;
  EvpKeyPtr key;
};

EvpKeyPtr make_key();  // EC P-256: handshakes are what a MongoDB driver's requests cost
Authority make_authority();
// A server certificate. Each name as OpenSSL writes it: "DNS:localhost", "IP:127.0.0.1".
X509Ptr issue_leaf(const Authority& authority, EVP_PKEY* key, const std::vector<std::string>& names);

bool expired(const X509* certificate);
std::int64_t last_second(const X509* certificate);  // of its validity, since the epoch
// Can the pair sign certificates that clients will believe?
bool usable(const Authority& authority);

std::string to_pem(X509* certificate);
std::string to_pem(EVP_PKEY* key);
X509Ptr certificate_from_pem(std::string_view pem);  // null if it is none
EvpKeyPtr key_from_pem(std::string_view pem);        // null if it is none, or protected by a password

}  // namespace latchkey::http
