#include "iam/certificates.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "core/encoding.h"
#include "core/octets.h"

namespace latchkey::iam {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PublicKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

Bio reading(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

// Without this OpenSSL asks at the terminal.
int no_password(char*, int, int, void*) { return -1; }

std::string spki_of(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  if (length <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

// RFC 4251: a length in four bytes, then the bytes.
void add_field(std::string& out, std::string_view bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((bytes.size() >> shift) & 0xffU);
  out += bytes;
}

std::optional<std::string> take_field(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  std::size_t length = 0;
  for (int i = 0; i < 4; ++i)
    length = (length << 8U) | static_cast<unsigned char>(rest[static_cast<std::size_t>(i)]);
  rest.remove_prefix(4);
  if (rest.size() < length) return std::nullopt;
  std::string out(rest.substr(0, length));
  rest.remove_prefix(length);
  return out;
}

// With a zero byte before a leading one bit, so that it is not negative.
std::string mpint(const BIGNUM* number) {
  std::string out(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, octets(out));
  if (!out.empty() && (out[0] & '\x80') != 0) out.insert(out.begin(), '\0');
  return out;
}

std::optional<std::string> ssh_bytes_of_pem(const std::string& pem) {
  const Bio bio = reading(pem);
  const PublicKey key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr), EVP_PKEY_free);
  ERR_clear_error();
  BIGNUM* modulus = nullptr;
  BIGNUM* exponent = nullptr;
  if (!key || EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_N, &modulus) != 1) return std::nullopt;
  const Number n(modulus, BN_free);
  if (EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) return std::nullopt;
  const Number e(exponent, BN_free);
  std::string out;
  add_field(out, "ssh-rsa");
  add_field(out, mpint(e.get()));
  add_field(out, mpint(n.get()));
  return out;
}

bool is_rsa(std::string_view ssh_bytes) {
  std::string_view rest = ssh_bytes;
  const auto type = take_field(rest);
  const auto exponent = take_field(rest);
  const auto modulus = take_field(rest);
  return type == "ssh-rsa" && exponent && modulus && modulus->size() >= 128 && rest.empty();
}

}  // namespace

std::optional<CertificateFacts> read_certificate(const std::string& pem) {
  const Bio bio = reading(pem);
  const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr), X509_free);
  ERR_clear_error();
  if (!certificate) return std::nullopt;
  tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &when) != 1) return std::nullopt;
  return CertificateFacts{Time{timegm(&when) * 1000}, spki_of(X509_get0_pubkey(certificate.get()))};
}

std::optional<std::string> ssh_key_bytes(const std::string& text) {
  if (text.starts_with("-----BEGIN")) return ssh_bytes_of_pem(text);
  constexpr std::string_view kType = "ssh-rsa ";
  if (!text.starts_with(kType)) return std::nullopt;
  const std::size_t end = text.find_first_of(" \r\n", kType.size());
  auto bytes = base64_decode(text.substr(kType.size(), end == std::string::npos ? end : end - kType.size()));
  if (!bytes || !is_rsa(*bytes)) return std::nullopt;
  return bytes;
}

std::string ssh_key_pem(const std::string& ssh_bytes) {
  std::string_view rest = ssh_bytes;
  take_field(rest);
  const auto exponent = take_field(rest).value_or("");
  const auto modulus = take_field(rest).value_or("");
  const auto number = [](const std::string& bytes) {
    return Number(BN_bin2bn(octets(bytes),
                            static_cast<int>(bytes.size()), nullptr),
                  BN_free);
  };
  const Number n = number(modulus);
  const Number e = number(exponent);
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(OSSL_PARAM_BLD_new(),
                                                                                OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(
      OSSL_PARAM_BLD_to_param(builder.get()), OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* made = nullptr;
  EVP_PKEY_fromdata_init(context.get());
  EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get());
  const PublicKey key(made, EVP_PKEY_free);
  const Bio out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(out.get(), key.get());
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

std::string md5_fingerprint(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_md5(), nullptr);
  const std::string hex = hex_encode({reinterpret_cast<const char*>(digest), length});
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) out.append(i == 0 ? "" : ":").append(hex, i, 2);
  return out;
}

}  // namespace latchkey::iam
