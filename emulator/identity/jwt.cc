#include "identity/jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "core/encoding.h"
#include "core/json.h"
#include "core/octets.h"

namespace latchkey {
namespace {

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Signature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

struct Algorithm {
  std::string_view name;
  const EVP_MD* (*digest)();
  std::string_view curve;  // as JWKs name it; empty: RSA
  const char* group = "";  // as OpenSSL names it
  std::size_t half = 0;    // bytes of r and of s
};
constexpr Algorithm kAlgorithms[] = {{"RS256", EVP_sha256, ""},
                                     {"RS384", EVP_sha384, ""},
                                     {"RS512", EVP_sha512, ""},
                                     {"ES256", EVP_sha256, "P-256", "prime256v1", 32},
                                     {"ES384", EVP_sha384, "P-384", "secp384r1", 48}};

const Algorithm* algorithm_named(std::string_view name) {
  const auto found = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                                  [&](const Algorithm& algorithm) { return algorithm.name == name; });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

std::string text_of(const Members& members, std::string_view name) {
  const Value* value = members.find(name);
  return value != nullptr && value->is<std::string>() ? value->get<std::string>() : "";
}

std::string bytes_of(const Members& members, std::string_view name) {
  return base64url_decode(text_of(members, name)).value_or("");
}

Number number(std::string_view bytes) {
  return {BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), nullptr), BN_free};
}

std::string padded(const BIGNUM* value, std::size_t size) {
  std::string out(size, '\0');
  BN_bn2binpad(value, octets(out), static_cast<int>(size));
  return out;
}

Pkey key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(OSSL_PARAM_BLD_to_param(builder),
                                                                           OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* made = nullptr;
  if (!parameters || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    made = nullptr;
  }
  ERR_clear_error();
  return {made, EVP_PKEY_free};
}

Pkey public_key(const Algorithm& algorithm, const Members& jwk) {
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(OSSL_PARAM_BLD_new(),
                                                                                OSSL_PARAM_BLD_free);
  if (algorithm.curve.empty()) {
    const Number n = number(bytes_of(jwk, "n"));
    const Number e = number(bytes_of(jwk, "e"));
    if (text_of(jwk, "kty") != "RSA" || BN_num_bits(n.get()) < 1024) return {nullptr, EVP_PKEY_free};
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    return key_from("RSA", builder.get());
  }
  const std::string x = bytes_of(jwk, "x");
  const std::string y = bytes_of(jwk, "y");
  if (text_of(jwk, "kty") != "EC" || text_of(jwk, "crv") != algorithm.curve || x.size() != algorithm.half ||
      y.size() != algorithm.half) {
    return {nullptr, EVP_PKEY_free};
  }
  const std::string point = '\x04' + x + y;
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, algorithm.group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return key_from("EC", builder.get());
}

// Tokens carry r and s side by side, OpenSSL takes them in DER.
std::string der_of(const Algorithm& algorithm, std::string_view signature) {
  if (signature.size() != 2 * algorithm.half) return {};
  const Signature pair(ECDSA_SIG_new(), ECDSA_SIG_free);
  ECDSA_SIG_set0(pair.get(), number(signature.substr(0, algorithm.half)).release(),
                 number(signature.substr(algorithm.half)).release());
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &der);
  std::string out(reinterpret_cast<const char*>(der), length > 0 ? static_cast<std::size_t>(length) : 0);
  OPENSSL_free(der);
  return out;
}

bool verifies(const Algorithm& algorithm, const Members& jwk, const Jwt& token) {
  const Pkey key = public_key(algorithm, jwk);
  if (!key) return false;
  const std::string signature =
      algorithm.curve.empty() ? token.signature : der_of(algorithm, token.signature);
  const Digest context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, algorithm.digest(), nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(token.signed_part),
                       token.signed_part.size()) == 1;
  ERR_clear_error();
  return good;
}

Pkey private_key(std::string_view pkcs8) {
  const unsigned char* at = octets(pkcs8);
  Pkey key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(pkcs8.size())), EVP_PKEY_free);
  ERR_clear_error();
  if (!key) throw std::runtime_error("not a private key");
  return key;
}

