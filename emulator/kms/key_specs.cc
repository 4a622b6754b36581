#include "kms/key_specs.h"

#include <algorithm>
#include <stdexcept>

#include "kms/errors.h"
#include "kms/private_key.h"

namespace latchkey::kms {
namespace {

using Kind = Spec::Kind;

constexpr std::string_view kSymmetric[] = {"SYMMETRIC_DEFAULT"};
constexpr std::string_view kOaep[] = {"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"};
constexpr std::string_view kSm2Encryption[] = {"SM2PKE"};
constexpr std::string_view kRsaSigning[] = {"RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384",
                                            "RSASSA_PKCS1_V1_5_SHA_512", "RSASSA_PSS_SHA_256",
                                            "RSASSA_PSS_SHA_384",        "RSASSA_PSS_SHA_512"};
constexpr std::string_view kEcdsa256[] = {"ECDSA_SHA_256"};
constexpr std::string_view kEcdsa384[] = {"ECDSA_SHA_384"};
constexpr std::string_view kEcdsa512[] = {"ECDSA_SHA_512"};
constexpr std::string_view kEd25519[] = {"ED25519_SHA_512", "ED25519_PH_SHA_512"};
constexpr std::string_view kSm2Signing[] = {"SM2DSA"};
constexpr std::string_view kMlDsa[] = {"ML_DSA_SHAKE_256"};
constexpr std::string_view kHmac224[] = {"HMAC_SHA_224"};
constexpr std::string_view kHmac256[] = {"HMAC_SHA_256"};
constexpr std::string_view kHmac384[] = {"HMAC_SHA_384"};
constexpr std::string_view kHmac512[] = {"HMAC_SHA_512"};
constexpr std::string_view kEcdh[] = {"ECDH"};

constexpr Spec kSpecs[] = {
    {.name = "SYMMETRIC_DEFAULT",
     .kind = Kind::symmetric,
     .size = 32,
     .parameter = "AES",
     .encryption = kSymmetric},
    {.name = "HMAC_224", .kind = Kind::hmac, .size = 28, .parameter = "SHA2-224", .mac = kHmac224},
    {.name = "HMAC_256", .kind = Kind::hmac, .size = 32, .parameter = "SHA2-256", .mac = kHmac256},
    {.name = "HMAC_384", .kind = Kind::hmac, .size = 48, .parameter = "SHA2-384", .mac = kHmac384},
    {.name = "HMAC_512", .kind = Kind::hmac, .size = 64, .parameter = "SHA2-512", .mac = kHmac512},
    {.name = "RSA_2048",
     .kind = Kind::rsa,
     .size = 2048,
     .parameter = "RSA",
     .encryption = kOaep,
     .signing = kRsaSigning},
    {.name = "RSA_3072",
     .kind = Kind::rsa,
     .size = 3072,
     .parameter = "RSA",
     .encryption = kOaep,
     .signing = kRsaSigning},
    {.name = "RSA_4096",
     .kind = Kind::rsa,
     .size = 4096,
     .parameter = "RSA",
     .encryption = kOaep,
     .signing = kRsaSigning},
    {.name = "ECC_NIST_P256",
     .kind = Kind::curve,
     .size = 0,
     .parameter = "P-256",
     .signing = kEcdsa256,
     .agreement = kEcdh},
    {.name = "ECC_NIST_P384",
     .kind = Kind::curve,
     .size = 0,
     .parameter = "P-384",
     .signing = kEcdsa384,
     .agreement = kEcdh},
    {.name = "ECC_NIST_P521",
     .kind = Kind::curve,
     .size = 0,
     .parameter = "P-521",
     .signing = kEcdsa512,
     .agreement = kEcdh},
    {.name = "ECC_SECG_P256K1",
     .kind = Kind::curve,
     .size = 0,
     .parameter = "secp256k1",
     .signing = kEcdsa256},
    {.name = "ECC_NIST_EDWARDS25519",
     .kind = Kind::edwards,
     .size = 0,
     .parameter = "ED25519",
     .signing = kEd25519},
    {.name = "SM2",
     .kind = Kind::sm2,
     .size = 0,
     .parameter = "SM2",
     .encryption = kSm2Encryption,
     .signing = kSm2Signing,
     .agreement = kEcdh},
    {.name = "ML_DSA_44", .kind = Kind::ml_dsa, .size = 0, .parameter = "ML-DSA-44", .signing = kMlDsa},
    {.name = "ML_DSA_65", .kind = Kind::ml_dsa, .size = 0, .parameter = "ML-DSA-65", .signing = kMlDsa},
    {.name = "ML_DSA_87", .kind = Kind::ml_dsa, .size = 0, .parameter = "ML-DSA-87", .signing = kMlDsa},
};

struct UsageMember {
  std::string_view usage;
  std::string_view member;  // of KeyMetadata
};

constexpr UsageMember kUsageMembers[] = {{"ENCRYPT_DECRYPT", "EncryptionAlgorithms"},
                                         {"SIGN_VERIFY", "SigningAlgorithms"},
                                         {"KEY_AGREEMENT", "KeyAgreementAlgorithms"},
                                         {"GENERATE_VERIFY_MAC", "MacAlgorithms"}};

}  // namespace

Spec::Names Spec::algorithms(std::string_view usage) const {
  if (usage == "ENCRYPT_DECRYPT") return encryption;
  if (usage == "SIGN_VERIFY") return signing;
  if (usage == "GENERATE_VERIFY_MAC") return mac;
  if (usage == "KEY_AGREEMENT") return agreement;
  return {};
}

std::span<const Spec> key_specs() { return kSpecs; }

const Spec& key_spec(std::string_view name) {
  const auto found =
      std::find_if(std::begin(kSpecs), std::end(kSpecs), [&](const Spec& spec) { return spec.name == name; });
  if (found == std::end(kSpecs)) throw std::logic_error("no key spec is called " + std::string(name));
  return *found;
}

bool fits(const Spec& spec, std::string_view usage, std::string_view algorithm) {
  const Spec::Names names = spec.algorithms(usage);
  return std::find(names.begin(), names.end(), algorithm) != names.end();
}

void add_algorithms(Members& answer, std::string_view spec, std::string_view usage) {
  for (const UsageMember& row : kUsageMembers) {
    if (row.usage != usage) continue;
    List names;
    for (const std::string_view name : key_spec(spec).algorithms(usage)) names.emplace_back(name);
    answer.add(std::string(row.member), std::move(names));
  }
}

void require_supported(const Spec& spec, std::string_view region) {
  const bool chinese_only = spec.kind == Kind::sm2;
  if ((chinese_only && !region.starts_with("cn-")) || (spec.kind == Kind::ml_dsa && !can_generate(spec))) {
    throw unsupported("KeySpec " + std::string(spec.name) + " is not supported in this Region");
  }
}

void require_workable_keys(const Store& store) {
  for (const Ptr<Key>& key : store.all<Key>()) {
    const auto refuse = [&](const std::string& reason) { throw std::runtime_error("the key " + key->id + " " + reason); };
    const auto specs = key_specs();
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const Spec& one) { return one.name == key->spec; });
    if (spec == specs.end()) refuse("has an unknown Spec");
    if (!spec->allows(key->usage)) refuse("has a Usage that its Spec does not have");
    const bool has_material = std::any_of(key->materials.begin(), key->materials.end(),
                                          [](const KeyMaterial& material) { return !material.pending; });
    if (key->origin == "AWS_KMS" && !has_material) refuse("has no material");
    for (const KeyMaterial& material : key->materials) {
      // Whatever is imported may still be absent.
      const std::size_t size = material.bytes.reveal().size();
      if (!spec->asymmetric() && size != 0 && size != spec->size) refuse("has material of the wrong size");
    }
  }
}

}  // namespace latchkey::kms
