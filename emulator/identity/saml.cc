#include "identity/saml.h"

#include <openssl/err.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <set>
#include <stdexcept>

#include "core/encoding.h"
#include "core/freer.h"
#include "identity/xml_library.h"

namespace latchkey {
namespace {

constexpr std::string_view kAssertion = "urn:oasis:names:tc:SAML:2.0:assertion";
constexpr std::string_view kProtocol = "urn:oasis:names:tc:SAML:2.0:protocol";
constexpr std::string_view kMetadata = "urn:oasis:names:tc:SAML:2.0:metadata";
constexpr std::string_view kSignature = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view kEncryption = "http://www.w3.org/2001/04/xmlenc#";
constexpr std::string_view kSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success";

constexpr std::size_t kMostBytes = 10'000'000;  // IAM's limit of a metadata document

using XmlDocument = std::unique_ptr<xmlDoc, Freer<xmlDoc, xmlFreeDoc>>;
using Parser = std::unique_ptr<xmlParserCtxt, Freer<xmlParserCtxt, xmlFreeParserCtxt>>;
using SignatureContext = std::unique_ptr<xmlSecDSigCtx, Freer<xmlSecDSigCtx, xmlSecDSigCtxDestroy>>;
using EncryptionContext = std::unique_ptr<xmlSecEncCtx, Freer<xmlSecEncCtx, xmlSecEncCtxDestroy>>;
using KeysManager = std::unique_ptr<xmlSecKeysMngr, Freer<xmlSecKeysMngr, xmlSecKeysMngrDestroy>>;

const xmlChar* chars(const char* text) { return reinterpret_cast<const xmlChar*>(text); }
std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// --- Documents
// ----------------------------------------------------------------------------------------------------------

// A document type definition is where entities come from: documents with one are refused before it is read.
void refuse_definitions(void* parser, const xmlChar*, const xmlChar*, const xmlChar*) {
  xmlStopParser(static_cast<xmlParserCtxtPtr>(parser));
}

// Null for what is not well formed. Nothing is fetched and nothing is expanded.
XmlDocument parse(std::string_view xml) {
  if (xml.empty() || xml.size() > kMostBytes) return nullptr;
  const Parser parser(xmlNewParserCtxt());
  if (!parser) throw std::bad_alloc();
  parser->sax->internalSubset = refuse_definitions;
  XmlDocument document(xmlCtxtReadMemory(parser.get(), xml.data(), static_cast<int>(xml.size()), nullptr,
                                      nullptr, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  if (!document || parser->wellFormed == 0 || document->intSubset != nullptr) return nullptr;
  return xmlDocGetRootElement(document.get()) == nullptr ? nullptr : std::move(document);
}

bool is(const xmlNode* node, std::string_view space, std::string_view name) {
  return node->type == XML_ELEMENT_NODE && node->ns != nullptr && view(node->ns->href) == space &&
         view(node->name) == name;
}

std::vector<xmlNode*> children(const xmlNode* node, std::string_view space, std::string_view name) {
  std::vector<xmlNode*> out;
  if (node == nullptr) return out;
  for (xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (is(child, space, name)) out.push_back(child);
  }
  return out;
}

// The only child of that name; null if there is none, or several.
xmlNode* child(const xmlNode* node, std::string_view space, std::string_view name) {
  const auto found = children(node, space, name);
  return found.size() == 1 ? found.front() : nullptr;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

std::string text_of(const xmlNode* node) {
  if (node == nullptr) return {};
  const std::unique_ptr<xmlChar, void (*)(void*)> text(xmlNodeGetContent(node), xml_library().free_text);
  return trimmed(view(text.get()));
}

std::string attribute(const xmlNode* node, const char* name) {
  if (node == nullptr) return {};
  const std::unique_ptr<xmlChar, void (*)(void*)> text(xmlGetNoNsProp(node, chars(name)), xml_library().free_text);
  return std::string(view(text.get()));
}

std::optional<Time> time_attribute(const xmlNode* node, const char* name) {
  return parse_iso8601(attribute(node, name));
}

// Every element, in the order of the document.
template <class F>
void each_element(xmlNode* node, const F& visit) {
  if (node->type != XML_ELEMENT_NODE) return;
  visit(node);
  for (xmlNode* next = node->children; next != nullptr; next = next->next) each_element(next, visit);
}

// An id that two elements claim names nothing.
bool ids_are_unique(xmlNode* root) {
  std::set<std::string> seen;
  bool unique = true;
  each_element(root, [&](const xmlNode* node) {
    for (const char* name : {"ID", "Id", "id"}) {
      const std::string id = attribute(node, name);
      if (!id.empty()) unique = seen.insert(id).second && unique;
    }
  });
  return unique;
}

std::size_t count_of(xmlNode* root, std::string_view space, std::string_view name) {
  std::size_t count = 0;
  each_element(root, [&](const xmlNode* node) { count += is(node, space, name) ? 1U : 0U; });
  return count;
}

// What libxml2 has to say about a document goes nowhere while this lives: it would go to standard error.
class Quiet {
 public:
  Quiet() : before_(*xml_library().error_handler()), context_(*xml_library().error_context()) {
    xmlSetStructuredErrorFunc(nullptr, ignore);
  }
  ~Quiet() { xmlSetStructuredErrorFunc(context_, before_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  static void ignore(void*, xmlErrorPtr) {}
  xmlStructuredErrorFunc before_;  // of this thread
  void* context_;
};

// --- Signatures
// ---------------------------------------------------------------------------------------------------------

void start_libraries() {
  // Both libraries keep process-wide tables; nothing takes them down, as other threads may still be inside.
  static const bool started = [] {
    xmlInitParser();
    if (xmlSecInit() < 0 || xmlSecOpenSSLAppInit(nullptr) < 0 || xmlSecOpenSSLInit() < 0) return false;
    xmlSecErrorsDefaultCallbackEnableOutput(0);
    return true;
  }();
  if (!started) throw std::runtime_error("libxmlsec1 does not start");
}

void allow_signatures(xmlSecDSigCtx& context) {
  const xmlSecTransformId of_references[] = {xmlSecTransformEnvelopedId,     xmlSecTransformExclC14NId,
                                             xmlSecOpenSSLTransformSha1Id,   xmlSecOpenSSLTransformSha256Id,
                                             xmlSecOpenSSLTransformSha384Id, xmlSecOpenSSLTransformSha512Id};
  const xmlSecTransformId of_signatures[] = {
      xmlSecTransformExclC14NId,           xmlSecOpenSSLTransformRsaSha1Id,
      xmlSecOpenSSLTransformRsaSha256Id,   xmlSecOpenSSLTransformRsaSha384Id,
      xmlSecOpenSSLTransformRsaSha512Id,   xmlSecOpenSSLTransformEcdsaSha256Id,
      xmlSecOpenSSLTransformEcdsaSha384Id, xmlSecOpenSSLTransformEcdsaSha512Id};
  for (const auto id : of_references) {
    if (xmlSecDSigCtxEnableReferenceTransform(&context, id) < 0) throw std::bad_alloc();
  }
  for (const auto id : of_signatures) {
    if (xmlSecDSigCtxEnableSignatureTransform(&context, id) < 0) throw std::bad_alloc();
  }
  context.enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
  context.flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES | XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
}

// Letters that need no quoting in the XPointer that the library makes of an id.
bool is_plain_id(std::string_view id) {
  return !id.empty() && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
}

// The bytes that the certificate's signature is over, if it is good.
std::optional<std::string> signed_bytes(xmlNode* signature, const std::string& certificate) {
  const SignatureContext context(xmlSecDSigCtxCreate(nullptr));
  if (!context) throw std::bad_alloc();
  allow_signatures(*context);
  // With the key given, nothing that stands in the signature's KeyInfo counts.
  context->signKey = xmlSecOpenSSLAppKeyLoadMemory(reinterpret_cast<const xmlSecByte*>(certificate.data()),
                                                   static_cast<xmlSecSize>(certificate.size()),
                                                   xmlSecKeyDataFormatCertDer, nullptr, nullptr, nullptr);
  if (context->signKey == nullptr) return std::nullopt;
  if (xmlSecDSigCtxVerify(context.get(), signature) < 0) return std::nullopt;
  if (context->status != xmlSecDSigStatusSucceeded) return std::nullopt;
  if (xmlSecPtrListGetSize(&context->signedInfoReferences) != 1) return std::nullopt;
  auto* reference =
      static_cast<xmlSecDSigReferenceCtx*>(xmlSecPtrListGetItem(&context->signedInfoReferences, 0U));
  xmlSecBuffer* bytes = reference == nullptr ? nullptr : xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
  if (bytes == nullptr) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(xmlSecBufferGetData(bytes)), xmlSecBufferGetSize(bytes));
}

enum class Signature { absent, good, bad };
struct Signed {
  Signature state = Signature::absent;
  std::string bytes;  // of a good one: the element, without the signature
};

// The signature that stands in the element itself and is over nothing but the element.
Signed check_signature(xmlNode* element, const SamlMetadata& metadata) {
  const auto signatures = children(element, kSignature, "Signature");
  if (signatures.empty()) return {};
  const xmlNode* info = child(signatures.front(), kSignature, "SignedInfo");
  const xmlNode* reference = child(info, kSignature, "Reference");
  const std::string id = attribute(element, "ID");
  if (signatures.size() != 1 || reference == nullptr || !is_plain_id(id) ||
      attribute(reference, "URI") != "#" + id) {
    return {Signature::bad, {}};
  }
  xmlAttr* attribute_node = xmlHasProp(element, chars("ID"));
  // Null if another element has taken the id, by xml:id for one.
  if (xmlAddID(nullptr, element->doc, chars(id.c_str()), attribute_node) == nullptr)
    return {Signature::bad, {}};
  Signed out{Signature::bad, {}};
  for (const std::string& certificate : metadata.signing_certificates) {
    if (auto bytes = signed_bytes(signatures.front(), certificate)) {
      out = {Signature::good, std::move(*bytes)};
      break;
    }
  }
  xmlRemoveID(element->doc, attribute_node);
  ERR_clear_error();
  return out;
}

// --- Encrypted assertions
// -----------------------------------------------------------------------------------------------

// The content's ciphers; its key is wrapped with RSA.
void allow_encryption(xmlSecTransformCtx& transforms, xmlSecKeyInfoCtx& keys) {
  const xmlSecTransformId allowed[] = {xmlSecOpenSSLTransformAes128CbcId, xmlSecOpenSSLTransformAes192CbcId,
                                       xmlSecOpenSSLTransformAes256CbcId, xmlSecOpenSSLTransformAes128GcmId,
                                       xmlSecOpenSSLTransformAes192GcmId, xmlSecOpenSSLTransformAes256GcmId};
  for (const auto id : allowed) {
    if (xmlSecPtrListAdd(&transforms.enabledTransforms, const_cast<void*>(static_cast<const void*>(id))) < 0)
      throw std::bad_alloc();
  }
  transforms.enabledUris = xmlSecTransformUriTypeNone;
  keys.maxRetrievalMethodLevel = 0;  // an EncryptedKey stands inside, it is not looked for elsewhere
}

// Puts what was encrypted in the place of its EncryptedData.
bool decrypt_in_place(xmlNode* encrypted, std::string_view private_key) {
  const KeysManager keys(xmlSecKeysMngrCreate());
  if (!keys || xmlSecOpenSSLAppDefaultKeysMngrInit(keys.get()) < 0) throw std::bad_alloc();
  xmlSecKey* key = xmlSecOpenSSLAppKeyLoadMemory(reinterpret_cast<const xmlSecByte*>(private_key.data()),
                                                 static_cast<xmlSecSize>(private_key.size()),
                                                 xmlSecKeyDataFormatPem, nullptr, nullptr, nullptr);
  if (key == nullptr) return false;
  if (xmlSecOpenSSLAppDefaultKeysMngrAdoptKey(keys.get(), key) < 0) {
    xmlSecKeyDestroy(key);
    return false;
  }
  const EncryptionContext context(xmlSecEncCtxCreate(keys.get()));
  if (!context) throw std::bad_alloc();
  allow_encryption(context->transformCtx, context->keyInfoReadCtx);
  return xmlSecEncCtxDecrypt(context.get(), encrypted) >= 0;
}

// --- The response
// -------------------------------------------------------------------------------------------------------

struct Found {
  xmlNode* assertion = nullptr;
  bool encrypted = false;
};

// The one assertion of a response, decrypted. Assertions anywhere else are none of ours, and a response that
// has any is refused.
Result<Found, SamlFault> find_assertion(xmlNode* response,
                                        const std::vector<std::string_view>& private_keys) {
  const std::size_t plain = count_of(response, kAssertion, "Assertion");
  const std::size_t sealed = count_of(response, kAssertion, "EncryptedAssertion");
  if (plain + sealed != 1) return SamlFault::malformed;
  if (plain == 1) {
    xmlNode* assertion = child(response, kAssertion, "Assertion");
    if (assertion == nullptr) return SamlFault::malformed;
    return Found{assertion, false};
  }
  xmlNode* envelope = child(response, kAssertion, "EncryptedAssertion");
  xmlNode* data = child(envelope, kEncryption, "EncryptedData");
  if (data == nullptr) return SamlFault::malformed;
  for (const std::string_view key : private_keys) {
    // What does not decrypt stays as it is.
    if (!decrypt_in_place(data, key)) continue;
    xmlNode* assertion = child(envelope, kAssertion, "Assertion");
    const bool alone = count_of(response, kAssertion, "Assertion") == 1;
    if (assertion == nullptr || !alone || !ids_are_unique(response)) return SamlFault::malformed;
    return Found{assertion, true};
  }
  ERR_clear_error();
  return SamlFault::decryption;
}

SamlClaims claims_of(const xmlNode* assertion) {
  SamlClaims out;
  out.issuer = text_of(child(assertion, kAssertion, "Issuer"));
  out.issued = time_attribute(assertion, "IssueInstant");
  const xmlNode* subject = child(assertion, kAssertion, "Subject");
  const xmlNode* name = child(subject, kAssertion, "NameID");
  out.subject = text_of(name);
  out.subject_format = attribute(name, "Format");
  const xmlNode* confirmation = child(subject, kAssertion, "SubjectConfirmation");
  const xmlNode* data = child(confirmation, kAssertion, "SubjectConfirmationData");
  out.recipient = attribute(data, "Recipient");
  out.confirmation_until = time_attribute(data, "NotOnOrAfter");
  const xmlNode* conditions = child(assertion, kAssertion, "Conditions");
  out.not_before = time_attribute(conditions, "NotBefore");
  out.not_on_or_after = time_attribute(conditions, "NotOnOrAfter");
  for (const xmlNode* restriction : children(conditions, kAssertion, "AudienceRestriction")) {
    for (const xmlNode* audience : children(restriction, kAssertion, "Audience"))
      out.audiences.push_back(text_of(audience));
  }
  for (const xmlNode* statement : children(assertion, kAssertion, "AuthnStatement")) {
    if (const auto until = time_attribute(statement, "SessionNotOnOrAfter")) out.session_until = until;
  }
  for (const xmlNode* statement : children(assertion, kAssertion, "AttributeStatement")) {
    for (const xmlNode* item : children(statement, kAssertion, "Attribute")) {
      std::vector<std::string> values;
      for (const xmlNode* value : children(item, kAssertion, "AttributeValue"))
        values.push_back(text_of(value));
      out.attributes.emplace_back(attribute(item, "Name"), std::move(values));
    }
  }
  return out;
}

bool succeeded(const xmlNode* response) {
  const xmlNode* code = child(child(response, kProtocol, "Status"), kProtocol, "StatusCode");
  return code == nullptr || attribute(code, "Value") == kSuccess;
}

}  // namespace

std::optional<SamlMetadata> parse_saml_metadata(std::string_view xml) {
  start_libraries();
  const Quiet quiet;
  const XmlDocument document = parse(xml);
  if (!document) return std::nullopt;
  const xmlNode* root = xmlDocGetRootElement(document.get());
  const xmlNode* provider = child(root, kMetadata, "IDPSSODescriptor");
  if (!is(root, kMetadata, "EntityDescriptor") || provider == nullptr) return std::nullopt;
  SamlMetadata out;
  out.entity_id = attribute(root, "entityID");
  for (const xmlNode* descriptor : children(provider, kMetadata, "KeyDescriptor")) {
    const std::string use = attribute(descriptor, "use");
    if (!use.empty() && use != "signing") continue;
    const xmlNode* info = child(descriptor, kSignature, "KeyInfo");
    for (const xmlNode* data : children(info, kSignature, "X509Data")) {
      for (const xmlNode* certificate : children(data, kSignature, "X509Certificate")) {
        std::string text = text_of(certificate);
        std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
        auto der = base64_decode(text);
        if (!der || der->empty()) return std::nullopt;
        out.signing_certificates.push_back(std::move(*der));
      }
    }
  }
  if (out.entity_id.empty() || out.signing_certificates.empty()) return std::nullopt;
  return out;
}

Result<SamlClaims, SamlFault> read_saml_response(std::string_view xml, const SamlMetadata& metadata,
                                                 const std::vector<std::string_view>& private_keys) {
  start_libraries();
  const Quiet quiet;
  XmlDocument document = parse(xml);
  if (!document) return SamlFault::malformed;
  xmlNode* response = xmlDocGetRootElement(document.get());
  if (!is(response, kProtocol, "Response") || !ids_are_unique(response)) return SamlFault::malformed;
  if (!succeeded(response)) return SamlFault::failed_status;
  const Signed around = check_signature(response, metadata);
  if (around.state == Signature::bad) return SamlFault::signature;
  auto found = find_assertion(response, private_keys);
  if (!found) return found.error();
  const bool encrypted = found->encrypted;
  if (text_of(child(found->assertion, kAssertion, "Issuer")) != metadata.entity_id) return SamlFault::issuer;
  const Signed own = check_signature(found->assertion, metadata);
  if (own.state == Signature::bad) return SamlFault::signature;
  // From here on only signed bytes count.
  xmlNode* assertion = nullptr;
  if (own.state == Signature::good) {
    document = parse(own.bytes);
    if (!document) return SamlFault::malformed;
    assertion = xmlDocGetRootElement(document.get());
    if (!is(assertion, kAssertion, "Assertion")) return SamlFault::signature;
  } else if (around.state == Signature::good) {
    document = parse(around.bytes);
    if (!document) return SamlFault::malformed;
    response = xmlDocGetRootElement(document.get());
    if (!is(response, kProtocol, "Response")) return SamlFault::signature;
    auto again = find_assertion(response, private_keys);
    if (!again) return again.error();
    assertion = again->assertion;
  } else {
    return SamlFault::signature;
  }
  SamlClaims claims = claims_of(assertion);
  if (claims.issuer != metadata.entity_id) return SamlFault::issuer;
  claims.encrypted = encrypted;
  return claims;
}

}  // namespace latchkey
