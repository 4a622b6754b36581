// An identity provider of SAML 2.0 for tests: it signs with OpenSSL alone. Its texts are written in canonical
// form (no blanks, namespaces declared where they are used, attributes in order), so that what is hashed is
// what is sent.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test {

struct SamlProviderKey {
  std::string pkcs8;
  std::string certificate;  // DER
  bool elliptic = false;    // else RSA
};
SamlProviderKey rsa_provider(unsigned bits = 2048);
SamlProviderKey elliptic_provider();

std::string saml_metadata(std::string_view entity_id, const SamlProviderKey& key);

// What an assertion says. Each text can be changed by a test.
struct SamlText {
  std::string id = "_assertion1";
  std::string issuer = "https://idp.example.com/saml";
  std::string issued = "2030-01-01T00:00:00Z";
  std::string subject = "alice";
  std::string format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
  std::string recipient = "https://signin.aws.amazon.com/saml";
  std::string until = "2030-01-01T00:05:00Z";
  std::string not_before = "2030-01-01T00:00:00Z";
  std::string audience = "https://signin.aws.amazon.com/saml";
  std::string session_until = "2030-01-01T12:00:00Z";
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes = {
      {"https://aws.amazon.com/SAML/Attributes/Role",
       {"arn:aws:iam::000000000000:role/saml,arn:aws:iam::000000000000:saml-provider/idp"}},
      {"https://aws.amazon.com/SAML/Attributes/RoleSessionName", {"alice@example.com"}}};
  std::string extra;  // further elements at the end
};
std::string assertion(const SamlText& text);

struct SigningText {
  std::string signature = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  std::string digest = "http://www.w3.org/2001/04/xmlenc#sha256";
  std::string transforms = {};  // empty: enveloped signature, exclusive canonicalization
  std::string uri = {};         // empty: "#" and the element's id
};
// The element with a signature behind its Issuer.
std::string sign_element(const std::string& element, std::string_view id, const SamlProviderKey& key,
                         SigningText text = {});

// A samlp:Response around it.
std::string response(const std::string& content, std::string_view id = "_response1",
                     std::string_view status = "urn:oasis:names:tc:SAML:2.0:status:Success");
// EncryptedAssertion with AES-256-GCM and RSA-OAEP.
std::string encrypted(const std::string& element, std::string_view public_der);

}  // namespace latchkey::test
