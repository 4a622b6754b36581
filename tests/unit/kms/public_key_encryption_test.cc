#include <catch2/catch.hpp>

#include "kms_test.h"

using namespace latchkey;
using latchkey::test::blob_member;
using latchkey::test::KmsTest;
using latchkey::test::member;

namespace {

struct Limit {
  const char* spec;
  const char* algorithm;
  std::size_t bytes;
};

// https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
constexpr Limit kLimits[] = {
    {"RSA_2048", "RSAES_OAEP_SHA_1", 214},
    {"RSA_2048", "RSAES_OAEP_SHA_256", 190},
    {"RSA_3072", "RSAES_OAEP_SHA_1", 342},
    {"RSA_3072", "RSAES_OAEP_SHA_256", 318},
    {"RSA_4096", "RSAES_OAEP_SHA_1", 470},
    {"RSA_4096", "RSAES_OAEP_SHA_256", 446},
    {"SM2", "SM2PKE", 1024},
};

std::string with(std::string_view algorithm) { return member("EncryptionAlgorithm", algorithm); }

}  // namespace

TEST_CASE("asymmetric encryption takes as much as the algorithm can, and says how much that is") {
  KmsTest aws;
  for (const Limit& limit : kLimits) {
    CAPTURE(limit.spec, limit.algorithm);
    const std::string key = aws.make(limit.spec, "ENCRYPT_DECRYPT");
    const std::string most(limit.bytes, 'p');
    const auto made = aws.on("Encrypt", key, blob_member("Plaintext", most) + with(limit.algorithm));
    REQUIRE(made.status == 200);
    CHECK(made["EncryptionAlgorithm"] == limit.algorithm);
    CHECK(made["KeyId"] == key);
    const auto opened =
        aws.on("Decrypt", key, member("CiphertextBlob", made["CiphertextBlob"]) + with(limit.algorithm));
    CHECK(aws.bytes(opened, "Plaintext") == most);
    CHECK(opened["KeyId"] == key);
    CHECK(opened["EncryptionAlgorithm"] == limit.algorithm);
    CHECK(opened["KeyMaterialId"].empty());
    const auto refused = aws.on("Encrypt", key, blob_member("Plaintext", most + "p") + with(limit.algorithm));
    CHECK(refused.code == "ValidationException");
    CHECK(refused.message == "Algorithm " + std::string(limit.algorithm) + " and key spec " + limit.spec +
                                 " cannot encrypt data larger than " + std::to_string(limit.bytes) +
                                 " bytes.");
  }
}

TEST_CASE("ciphertexts are the bare ones of the algorithm, in both directions") {
  KmsTest aws;
  for (const Limit& limit : kLimits) {
    CAPTURE(limit.spec, limit.algorithm);
    const std::string key = aws.make(limit.spec, "ENCRYPT_DECRYPT");
    const std::string public_key = aws.bytes(aws.on("GetPublicKey", key), "PublicKey");
    const std::string outside = test::encrypt_with(public_key, limit.algorithm, "made outside");
    CHECK(aws.bytes(aws.on("Decrypt", key, blob_member("CiphertextBlob", outside) + with(limit.algorithm)),
                    "Plaintext") == "made outside");
    if (limit.spec == std::string_view("SM2")) continue;
    const std::string inside =
        aws.bytes(aws.on("Encrypt", key, blob_member("Plaintext", "made inside") + with(limit.algorithm)),
                  "CiphertextBlob");
    const auto bits = static_cast<unsigned>(std::stoul(std::string(limit.spec).substr(4)));
    CHECK(inside.size() == bits / 8);
    CHECK(test::decrypt_with(test::rsa_key(bits), limit.algorithm, inside) == "made inside");
  }
}

TEST_CASE("an asymmetric ciphertext that is not that key's is InvalidCiphertext without a message") {
  KmsTest aws;
  const std::string key = aws.make("RSA_2048", "ENCRYPT_DECRYPT");
  const std::string good =
      test::encrypt_with(test::public_der_of(test::rsa_key(2048)), "RSAES_OAEP_SHA_256", "x");
  const std::string foreign =
      test::encrypt_with(test::public_der_of(test::rsa_key(3072)), "RSAES_OAEP_SHA_256", "x");
  std::string changed = good;
  changed[100] = static_cast<char>(changed[100] ^ 1);
  const std::pair<std::string, std::string> wrong[] = {
      {good, "RSAES_OAEP_SHA_1"},      {foreign, "RSAES_OAEP_SHA_256"},
      {changed, "RSAES_OAEP_SHA_256"}, {good.substr(1), "RSAES_OAEP_SHA_256"},
      {"x", "RSAES_OAEP_SHA_256"},     {good, "SYMMETRIC_DEFAULT"}};
  for (const auto& [blob, algorithm] : wrong) {
    CAPTURE(algorithm, blob.size());
    CHECK(aws.on("Decrypt", key, blob_member("CiphertextBlob", blob) + with(algorithm)).body ==
          R"({"__type":"InvalidCiphertextException"})");
  }
}

