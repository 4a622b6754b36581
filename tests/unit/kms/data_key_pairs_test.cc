#include <catch2/catch.hpp>

#include "kms/key_material.h"
#include "kms/rsa_pool.h"
#include "kms_test.h"

using namespace latchkey;
using latchkey::test::KmsTest;
using latchkey::test::member;

TEST_CASE("data key pairs: the public key fits the private one, which its ciphertext holds") {
  KmsTest aws;
  const auto [spec, algorithm] =
      GENERATE(table<std::string, std::string>({{"RSA_2048", "RSASSA_PSS_SHA_256"},
                                                {"RSA_3072", "RSASSA_PSS_SHA_384"},
                                                {"RSA_4096", "RSASSA_PKCS1_V1_5_SHA_512"},
                                                {"ECC_NIST_P256", "ECDSA_SHA_256"},
                                                {"ECC_NIST_P384", "ECDSA_SHA_384"},
                                                {"ECC_NIST_P521", "ECDSA_SHA_512"},
                                                {"ECC_SECG_P256K1", "ECDSA_SHA_256"},
                                                {"ECC_NIST_EDWARDS25519", "ED25519_SHA_512"},
                                                {"SM2", "SM2DSA"}}));
  CAPTURE(spec);
  const std::string region(KmsTest::region_of(spec));
  const std::string key = aws.kms("CreateKey", "{}", {}, region)["KeyMetadata.Arn"];
  const std::string input = member("KeyPairSpec", spec) + R"(,"EncryptionContext":{"a":"b"})";
  const auto made = aws.on("GenerateDataKeyPair", key, input);
  REQUIRE(made.status == 200);
  CHECK(made["KeyId"] == key);
  CHECK(made["KeyPairSpec"] == spec);
  CHECK(made["KeyMaterialId"].size() == 64);
  const std::string signature = test::sign_with(aws.bytes(made, "PrivateKeyPlaintext"), algorithm, "m");
  CHECK(test::verifies(aws.bytes(made, "PublicKey"), algorithm, "m", signature));
  const std::string blob = member("CiphertextBlob", made["PrivateKeyCiphertextBlob"]);
  CHECK(aws.on("Decrypt", key, blob + R"(,"EncryptionContext":{"a":"b"})")["Plaintext"] ==
        made["PrivateKeyPlaintext"]);
  CHECK(aws.on("Decrypt", key, blob).code == "InvalidCiphertextException");
  const auto blind = aws.on("GenerateDataKeyPairWithoutPlaintext", key, input);
  REQUIRE(blind.status == 200);
  CHECK(blind["PrivateKeyPlaintext"].empty());
  const auto opened = aws.on(
      "Decrypt", key,
      member("CiphertextBlob", blind["PrivateKeyCiphertextBlob"]) + R"(,"EncryptionContext":{"a":"b"})");
  CHECK(test::public_der_of(aws.bytes(opened, "Plaintext")) == aws.bytes(blind, "PublicKey"));
}

TEST_CASE("data key pairs are refused as AWS refuses them") {
  KmsTest aws;
  const std::string key = aws.key();
  const std::string operation = GENERATE("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext");
  CHECK(aws.on(operation, key, member("KeyPairSpec", "SM2")).message ==
        "KeySpec SM2 is not supported in this Region");
  CHECK(aws.on(operation, key, member("KeyPairSpec", "AES_256")).code == "ValidationException");
  CHECK(aws.on(operation, key).message ==
        "1 validation error detected: Value null at 'keyPairSpec' failed to satisfy constraint: Member must "
        "not be null");
  CHECK(aws.on(operation, key, member("KeyPairSpec", "ECC_NIST_P256") + R"(,"DryRun":true)").code ==
        "DryRunOperationException");
  const std::string rsa = aws.make("RSA_2048", "ENCRYPT_DECRYPT");
  CHECK(aws.on(operation, rsa, member("KeyPairSpec", "ECC_NIST_P256")).message ==
        rsa + " key usage is ENCRYPT_DECRYPT which is not valid for " + operation + ".");
  const auto caller = aws.user(
      "pairs",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:GenerateDataKeyPair*","Resource":"*","Condition":{"StringEquals":{"kms:DataKeyPairSpec":"ECC_NIST_P256","kms:EncryptionContext:a":"b","kms:EncryptionAlgorithm":"SYMMETRIC_DEFAULT"}}}]})");
  const std::string context = R"(,"EncryptionContext":{"a":"b"})";
  CHECK(aws.on(operation, key, member("KeyPairSpec", "ECC_NIST_P256") + context, caller).status == 200);
  CHECK(aws.on(operation, key, member("KeyPairSpec", "ECC_NIST_P256"), caller).code ==
        "AccessDeniedException");
  CHECK(aws.on(operation, key, member("KeyPairSpec", "ECC_NIST_P384") + context, caller).code ==
        "AccessDeniedException");
}

TEST_CASE("the pool of RSA keys gives none twice and stops at once when it is not needed any more") {
  std::string first;
  std::string second;
  {
    kms::RsaPool pool(1);
    CHECK(pool.ready(2048) == 0);
    first = pool.take(2048);
    second = pool.take(2048);
    CHECK(pool.ready(2048) <= 1);
    pool.take(4096);  // and the destructor does not wait for another
  }
  CHECK(kms::is_material_for(kms::key_spec("RSA_2048"), first));
  CHECK(first != second);
  kms::RsaPool unused;
}
