#include "kms/private_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdexcept>

#include "core/octets.h"

namespace latchkey::kms {
namespace {

using Kind = Spec::Kind;
using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using KeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)>;

void check(bool done) {
  if (done) return;
  ERR_clear_error();
  throw std::runtime_error("OpenSSL cannot generate such a key");
}

const char* type_of(const Spec& spec) { return spec.kind == Kind::curve ? "EC" : spec.parameter.data(); }

// Called between the candidates for primes: the only moments at which a generation can be given up.
int keep_going(EVP_PKEY_CTX* context) {
  const auto* stop = static_cast<const std::atomic<bool>*>(EVP_PKEY_CTX_get_app_data(context));
  return stop == nullptr || !stop->load() ? 1 : 0;
}

std::string take_der(unsigned char* der, int length) {
  check(length > 0);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_clear_free(der, static_cast<std::size_t>(length));
  return out;
}

std::string pkcs8_of(const EVP_PKEY* key) {
  const KeyInfo info(EVP_PKEY2PKCS8(key), PKCS8_PRIV_KEY_INFO_free);
  check(info != nullptr);
  unsigned char* der = nullptr;
  const int length = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  return take_der(der, length);
}

int curve_of(const EVP_PKEY* key) {
  char name[80];
  std::size_t length = 0;
  if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof name, &length) != 1)
    return 0;
  return OBJ_sn2nid(name);
}

int curve_named(std::string_view name) {
  const std::string text(name);
  const int nid = EC_curve_nist2nid(text.c_str());
  return nid != 0 ? nid : OBJ_sn2nid(text.c_str());
}

}  // namespace

PrivateKey::PrivateKey(std::string pkcs8, EVP_PKEY* key) : pkcs8_(std::move(pkcs8)), key_(key) {}

PrivateKey::~PrivateKey() { EVP_PKEY_free(key_); }

std::shared_ptr<const PrivateKey> PrivateKey::generate(const Spec& spec, const std::atomic<bool>* stop) {
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type_of(spec), nullptr), EVP_PKEY_CTX_free);
  check(context && EVP_PKEY_keygen_init(context.get()) == 1);
  if (spec.kind == Kind::rsa) {
    check(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(spec.size)) == 1);
    EVP_PKEY_CTX_set_app_data(context.get(), const_cast<std::atomic<bool>*>(stop));
    EVP_PKEY_CTX_set_cb(context.get(), keep_going);
  }
  if (spec.kind == Kind::curve) check(EVP_PKEY_CTX_set_group_name(context.get(), spec.parameter.data()) == 1);
  EVP_PKEY* key = nullptr;
  const bool made = EVP_PKEY_generate(context.get(), &key) == 1;
  if (!made && stop != nullptr && stop->load()) {
    ERR_clear_error();
    return nullptr;
  }
  check(made);
  auto out = std::make_shared<PrivateKey>("", key);
  out->pkcs8_ = Secret(pkcs8_of(key));
  return out;
}

std::shared_ptr<const PrivateKey> PrivateKey::parse(std::string_view pkcs8) {
  const auto* at = octets(pkcs8);
  const auto* const end = at + pkcs8.size();
  const KeyInfo info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(pkcs8.size())),
                     PKCS8_PRIV_KEY_INFO_free);
  EVP_PKEY* key = info && at == end ? EVP_PKCS82PKEY(info.get()) : nullptr;
  ERR_clear_error();
  return key == nullptr ? nullptr : std::make_shared<const PrivateKey>(std::string(pkcs8), key);
}

std::shared_ptr<const PrivateKey> PrivateKey::from_pem(std::string_view text) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                      BIO_free);
  const auto no_password = [](char*, int, int, void*) { return 0; };
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr);
  ERR_clear_error();
  if (key == nullptr) return nullptr;
  auto out = std::make_shared<PrivateKey>("", key);
  out->pkcs8_ = Secret(pkcs8_of(key));
  return out;
}

std::string PrivateKey::public_der() const {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key_, &der);
  return take_der(der, length);
}

bool PrivateKey::is_of(const Spec& spec) const {
  if (!spec.asymmetric() || EVP_PKEY_is_a(key_, type_of(spec)) != 1) return false;
  if (spec.kind == Kind::rsa) return EVP_PKEY_get_bits(key_) == static_cast<int>(spec.size);
  return spec.kind != Kind::curve || curve_of(key_) == curve_named(spec.parameter);
}

bool can_generate(const Spec& spec) {
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type_of(spec), nullptr), EVP_PKEY_CTX_free);
  ERR_clear_error();
  return context != nullptr;
}

}  // namespace latchkey::kms
