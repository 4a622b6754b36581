#include <catch2/catch.hpp>

#include "kms/key_material.h"
#include "kms_test.h"

using namespace latchkey;
using latchkey::test::KmsTest;

namespace {

struct Row {
  const char* spec;
  const char* usage;
  const char* member;      // of KeyMetadata
  const char* algorithms;  // as JSON
};

constexpr const char* kRsaSigning =
    R"(["RSASSA_PKCS1_V1_5_SHA_256","RSASSA_PKCS1_V1_5_SHA_384","RSASSA_PKCS1_V1_5_SHA_512","RSASSA_PSS_SHA_256","RSASSA_PSS_SHA_384","RSASSA_PSS_SHA_512"])";
constexpr const char* kOaep = R"(["RSAES_OAEP_SHA_1","RSAES_OAEP_SHA_256"])";

constexpr Row kRows[] = {
    {"SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", R"(["SYMMETRIC_DEFAULT"])"},
    {"HMAC_224", "GENERATE_VERIFY_MAC", "MacAlgorithms", R"(["HMAC_SHA_224"])"},
    {"HMAC_256", "GENERATE_VERIFY_MAC", "MacAlgorithms", R"(["HMAC_SHA_256"])"},
    {"HMAC_384", "GENERATE_VERIFY_MAC", "MacAlgorithms", R"(["HMAC_SHA_384"])"},
    {"HMAC_512", "GENERATE_VERIFY_MAC", "MacAlgorithms", R"(["HMAC_SHA_512"])"},
    {"RSA_2048", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", kOaep},
    {"RSA_2048", "SIGN_VERIFY", "SigningAlgorithms", kRsaSigning},
    {"RSA_3072", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", kOaep},
    {"RSA_3072", "SIGN_VERIFY", "SigningAlgorithms", kRsaSigning},
    {"RSA_4096", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", kOaep},
    {"RSA_4096", "SIGN_VERIFY", "SigningAlgorithms", kRsaSigning},
    {"ECC_NIST_P256", "SIGN_VERIFY", "SigningAlgorithms", R"(["ECDSA_SHA_256"])"},
    {"ECC_NIST_P256", "KEY_AGREEMENT", "KeyAgreementAlgorithms", R"(["ECDH"])"},
    {"ECC_NIST_P384", "SIGN_VERIFY", "SigningAlgorithms", R"(["ECDSA_SHA_384"])"},
    {"ECC_NIST_P384", "KEY_AGREEMENT", "KeyAgreementAlgorithms", R"(["ECDH"])"},
    {"ECC_NIST_P521", "SIGN_VERIFY", "SigningAlgorithms", R"(["ECDSA_SHA_512"])"},
    {"ECC_NIST_P521", "KEY_AGREEMENT", "KeyAgreementAlgorithms", R"(["ECDH"])"},
    {"ECC_SECG_P256K1", "SIGN_VERIFY", "SigningAlgorithms", R"(["ECDSA_SHA_256"])"},
    {"ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "SigningAlgorithms",
     R"(["ED25519_SHA_512","ED25519_PH_SHA_512"])"},
    {"SM2", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", R"(["SM2PKE"])"},
    {"SM2", "SIGN_VERIFY", "SigningAlgorithms", R"(["SM2DSA"])"},
    {"SM2", "KEY_AGREEMENT", "KeyAgreementAlgorithms", R"(["ECDH"])"},
};

constexpr const char* kUsages[] = {"ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"};
constexpr const char* kAlgorithmMembers[] = {"EncryptionAlgorithms", "SigningAlgorithms", "MacAlgorithms",
                                             "KeyAgreementAlgorithms"};

bool allowed(std::string_view spec, std::string_view usage) {
  for (const Row& row : kRows) {
    if (row.spec == spec && row.usage == usage) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("every key spec tells the algorithms of its usage, and of no other") {
  KmsTest aws;
  for (const Row& row : kRows) {
    CAPTURE(row.spec, row.usage);
    const auto made = aws.on("DescribeKey", aws.make(row.spec, row.usage));
    CHECK(made["KeyMetadata.KeySpec"] == row.spec);
    CHECK(made["KeyMetadata.CustomerMasterKeySpec"] == row.spec);
    CHECK(made["KeyMetadata.KeyUsage"] == row.usage);
    CHECK(made["KeyMetadata." + std::string(row.member)] == row.algorithms);
    for (const char* other : kAlgorithmMembers) {
      if (std::string_view(other) != row.member) CHECK(made["KeyMetadata." + std::string(other)].empty());
    }
    // Only symmetric encryption keys rotate, so only they have a current material.
    CHECK(made["KeyMetadata.CurrentKeyMaterialId"].size() ==
          (std::string_view(row.spec) == "SYMMETRIC_DEFAULT" ? 64 : 0));
  }
}

TEST_CASE("a key spec refuses the usages that it cannot have, and needs one named") {
  KmsTest aws;
  for (const kms::Spec& spec : kms::key_specs()) {
    if (spec.kind == kms::Spec::Kind::ml_dsa) continue;
    const std::string name(spec.name);
    CAPTURE(name);
    const auto create = [&](const std::string& usage) {
      return aws.kms("CreateKey", R"({"KeySpec":")" + name + "\"" + usage + "}", {},
                     KmsTest::region_of(name));
    };
    for (const char* usage : kUsages) {
      if (allowed(name, usage)) continue;
      const auto refused = create(test::member("KeyUsage", usage));
      CHECK(refused.code == "ValidationException");
      CHECK(refused.message == "KeyUsage " + std::string(usage) + " is not compatible with KeySpec " + name);
    }
    if (name == "SYMMETRIC_DEFAULT") continue;
    CHECK(create("").message ==
          "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
  }
}

TEST_CASE("the old name of the key spec works alone, and not beside the new one") {
  KmsTest aws;
  const auto old =
      aws.kms("CreateKey", R"({"CustomerMasterKeySpec":"HMAC_384","KeyUsage":"GENERATE_VERIFY_MAC"})");
  CHECK(old["KeyMetadata.KeySpec"] == "HMAC_384");
  CHECK(
      aws.kms("CreateKey",
              R"({"CustomerMasterKeySpec":"HMAC_384","KeySpec":"HMAC_384","KeyUsage":"GENERATE_VERIFY_MAC"})")
          .message ==
      "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is "
      "deprecated.");
}

TEST_CASE("what a region or the linked OpenSSL does not have is unsupported") {
  KmsTest aws;
  const auto sm2 = aws.kms("CreateKey", R"({"KeySpec":"SM2","KeyUsage":"SIGN_VERIFY"})");
  CHECK(sm2.code == "UnsupportedOperationException");
  CHECK(sm2.message == "KeySpec SM2 is not supported in this Region");
  const auto ml_dsa = aws.kms("CreateKey", R"({"KeySpec":"ML_DSA_44","KeyUsage":"SIGN_VERIFY"})");
  if (kms::can_generate(kms::key_spec("ML_DSA_44"))) {
    CHECK(ml_dsa.status == 200);
  } else {
    CHECK(ml_dsa.code == "UnsupportedOperationException");
  }
}

TEST_CASE("material is kept as PKCS #8 and recognized as that of one spec only") {
  for (const kms::Spec& spec : kms::key_specs()) {
    if (!spec.asymmetric() || spec.size > 2048 || !kms::can_generate(spec)) continue;
    const auto key = kms::PrivateKey::generate(spec);
    const auto again = kms::PrivateKey::parse(key->pkcs8());
    CAPTURE(spec.name);
    REQUIRE(again);
    CHECK(again->public_der() == key->public_der());
    for (const kms::Spec& other : kms::key_specs()) {
      if (other.asymmetric()) CHECK(kms::is_material_for(other, key->pkcs8()) == (other.name == spec.name));
    }
  }
  CHECK(kms::is_material_for(kms::key_spec("HMAC_384"), std::string(48, 'x')));
  CHECK_FALSE(kms::is_material_for(kms::key_spec("HMAC_384"), std::string(47, 'x')));
  CHECK_FALSE(kms::PrivateKey::parse(""));
  CHECK_FALSE(kms::PrivateKey::parse(test::rsa_key(2048) + "x"));
  CHECK_FALSE(kms::PrivateKey::parse(test::rsa_key(2048).substr(1)));
}

TEST_CASE("a key is parsed once, also for its copies, and again when its bytes are others") {
  Key key;
  key.materials.push_back({"", Secret(test::rsa_key(2048)), {}});
  const auto parsed = kms::private_key(key);
  CHECK(kms::private_key(key) == parsed);
  Key copy = key;
  CHECK(kms::private_key(copy) == parsed);
  copy.materials.front().bytes = Secret(test::rsa_key(3072));
  CHECK(kms::private_key(copy)->pkcs8() == test::rsa_key(3072));
  CHECK(kms::private_key(key) == parsed);
}
