#include "support/saml.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>

#include "core/cipher.h"
#include "core/encoding.h"
#include "support/openssl.h"

namespace latchkey::test {
namespace {

constexpr char kAssertionSpace[] = "urn:oasis:names:tc:SAML:2.0:assertion";
constexpr char kSignatureSpace[] = "http://www.w3.org/2000/09/xmldsig#";
constexpr char kExclusive[] = "http://www.w3.org/2001/10/xml-exc-c14n#";

std::string certificate_of(std::string_view pkcs8) {
  const auto* at = reinterpret_cast<const unsigned char*>(pkcs8.data());
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(pkcs8.size())), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> out(X509_new(), X509_free);
  X509_set_version(out.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), 86'400);
  X509_set_pubkey(out.get(), key.get());
  if (X509_sign(out.get(), key.get(), EVP_sha256()) <= 0) throw std::runtime_error("no certificate");
  unsigned char* der = nullptr;
  const int length = i2d_X509(out.get(), &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return text;
}

// An ECDSA signature as XML wants it: both numbers with all their bytes.
std::string raw_signature(std::string_view der, std::size_t width) {
  std::string out;
  std::size_t at = 2;
  for (int i = 0; i < 2; ++i) {
    const auto length = static_cast<unsigned char>(der[at + 1]);
    std::string number(der.substr(at + 2, length));
    while (number.size() > width) number.erase(0, 1);
    out += std::string(width - number.size(), '\0') + number;
    at += 2U + length;
  }
  return out;
}

std::string digest_with(std::string_view method, std::string_view text) {
  return method.ends_with("sha1") ? sha1(text) : sha256(text);
}

}  // namespace

SamlProviderKey rsa_provider(unsigned bits) {
  std::string pkcs8 = rsa_key(bits);
  std::string certificate = certificate_of(pkcs8);
  return {std::move(pkcs8), std::move(certificate), false};
}

SamlProviderKey elliptic_provider() {
  std::string pkcs8 = new_pair("P-256").pkcs8;
  std::string certificate = certificate_of(pkcs8);
  return {std::move(pkcs8), std::move(certificate), true};
}

std::string saml_metadata(std::string_view entity_id, const SamlProviderKey& key) {
  return "<?xml version=\"1.0\"?>\n<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" "
         "entityID=\"" +
         std::string(entity_id) +
         "\"><IDPSSODescriptor "
         "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><KeyDescriptor "
         "use=\"signing\"><KeyInfo xmlns=\"" +
         kSignatureSpace + "\"><X509Data><X509Certificate>\n" + base64_encode(key.certificate) +
         "\n</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService "
         "Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" "
         "Location=\"https://idp.example.com/sso\"/>"
         "</IDPSSODescriptor></EntityDescriptor>" +
         "<!-- IAM wants a thousand characters at least." + std::string(600, ' ') + "-->";
}

std::string assertion(const SamlText& text) {
  std::string out =
      "<saml:Assertion xmlns:saml=\"" + std::string(kAssertionSpace) + "\" ID=\"" + text.id +
      "\" IssueInstant=\"" + text.issued + "\" Version=\"2.0\"><saml:Issuer>" + text.issuer +
      "</saml:Issuer><saml:Subject><saml:NameID Format=\"" + text.format + "\">" + text.subject +
      "</saml:NameID><saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
      "<saml:SubjectConfirmationData NotOnOrAfter=\"" +
      text.until + "\" Recipient=\"" + text.recipient +
      "\"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject><saml:Conditions "
      "NotBefore=\"" +
      text.not_before + "\" NotOnOrAfter=\"" + text.until + "\"><saml:AudienceRestriction><saml:Audience>" +
      text.audience +
      "</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant=\"" +
      text.issued + "\" SessionNotOnOrAfter=\"" + text.session_until +
      "\"></saml:AuthnStatement><saml:AttributeStatement>";
  for (const auto& [name, values] : text.attributes) {
    out += "<saml:Attribute Name=\"" + name + "\">";
    for (const std::string& value : values) out += "<saml:AttributeValue>" + value + "</saml:AttributeValue>";
    out += "</saml:Attribute>";
  }
  return out + "</saml:AttributeStatement>" + text.extra + "</saml:Assertion>";
}

std::string sign_element(const std::string& element, std::string_view id, const SamlProviderKey& key,
                         SigningText text) {
  if (key.elliptic) text.signature = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
  if (text.transforms.empty()) {
    text.transforms =
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>"
        "<ds:Transform Algorithm=\"" +
        std::string(kExclusive) + "\"></ds:Transform>";
  }
  if (text.uri.empty()) text.uri = "#" + std::string(id);
  const std::string info =
      "<ds:SignedInfo xmlns:ds=\"" + std::string(kSignatureSpace) +
      "\"><ds:CanonicalizationMethod Algorithm=\"" + kExclusive +
      "\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"" + text.signature +
      "\"></ds:SignatureMethod><ds:Reference URI=\"" + text.uri + "\"><ds:Transforms>" + text.transforms +
      "</ds:Transforms><ds:DigestMethod Algorithm=\"" + text.digest +
      "\"></ds:DigestMethod><ds:DigestValue>" + base64_encode(digest_with(text.digest, element)) +
      "</ds:DigestValue></ds:Reference></ds:SignedInfo>";
  std::string value =
      sign_with(key.pkcs8, key.elliptic ? "ECDSA_SHA_256" : "RSASSA_PKCS1_V1_5_SHA_256", info);
  if (key.elliptic) value = raw_signature(value, 32);
  // Alone, SignedInfo declares its namespace; inside the signature, where that is in scope, it does not.
  const std::string declaration = " xmlns:ds=\"" + std::string(kSignatureSpace) + "\"";
  std::string inner = info;
  inner.erase(inner.find(declaration), declaration.size());
  const std::string signature = "<ds:Signature" + declaration + ">" + inner + "<ds:SignatureValue>" +
                                base64_encode(value) + "</ds:SignatureValue></ds:Signature>";
  std::string out = element;
  constexpr std::string_view kAfter = "</saml:Issuer>";
  return out.insert(out.find(kAfter) + kAfter.size(), signature);
}

std::string response(const std::string& content, std::string_view id, std::string_view status) {
  return "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"" + std::string(id) +
         "\" IssueInstant=\"2030-01-01T00:00:00Z\" Version=\"2.0\"><saml:Issuer xmlns:saml=\"" +
         kAssertionSpace +
         "\">https://idp.example.com/saml</saml:Issuer><samlp:Status><samlp:StatusCode Value=\"" +
         std::string(status) + "\"></samlp:StatusCode></samlp:Status>" + content + "</samlp:Response>";
}

std::string encrypted(const std::string& element, std::string_view public_der) {
  const std::string key(32, 'k');
  const std::string nonce(12, 'n');
  const std::string data = nonce + aes_gcm_encrypt(key, nonce, "", element);
  return "<saml:EncryptedAssertion xmlns:saml=\"" + std::string(kAssertionSpace) +
         "\"><xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" "
         "Type=\"http://www.w3.org/2001/04/xmlenc#Element\"><xenc:EncryptionMethod "
         "Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"></xenc:EncryptionMethod><ds:KeyInfo "
         "xmlns:ds=\"" +
         kSignatureSpace +
         "\"><xenc:EncryptedKey><xenc:EncryptionMethod "
         "Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"></"
         "xenc:EncryptionMethod><xenc:CipherData>"
         "<xenc:CipherValue>" +
         base64_encode(encrypt_with(public_der, "RSAES_OAEP_SHA_1", key)) +
         "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></"
         "ds:KeyInfo><xenc:CipherData><xenc:CipherValue>" +
         base64_encode(data) +
         "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>";
}

}  // namespace latchkey::test
