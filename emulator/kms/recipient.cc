#include "kms/recipient.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

#include "core/cipher.h"
#include "core/freer.h"
#include "core/octets.h"
#include "kms/attestation.h"
#include "kms/errors.h"

namespace latchkey::kms {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freer<X509, X509_free>>;
using CmsPtr = std::unique_ptr<CMS_ContentInfo, Freer<CMS_ContentInfo, CMS_ContentInfo_free>>;
using OctetsPtr = std::unique_ptr<ASN1_OCTET_STRING, Freer<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>>;
using BioPtr = std::unique_ptr<BIO, Freer<BIO, BIO_free_all>>;

void check(bool worked) {
  if (!worked) throw std::runtime_error("OpenSSL makes no EnvelopedData");
}

// CMS names its recipients by certificates. This one carries the public key and its identifier and is never
// shown; OpenSSL wants it complete, so it has a signature too, by anybody.
CertificatePtr certificate_of(EVP_PKEY* key, std::string_view public_key) {
  CertificatePtr out(X509_new());
  const OctetsPtr identifier(ASN1_OCTET_STRING_new());
  const std::string bytes = sha256(public_key);
  const std::string_view digest = bytes;
  check(out && identifier && X509_set_pubkey(out.get(), key) == 1);
  check(ASN1_OCTET_STRING_set(identifier.get(), octets(digest), static_cast<int>(digest.size())) == 1);
  check(ASN1_TIME_set(X509_getm_notBefore(out.get()), 0) != nullptr);
  check(ASN1_TIME_set(X509_getm_notAfter(out.get()), 0) != nullptr);
  check(X509_set_version(out.get(), X509_VERSION_3) == 1);
  check(X509_add1_ext_i2d(out.get(), NID_subject_key_identifier, identifier.get(), 0, X509V3_ADD_DEFAULT) ==
        1);
  static EVP_PKEY* const signer = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  check(X509_sign(out.get(), signer, nullptr) > 0);
  return out;
}

const Members* recipient_of(const Call& call) {
  const Value* given = call.in.members().find("Recipient");
  return given == nullptr ? nullptr : &given->get<Members>();
}

Attestation attestation_of(const Members& recipient) {
  const Value* document = recipient.find("AttestationDocument");
  if (document == nullptr) throw validation("The Recipient must contain an AttestationDocument.");
  auto parsed = parse_attestation(document->get<Blob>().bytes);
  if (!parsed) throw validation("The attestation document in the Recipient is malformed.");
  return std::move(*parsed);
}

}  // namespace

std::optional<std::string> enveloped(std::string_view public_key, std::string_view plaintext) {
  const unsigned char* at = octets(public_key);
  const KeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key.size())));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    ERR_clear_error();
    return std::nullopt;
  }
  const CertificatePtr certificate = certificate_of(key.get(), public_key);
  const BioPtr content(BIO_new_mem_buf(plaintext.data(), static_cast<int>(plaintext.size())));
  const CmsPtr cms(CMS_encrypt(nullptr, nullptr, EVP_aes_256_cbc(), CMS_PARTIAL | CMS_BINARY));
  check(content && cms);
  CMS_RecipientInfo* info =
      CMS_add1_recipient_cert(cms.get(), certificate.get(), CMS_USE_KEYID | CMS_KEY_PARAM);
  check(info != nullptr);
  EVP_PKEY_CTX* context = CMS_RecipientInfo_get0_pkey_ctx(info);
  check(context != nullptr && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1);
  check(EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1);
  // A key too short for OAEP can carry nothing.
  if (CMS_final(cms.get(), content.get(), nullptr, CMS_BINARY) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  unsigned char* der = nullptr;
  const int size = i2d_CMS_ContentInfo(cms.get(), &der);
  check(size > 0);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

void add_recipient_context(policy::Context& context, const Call& call) {
  const Members* recipient = recipient_of(call);
  if (recipient == nullptr) return;
  const Attestation attestation = attestation_of(*recipient);
  for (const auto& [index, value] : attestation.pcrs) {
    // The digest of the enclave's image is PCR 0.
    if (index == 0) context.set("kms:RecipientAttestation:ImageSha384", value);
    context.set("kms:RecipientAttestation:PCR" + std::to_string(index), value);
  }
  for (const auto& [index, value] : attestation.nitrotpm_pcrs) {
    context.set("kms:RecipientAttestation:NitroTPMPCR" + std::to_string(index), value);
  }
}

bool has_recipient(const Call& call) { return recipient_of(call) != nullptr; }

void hand_to_recipient(const Call& call, Members& answer, std::string_view member) {
  const Members* recipient = recipient_of(call);
  if (recipient == nullptr) return;
  const Value* plaintext = answer.find(member);
  if (plaintext == nullptr) throw std::logic_error("there is no plaintext for the recipient");
  auto sealed = enveloped(attestation_of(*recipient).public_key, plaintext->get<Blob>().bytes);
  if (!sealed) throw validation("The attestation document in the Recipient has no usable RSA public key.");
  answer.erase(member);
  answer.add("CiphertextForRecipient", Blob{std::move(*sealed)});
}

}  // namespace latchkey::kms