TEST_CASE("asymmetric encryption refuses what does not go with it") {
  KmsTest aws;
  const std::string rsa = aws.make("RSA_2048", "ENCRYPT_DECRYPT");
  const std::string text = blob_member("Plaintext", "x");
  const std::string context = R"(,"EncryptionContext":{"a":"b"})";
  CHECK(aws.on("Encrypt", rsa, text).message ==
        "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.");
  CHECK(aws.on("Encrypt", rsa, text + with("SM2PKE")).message ==
        "Algorithm SM2PKE is incompatible with key spec RSA_2048.");
  const auto refused = aws.on("Encrypt", rsa, text + with("RSAES_OAEP_SHA_256") + context);
  CHECK(refused.code == "ValidationException");
  CHECK(refused.message ==
        "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.");
  const std::string blob = aws.on("Encrypt", rsa, text + with("RSAES_OAEP_SHA_256"))["CiphertextBlob"];
  const std::string input = member("CiphertextBlob", blob) + with("RSAES_OAEP_SHA_256");
  CHECK(aws.on("Decrypt", rsa, input + context).code == "ValidationException");
  CHECK(aws.kms("Decrypt", "{" + input.substr(1) + "}").code == "ValidationException");
  CHECK(aws.on("Decrypt", rsa, input + R"(,"DryRun":true)").code == "DryRunOperationException");
  CHECK(aws.on("Encrypt", rsa, text + with("RSAES_OAEP_SHA_256") + R"(,"DryRun":true)").code ==
        "DryRunOperationException");
  const std::string symmetric = aws.key();
  CHECK(aws.on("Decrypt", symmetric, input).message ==
        "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.");
  const std::string signing = aws.make("RSA_2048", "SIGN_VERIFY");
  CHECK(aws.on("Decrypt", signing, input).message ==
        signing + " key usage is SIGN_VERIFY which is not valid for Decrypt.");
  CHECK(aws.on("Encrypt", signing, text + with("RSAES_OAEP_SHA_256")).message ==
        signing + " key usage is SIGN_VERIFY which is not valid for Encrypt.");
  CHECK(aws.on("GenerateDataKey", rsa, member("KeySpec", "AES_256")).code == "InvalidKeyUsageException");
  REQUIRE(aws.on("DisableKey", rsa).status == 200);
  CHECK(aws.on("Decrypt", rsa, input).code == "DisabledException");
}

TEST_CASE("Decrypt and ReEncrypt of a symmetric blob with a key of any other kind is IncorrectKey") {
  KmsTest aws;
  const std::string symmetric = aws.key();
  const std::string blob = aws.on("Encrypt", symmetric, blob_member("Plaintext", "x"))["CiphertextBlob"];
  const auto [spec, usage] = GENERATE(table<std::string, std::string>({{"HMAC_256", "GENERATE_VERIFY_MAC"},
                                                                       {"RSA_2048", "ENCRYPT_DECRYPT"},
                                                                       {"ECC_NIST_P256", "SIGN_VERIFY"}}));
  const std::string other = aws.make(spec, usage);
  CHECK(aws.on("Decrypt", other, member("CiphertextBlob", blob)).code == "IncorrectKeyException");
  CHECK(aws.kms("ReEncrypt", "{" + member("CiphertextBlob", blob).substr(1) + member("SourceKeyId", other) +
                                 member("DestinationKeyId", symmetric) + "}")
            .code == "IncorrectKeyException");
}

TEST_CASE("ReEncrypt moves between symmetric and asymmetric keys") {
  KmsTest aws;
  const std::string symmetric = aws.key();
  const std::string rsa = aws.make("RSA_2048", "ENCRYPT_DECRYPT");
  const std::string blob = aws.on("Encrypt", symmetric, blob_member("Plaintext", "x"))["CiphertextBlob"];
  const auto out =
      aws.kms("ReEncrypt", "{" + member("CiphertextBlob", blob).substr(1) + member("DestinationKeyId", rsa) +
                               member("DestinationEncryptionAlgorithm", "RSAES_OAEP_SHA_1") + "}");
  REQUIRE(out.status == 200);
  CHECK(out["SourceEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT");
  CHECK(out["DestinationEncryptionAlgorithm"] == "RSAES_OAEP_SHA_1");
  CHECK(out["SourceKeyMaterialId"].size() == 64);
  CHECK(out["DestinationKeyMaterialId"].empty());
  const std::string source = member("CiphertextBlob", out["CiphertextBlob"]).substr(1) +
                             member("SourceEncryptionAlgorithm", "RSAES_OAEP_SHA_1") +
                             member("DestinationKeyId", symmetric);
  const auto back = aws.kms("ReEncrypt", "{" + source + member("SourceKeyId", rsa) +
                                             R"(,"DestinationEncryptionContext":{"a":"b"}})");
  REQUIRE(back.status == 200);
  CHECK(back["SourceKeyId"] == rsa);
  CHECK(back["DestinationKeyMaterialId"].size() == 64);
  CHECK(aws.bytes(
            aws.on("Decrypt", symmetric,
                   member("CiphertextBlob", back["CiphertextBlob"]) + R"(,"EncryptionContext":{"a":"b"})"),
            "Plaintext") == "x");
  CHECK(aws.kms("ReEncrypt", "{" + source + "}").code == "ValidationException");
  CHECK(aws.kms("ReEncrypt",
                "{" + source + member("SourceKeyId", rsa) + R"(,"SourceEncryptionContext":{"a":"b"}})")
            .code == "ValidationException");
}

TEST_CASE("policies can demand an encryption algorithm") {
  KmsTest aws;
  const std::string rsa = aws.make("RSA_2048", "ENCRYPT_DECRYPT");
  const auto caller = aws.user(
      "strict",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionAlgorithm":"RSAES_OAEP_SHA_256"}}}]})");
  const std::string text = blob_member("Plaintext", "x");
  CHECK(aws.on("Encrypt", rsa, text + with("RSAES_OAEP_SHA_256"), caller).status == 200);
  CHECK(aws.on("Encrypt", rsa, text + with("RSAES_OAEP_SHA_1"), caller).code == "AccessDeniedException");
  CHECK(aws.on("GenerateDataKey", aws.key(), member("KeySpec", "AES_256"), caller).code ==
        "AccessDeniedException");
}
