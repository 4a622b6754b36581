#include "http/x509.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <stdexcept>

namespace latchkey::http {
namespace {

constexpr long kHour = 3600;
constexpr long kDay = 24 * kHour;
constexpr long kAuthorityDays = 3650;
// Apple's and the browsers' limit is 398 days, notBefore included.
constexpr long kLeafDays = 397;

[[noreturn]] void fail(const char* what) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string text = std::string("cannot make a certificate: ") + what;
  if (reason != nullptr) text.append(": ").append(reason);
  ERR_clear_error();
  throw std::runtime_error(text);
}

void require(bool done, const char* what) {
  if (!done) fail(what);
}

void add_name(X509_NAME* name, const char* field, const std::string& text) {
  require(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()), -1, 0) == 1,
          "name");
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, OBJ_nid2ln(nid));
}

// 127 random bits: never negative, never seen twice by a client that remembers serials.
void set_serial(X509* certificate) {
  const BignumPtr number(BN_new());
  require(number && BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1, "serial number");
  require(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr, "serial number");
}

X509Ptr blank_certificate(EVP_PKEY* key, long begins, long ends) {
  X509Ptr certificate(X509_new());
  require(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "version");
  set_serial(certificate.get());
  require(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), begins) != nullptr, "notBefore");
  require(X509_gmtime_adj(X509_getm_notAfter(certificate.get()), ends) != nullptr, "notAfter");
  require(X509_set_pubkey(certificate.get(), key) == 1, "public key");
  return certificate;
}

// Two CAs of one name would be confused by clients that trust both.
std::string random_suffix() {
  static constexpr char kHex[] = "0123456789abcdef";
  std::array<unsigned char, 4> bytes;
  require(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "random bytes");
  std::string text;
  for (const unsigned char byte : bytes) {
    text.push_back(kHex[byte >> 4]);
    text.push_back(kHex[byte & 15]);
  }
  return text;
}

std::string contents(BIO* bio) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

BioPtr reader(std::string_view text) {
  BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  require(bio != nullptr, "memory");
  return bio;
}

// OpenSSL would ask for a password on the terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

EvpKeyPtr make_key() {
  EvpKeyPtr key(EVP_EC_gen("P-256"));
  require(key != nullptr, "key");
  return key;
}

Authority make_authority() {
  Authority made;
  made.key = make_key();
  made.certificate = blank_certificate(made.key.get(), -kDay, kAuthorityDays * kDay);
  X509* certificate = made.certificate.get();
  X509_NAME* name = X509_get_subject_name(certificate);
  add_name(name, "O", "Latchkey");
  add_name(name, "CN", "Latchkey local CA " + random_suffix());
  require(X509_set_issuer_name(certificate, name) == 1, "issuer");
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
  // Python 3.13 verifies strictly (RFC 5280), which asks for this one even where it says nothing new.
  add_extension(certificate, certificate, NID_authority_key_identifier, "keyid:always");
  require(X509_sign(certificate, made.key.get(), EVP_sha256()) > 0, "signature");
  return made;
}

X509Ptr issue_leaf(const Authority& authority, EVP_PKEY* key, const std::vector<std::string>& names) {
  X509Ptr leaf = blank_certificate(key, -kHour, kLeafDays * kDay);
  X509* issuer = authority.certificate.get();
  if (ASN1_TIME_compare(X509_get0_notAfter(leaf.get()), X509_get0_notAfter(issuer)) > 0) {
    require(X509_set1_notAfter(leaf.get(), X509_get0_notAfter(issuer)) == 1, "notAfter");
  }
  add_name(X509_get_subject_name(leaf.get()), "O", "Latchkey");
  add_name(X509_get_subject_name(leaf.get()), "CN", "Latchkey");
  require(X509_set_issuer_name(leaf.get(), X509_get_subject_name(issuer)) == 1, "issuer");
  std::string alternatives;
  for (const std::string& name : names) alternatives.append(alternatives.empty() ? "" : ",").append(name);
  add_extension(leaf.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(leaf.get(), issuer, NID_key_usage, "critical,digitalSignature");
  add_extension(leaf.get(), issuer, NID_ext_key_usage, "serverAuth");
  add_extension(leaf.get(), issuer, NID_subject_key_identifier, "hash");
  add_extension(leaf.get(), issuer, NID_authority_key_identifier, "keyid:always");
  add_extension(leaf.get(), issuer, NID_subject_alt_name, alternatives);
  require(X509_sign(leaf.get(), authority.key.get(), EVP_sha256()) > 0, "signature");
  return leaf;
}

bool expired(const X509* certificate) { return X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0; }

std::int64_t last_second(const X509* certificate) {
  std::tm parts{};
  require(ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1, "notAfter");
  return ::timegm(&parts);
}

bool usable(const Authority& authority) {
  const bool matches = X509_check_private_key(authority.certificate.get(), authority.key.get()) == 1;
  ERR_clear_error();
  return matches && X509_check_ca(authority.certificate.get()) > 0;
}

std::string to_pem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  require(bio && PEM_write_bio_X509(bio.get(), certificate) == 1, "PEM");
  return contents(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  require(bio && PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "PEM");
  return contents(bio.get());
}

X509Ptr certificate_from_pem(std::string_view pem) {
  X509Ptr certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  return certificate;
}

EvpKeyPtr key_from_pem(std::string_view pem) {
  EvpKeyPtr key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  return key;
}

}  // namespace latchkey::http
