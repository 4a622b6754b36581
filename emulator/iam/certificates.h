// X.509 certificates and public keys in PEM, as IAM takes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace latchkey::iam {

struct CertificateFacts {
  Time expires;
  std::string key;  // SubjectPublicKeyInfo, DER
};
// Of the first certificate of the text; nullopt if there is none.
std::optional<CertificateFacts> read_certificate(const std::string& pem);

// An OpenSSH public key line (ssh-rsa AAAA... comment), or one in PEM, as SSH's bytes; nullopt for anything
// but RSA.
std::optional<std::string> ssh_key_bytes(const std::string& text);
// SSH's bytes of an RSA key as a PEM SubjectPublicKeyInfo.
std::string ssh_key_pem(const std::string& ssh_bytes);

// "aa:bb:...": of MD5, as SSH shows keys.
std::string md5_fingerprint(std::string_view bytes);

}  // namespace latchkey::iam
