#include "sigv4/ecdsa.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <stdexcept>

#include "sigv4/canonical.h"

namespace latchkey::sigv4 {
namespace {

using Bignum = OpensslPtr<BIGNUM, BN_clear_free>;
using Group = OpensslPtr<EC_GROUP, EC_GROUP_free>;
using Point = OpensslPtr<EC_POINT, EC_POINT_free>;
using ParamBuilder = OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = OpensslPtr<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = OpensslPtr<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

void require(bool good, const char* what) {
  if (good) return;
  ERR_clear_error();
  throw std::runtime_error(std::string("SigV4A: ") + what + " failed");
}

std::string big_endian(std::uint32_t value) {
  std::string out;
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>((value >> shift) & 0xff);
  return out;
}

// NIST SP 800-108 in counter mode over HMAC-SHA256, with a counter of our own in the context: a candidate
// that is no private key of P-256 is thrown away and the next one taken, so that every key is equally likely.
Bignum private_key(std::string_view access_key_id, std::string_view secret, const EC_GROUP* group) {
  const Bignum limit(BN_dup(EC_GROUP_get0_order(group)));
  require(limit && BN_sub_word(limit.get(), 2) == 1, "the curve's order");
  const std::string input_key = "AWS4A" + std::string(secret);
  for (unsigned counter = 1; counter <= 254; ++counter) {
    std::string input = big_endian(1);
    input.append(kEcdsaAlgorithm).append(1, '\0').append(access_key_id);
    input.append(1, static_cast<char>(counter)).append(big_endian(256));
    const Digest candidate = hmac_sha256(input_key, input);
    Bignum number(BN_bin2bn(candidate.data(), static_cast<int>(candidate.size()), nullptr));
    require(number != nullptr, "reading a number");
    if (BN_cmp(number.get(), limit.get()) > 0) continue;
    require(BN_add_word(number.get(), 1) == 1, "adding");
    return number;
  }
  throw std::runtime_error("SigV4A: this secret gives no key");
}

std::string public_key(const EC_GROUP* group, const BIGNUM* secret) {
  const Point point(EC_POINT_new(group));
  require(point && EC_POINT_mul(group, point.get(), secret, nullptr, nullptr, nullptr) == 1,
          "deriving the public key");
  std::string bytes(65, '\0');
  const std::size_t size =
      EC_POINT_point2oct(group, point.get(), POINT_CONVERSION_UNCOMPRESSED,
                         reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), nullptr);
  require(size == bytes.size(), "writing the public key");
  return bytes;
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

KeyPointer ecdsa_key(std::string_view access_key_id, std::string_view secret_access_key) {
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  require(group != nullptr, "P-256");
  const Bignum secret = private_key(access_key_id, secret_access_key, group.get());
  const std::string point = public_key(group.get(), secret.get());

  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  require(
      builder &&
          OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
          OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get()) == 1 &&
          OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                           point.size()) == 1,
      "describing the key");
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  require(params && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
              EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get()) == 1,
          "making the key");
  return KeyPointer(key);
}

std::string ecdsa_sign(const KeyPointer& key, std::string_view text) {
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 0;
  require(context &&
              EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(), nullptr) ==
                  1 &&
              EVP_DigestSign(context.get(), nullptr, &size, bytes(text), text.size()) == 1,
          "preparing to sign");
  std::string signature(size, '\0');
  require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         bytes(text), text.size()) == 1,
          "signing");
  signature.resize(size);
  return signature;
}

bool ecdsa_verify(const KeyPointer& key, std::string_view text, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  require(context && EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(),
                                             nullptr) == 1,
          "preparing to verify");
  const int result =
      EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size());
  ERR_clear_error();
  return result == 1;
}

}  // namespace latchkey::sigv4
