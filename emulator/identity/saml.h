// SAML 2.0 responses with XML signatures, as the identity providers of AssumeRoleWithSAML send them: libxml2
// and libxmlsec1 behind two functions. They are made ready on first use and are thread safe.
//
// What is not signed cannot be read: claims come from a document that is parsed anew from the very bytes the
// signature was checked over, so it does not matter what else stands around the signed element.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace latchkey {

// An identity provider's description of itself.
struct SamlMetadata {
  std::string entity_id;
  std::vector<std::string> signing_certificates;  // DER
};
// nullopt for what is no EntityDescriptor of an identity provider with a certificate.
std::optional<SamlMetadata> parse_saml_metadata(std::string_view xml);

// What a provider asserts; texts are empty and times are absent where it says nothing.
struct SamlClaims {
  std::string issuer;
  std::optional<Time> issued;
  std::string subject;
  std::string subject_format;
  std::string recipient;
  std::optional<Time> confirmation_until;
  std::optional<Time> not_before;
  std::optional<Time> not_on_or_after;
  std::optional<Time> session_until;
  std::vector<std::string> audiences;
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes;
  bool encrypted = false;
};

enum class SamlFault { malformed, failed_status, issuer, signature, decryption };

// xml: a samlp:Response. The assertion, or the response around it, must bear a signature of one of the
// metadata's certificates; whatever signature there is must be good. private_keys: PEM, for encrypted
// assertions.
Result<SamlClaims, SamlFault> read_saml_response(std::string_view xml, const SamlMetadata& metadata,
                                                 const std::vector<std::string_view>& private_keys);

}  // namespace latchkey
