#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/x509.h>

#include <stdexcept>

#include "core/octets.h"
#include "kms/access.h"
#include "kms/errors.h"
#include "kms/key_material.h"
#include "kms/recipient.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

using Peer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using Group = std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)>;
using Point = std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_clear_free)>;

constexpr std::size_t kSm2Bytes = 32;

// SubjectPublicKeyInfo and nothing after it; null if it is anything else.
Peer parse_public_key(std::string_view der) {
  const auto* at = octets(der);
  const auto* const end = at + der.size();
  Peer key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free);
  if (at != end) key.reset();
  return key;
}

std::optional<std::string> derive(const PrivateKey& own, EVP_PKEY* other) {
  const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr), EVP_PKEY_CTX_free);
  std::size_t length = 0;
  if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), other) != 1 ||
      EVP_PKEY_derive(context.get(), nullptr, &length) != 1) {
    return std::nullopt;
  }
  std::string out(length, '\0');
  if (EVP_PKEY_derive(context.get(), octets(out), &length) != 1)
    return std::nullopt;
  out.resize(length);
  return out;
}

// OpenSSL offers no plain ECDH with keys on SM2's curve: the multiplication is done here.
std::optional<std::string> derive_sm2(const PrivateKey& own, const EVP_PKEY* other) {
  BIGNUM* secret = nullptr;
  unsigned char encoded[1 + 2 * kSm2Bytes];
  std::size_t length = 0;
  if (EVP_PKEY_get_bn_param(own.get(), OSSL_PKEY_PARAM_PRIV_KEY, &secret) != 1) return std::nullopt;
  const Number scalar(secret, BN_clear_free);
  if (EVP_PKEY_get_octet_string_param(other, OSSL_PKEY_PARAM_PUB_KEY, encoded, sizeof encoded, &length) !=
      1) {
    return std::nullopt;
  }
  const Group group(EC_GROUP_new_by_curve_name(NID_sm2), EC_GROUP_free);
  const Point peer(EC_POINT_new(group.get()), EC_POINT_free);
  const Point shared(EC_POINT_new(group.get()), EC_POINT_free);
  const Number x(BN_new(), BN_clear_free);
  // Decoding a point checks that it is on the curve; the curve has no cofactor.
  if (EC_POINT_oct2point(group.get(), peer.get(), encoded, length, nullptr) != 1 ||
      EC_POINT_mul(group.get(), shared.get(), nullptr, peer.get(), scalar.get(), nullptr) != 1 ||
      EC_POINT_get_affine_coordinates(group.get(), shared.get(), x.get(), nullptr, nullptr) != 1) {
    return std::nullopt;
  }
  std::string out(kSm2Bytes, '\0');
  BN_bn2binpad(x.get(), octets(out), static_cast<int>(kSm2Bytes));
  return out;
}

// The raw shared secret: the x coordinate. nullopt for a public key that is none, or is on another curve.
std::optional<std::string> shared_secret(const PrivateKey& own, const Spec& spec,
                                         std::string_view public_der) {
  std::optional<std::string> out;
  const Peer other = parse_public_key(public_der);
  const bool sm2 = spec.kind == Spec::Kind::sm2;
  if (other && EVP_PKEY_is_a(other.get(), sm2 ? "SM2" : "EC") == 1) {
    out = sm2 ? derive_sm2(own, other.get()) : derive(own, other.get());
  }
  ERR_clear_error();
  return out;
}

Value derive_shared_secret(Call& call) {
  require_honoured_members(call);
  require_state(call, *call.key);
  require_usage(call, *call.key, "KEY_AGREEMENT");
  const Spec& spec = key_spec(call.key->spec);
  const std::string& algorithm = call.in.text("KeyAgreementAlgorithm");
  if (!fits(spec, call.key->usage, algorithm)) throw wrong_algorithm(algorithm, spec.name);
  auto secret = shared_secret(*private_key(*call.key), spec, call.in.bytes("PublicKey"));
  if (!secret) throw invalid_public_key();
  refuse_dry_run(call);
  Members answer{{"KeyId", call.key->arn()},
                 {"SharedSecret", Blob{std::move(*secret)}},
                 {"KeyAgreementAlgorithm", algorithm},
                 {"KeyOrigin", call.key->origin}};
  hand_to_recipient(call, answer, "SharedSecret");
  return answer;
}

}  // namespace

std::vector<Operation> key_agreement_operations() {
  using namespace shape;
  static constexpr RequestKey kKeys[] = {{"kms:KeyAgreementAlgorithm", "KeyAgreementAlgorithm"}};
  return {
      {.name = "DeriveSharedSecret",
       .input = {req("KeyId", KeyId), req("KeyAgreementAlgorithm", KeyAgreementAlgorithm),
                 req("PublicKey", PublicKey), opt("GrantTokens", GrantTokens), opt("DryRun", Flag),
                 opt("Recipient", Recipient)},
       .access = on_key("KeyId", {.request = kKeys}),
       .run = derive_shared_secret},
  };
}

}  // namespace latchkey::kms