std::optional<Members> json_part(std::string_view part) {
  const auto bytes = base64url_decode(part);
  if (!bytes) return std::nullopt;
  auto document = parse_json(*bytes);
  if (!document || !document->is<Members>()) return std::nullopt;
  return document->get<Members>();
}

}  // namespace

std::optional<Jwt> parse_jwt(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return std::nullopt;
  auto header = json_part(token.substr(0, first));
  auto claims = json_part(token.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(token.substr(second + 1));
  if (!header || !claims || !signature) return std::nullopt;
  return Jwt{*std::move(header), *std::move(claims), std::string(token.substr(0, second)),
             *std::move(signature)};
}

bool verify_jwt(const Jwt& token, const List& keys) {
  const Algorithm* algorithm = algorithm_named(text_of(token.header, "alg"));
  if (algorithm == nullptr) return false;  // "none" among them
  const std::string id = text_of(token.header, "kid");
  return std::any_of(keys.begin(), keys.end(), [&](const Value& key) {
    if (!key.is<Members>()) return false;
    const Members& jwk = key.get<Members>();
    const std::string own = text_of(jwk, "kid");
    const std::string only = text_of(jwk, "alg");
    if ((!id.empty() && !own.empty() && id != own) || (!only.empty() && only != algorithm->name))
      return false;
    return verifies(*algorithm, jwk, token);
  });
}

std::string sign_jwt(const Members& claims, std::string_view name, std::string_view key_id,
                     std::string_view pkcs8) {
  const Algorithm* algorithm = algorithm_named(name);
  if (algorithm == nullptr) throw std::runtime_error("unknown algorithm " + std::string(name));
  const Members header{{"alg", name}, {"kid", key_id}, {"typ", "JWT"}};
  std::string token = base64url_encode(to_json(header)) + "." + base64url_encode(to_json(claims));
  const Pkey key = private_key(pkcs8);
  const Digest context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::size_t length = 0;
  EVP_DigestSignInit(context.get(), nullptr, algorithm->digest(), nullptr, key.get());
  EVP_DigestSign(context.get(), nullptr, &length, octets(token), token.size());
  std::string signature(length, '\0');
  if (EVP_DigestSign(context.get(), octets(signature), &length,
                     octets(token), token.size()) != 1) {
    throw std::runtime_error("the key does not sign");
  }
  signature.resize(length);
  if (!algorithm->curve.empty()) {
    const unsigned char* at = octets(signature);
    const Signature pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(length)), ECDSA_SIG_free);
    signature = padded(ECDSA_SIG_get0_r(pair.get()), algorithm->half) +
                padded(ECDSA_SIG_get0_s(pair.get()), algorithm->half);
  }
  return token + "." + base64url_encode(signature);
}

Members public_jwk(std::string_view name, std::string_view key_id, std::string_view pkcs8) {
  const Algorithm* algorithm = algorithm_named(name);
  if (algorithm == nullptr) throw std::runtime_error("unknown algorithm " + std::string(name));
  const Pkey key = private_key(pkcs8);
  const auto parameter = [&](const char* which, std::size_t size) {
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key.get(), which, &value) != 1) throw std::runtime_error("not such a key");
    const Number held(value, BN_free);
    return base64url_encode(padded(value, size == 0 ? static_cast<std::size_t>(BN_num_bytes(value)) : size));
  };
  Members out{{"kid", key_id}, {"use", "sig"}, {"alg", name}};
  if (algorithm->curve.empty()) {
    return out.add("kty", "RSA")
        .add("n", parameter(OSSL_PKEY_PARAM_RSA_N, 0))
        .add("e", parameter(OSSL_PKEY_PARAM_RSA_E, 0));
  }
  return out.add("kty", "EC")
      .add("crv", algorithm->curve)
      .add("x", parameter(OSSL_PKEY_PARAM_EC_PUB_X, algorithm->half))
      .add("y", parameter(OSSL_PKEY_PARAM_EC_PUB_Y, algorithm->half));
}

}  // namespace latchkey
