#include <catch2/catch.hpp>

#include "kms/ed25519ph.h"
#include "kms_test.h"

using namespace latchkey;
using latchkey::test::blob_member;
using latchkey::test::KmsTest;
using latchkey::test::member;

namespace {

constexpr const char* kSigningSpecs[] = {"RSA_2048",
                                         "RSA_3072",
                                         "RSA_4096",
                                         "ECC_NIST_P256",
                                         "ECC_NIST_P384",
                                         "ECC_NIST_P521",
                                         "ECC_SECG_P256K1",
                                         "ECC_NIST_EDWARDS25519",
                                         "SM2"};

std::string signing(std::string_view algorithm, std::string_view message, const std::string& type = "") {
  return member("SigningAlgorithm", algorithm) + blob_member("Message", message) +
         (type.empty() ? "" : member("MessageType", type));
}

}  // namespace

TEST_CASE("a signature made by KMS verifies with the public key, for every spec and algorithm") {
  KmsTest aws;
  const std::string message = "attack at dawn";
  for (const char* spec : kSigningSpecs) {
    const std::string key = aws.make(spec, "SIGN_VERIFY");
    const std::string public_key = aws.bytes(aws.on("GetPublicKey", key), "PublicKey");
    for (const std::string_view algorithm : kms::key_spec(spec).signing) {
      if (algorithm == "ED25519_PH_SHA_512") continue;
      CAPTURE(spec, algorithm);
      const auto made = aws.on("Sign", key, signing(algorithm, message));
      REQUIRE(made.status == 200);
      CHECK(made["KeyId"] == key);
      CHECK(made["SigningAlgorithm"] == algorithm);
      CHECK(test::verifies(public_key, algorithm, message, aws.bytes(made, "Signature")));
      const auto verified =
          aws.on("Verify", key, signing(algorithm, message) + member("Signature", made["Signature"]));
      CHECK(verified["SignatureValid"] == "true");
      CHECK(verified["KeyId"] == key);
      CHECK(verified["SigningAlgorithm"] == algorithm);
    }
  }
}

TEST_CASE("a signature made outside with the same private key verifies in KMS") {
  KmsTest aws;
  const std::string key = aws.make("RSA_2048", "SIGN_VERIFY");
  for (const std::string_view algorithm : kms::key_spec("RSA_2048").signing) {
    CAPTURE(algorithm);
    const std::string signature = test::sign_with(test::rsa_key(2048), algorithm, "hello");
    CHECK(aws.on("Verify", key, signing(algorithm, "hello") + blob_member("Signature", signature)).status ==
          200);
  }
}

TEST_CASE("a digest is signed as it is: the signature is that of the message") {
  KmsTest aws;
  const std::string message(5000, 'm');  // longer than KMS takes: that is what digests are for
  for (const char* spec :
       {"RSA_2048", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"}) {
    const std::string key = aws.make(spec, "SIGN_VERIFY");
    const std::string public_key = aws.bytes(aws.on("GetPublicKey", key), "PublicKey");
    for (const std::string_view algorithm : kms::key_spec(spec).signing) {
      CAPTURE(spec, algorithm);
      const std::string input = signing(algorithm, test::digest_of(algorithm, message), "DIGEST");
      const auto made = aws.on("Sign", key, input);
      REQUIRE(made.status == 200);
      CHECK(test::verifies(public_key, algorithm, message, aws.bytes(made, "Signature")));
      CHECK(aws.on("Verify", key, input + member("Signature", made["Signature"])).status == 200);
    }
  }
}

TEST_CASE("a digest of the wrong length, or of an algorithm that takes none, is refused") {
  KmsTest aws;
  const auto [spec, algorithm, type, bytes, message] =
      GENERATE(table<std::string, std::string, std::string, std::size_t, std::string>({
          {"ECC_NIST_P256", "ECDSA_SHA_256", "DIGEST", 31,
           "Digest is invalid length for algorithm ECDSA_SHA_256."},
          {"ECC_NIST_P256", "ECDSA_SHA_256", "DIGEST", 64,
           "Digest is invalid length for algorithm ECDSA_SHA_256."},
          {"RSA_2048", "RSASSA_PSS_SHA_384", "DIGEST", 32,
           "Digest is invalid length for algorithm RSASSA_PSS_SHA_384."},
          {"RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512", "DIGEST", 48,
           "Digest is invalid length for algorithm RSASSA_PKCS1_V1_5_SHA_512."},
          {"ECC_NIST_EDWARDS25519", "ED25519_PH_SHA_512", "DIGEST", 63,
           "Digest is invalid length for algorithm ED25519_PH_SHA_512."},
          {"ECC_NIST_EDWARDS25519", "ED25519_PH_SHA_512", "RAW", 64,
           "Message type RAW is incompatible with algorithm ED25519_PH_SHA_512."},
          {"ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "DIGEST", 64,
           "Message type DIGEST is incompatible with algorithm ED25519_SHA_512."},
          {"RSA_2048", "RSASSA_PSS_SHA_256", "EXTERNAL_MU", 64,
           "Message type EXTERNAL_MU is incompatible with algorithm RSASSA_PSS_SHA_256."},
      }));
  CAPTURE(algorithm, type, bytes);
  const std::string key = aws.make(spec, "SIGN_VERIFY");
  const std::string input = signing(algorithm, std::string(bytes, 'd'), type);
  for (const auto& refused :
       {aws.on("Sign", key, input), aws.on("Verify", key, input + blob_member("Signature", "s"))}) {
    CHECK(refused.code == "ValidationException");
    CHECK(refused.message == message);
  }
}

TEST_CASE("a PSS signature without its leading zero is refused") {
  KmsTest aws;
  const std::string algorithm = "RSASSA_PSS_SHA_256", key = aws.make("RSA_2048", "SIGN_VERIFY");
  std::string good = "x";  // one in 256 begins with a zero
  while (good.front() != '\0') good = aws.bytes(aws.on("Sign", key, signing(algorithm, "one")), "Signature");
  const auto verified = [&](const std::string& signature) {
    return aws.on("Verify", key, signing(algorithm, "one") + blob_member("Signature", signature));
  };
  CHECK(verified(good).status == 200);
  CHECK(verified(good.substr(1)).body == R"({"__type":"KMSInvalidSignatureException"})");
}

TEST_CASE("a wrong signature is KMSInvalidSignature without a message, whatever is wrong with it") {
  KmsTest aws;
  const auto [spec, algorithm] =
      GENERATE(table<std::string, std::string>({{"RSA_2048", "RSASSA_PSS_SHA_256"},
                                                {"RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"},
                                                {"ECC_NIST_P256", "ECDSA_SHA_256"},
                                                {"ECC_NIST_EDWARDS25519", "ED25519_SHA_512"},
                                                {"SM2", "SM2DSA"}}));
  CAPTURE(algorithm);
  const std::string key = aws.make(spec, "SIGN_VERIFY");
  const std::string good = aws.bytes(aws.on("Sign", key, signing(algorithm, "one")), "Signature");
  std::string changed = good;
  changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
  const std::pair<std::string, std::string> wrong[] = {
      {"two", good}, {"one", changed}, {"one", good.substr(1)}, {"one", good + "x"}, {"one", "x"}};
  for (const auto& [message, signature] : wrong) {
    const auto refused =
        aws.on("Verify", key, signing(algorithm, message) + blob_member("Signature", signature));
    CHECK(refused.status == 400);
    CHECK(refused.body == R"({"__type":"KMSInvalidSignatureException"})");
  }
  CHECK(aws.on("Verify", key, signing(algorithm, "one") + blob_member("Signature", good)).status == 200);
}

TEST_CASE("Ed25519ph signs what RFC 8032 says, from the digest alone") {
  // Section 7.3.
  const std::string seed = *hex_decode("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42");
  const std::string expected = *hex_decode(
      "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
      "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406");
  KmsTest aws;
  const std::string key = aws.make("ECC_NIST_EDWARDS25519", "SIGN_VERIFY");
  aws.set_material(key, test::ed25519_pkcs8(seed));
  const std::string input = signing("ED25519_PH_SHA_512", test::digest_of("SHA_512", "abc"), "DIGEST");
  const auto made = aws.on("Sign", key, input);
  REQUIRE(made.status == 200);
  CHECK(hex_encode(aws.bytes(made, "Signature")) == hex_encode(expected));
  CHECK(aws.on("Verify", key, input + blob_member("Signature", expected)).status == 200);
  const std::size_t at = GENERATE(0U, 31U, 32U, 63U);
  std::string changed = expected;
  changed[at] = static_cast<char>(changed[at] ^ 1);
  CHECK(aws.on("Verify", key, input + blob_member("Signature", changed)).code ==
        "KMSInvalidSignatureException");
  // S must be below the order of the group: adding the order makes another spelling of the same signature.
  changed = expected;
  changed[63] = static_cast<char>(changed[63] | 0xf0);
  CHECK(aws.on("Verify", key, input + blob_member("Signature", changed)).code ==
        "KMSInvalidSignatureException");
}

TEST_CASE("Sign and Verify refuse keys and algorithms that do not fit") {
  KmsTest aws;
  const auto [spec, usage, algorithm, message] =
      GENERATE(table<std::string, std::string, std::string, std::string>({
          {"SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "ECDSA_SHA_256",
           "K key usage is ENCRYPT_DECRYPT which is not valid for O."},
          {"RSA_2048", "ENCRYPT_DECRYPT", "RSASSA_PSS_SHA_256",
           "K key usage is ENCRYPT_DECRYPT which is not valid for O."},
          {"HMAC_256", "GENERATE_VERIFY_MAC", "ECDSA_SHA_256",
           "K key usage is GENERATE_VERIFY_MAC which is not valid for O."},
          {"ECC_NIST_P256", "KEY_AGREEMENT", "ECDSA_SHA_256",
           "K key usage is KEY_AGREEMENT which is not valid for O."},
          {"ECC_NIST_P256", "SIGN_VERIFY", "ECDSA_SHA_384",
           "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256."},
          {"RSA_2048", "SIGN_VERIFY", "ECDSA_SHA_256",
           "Algorithm ECDSA_SHA_256 is incompatible with key spec RSA_2048."},
          {"ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "SM2DSA",
           "Algorithm SM2DSA is incompatible with key spec ECC_NIST_EDWARDS25519."},
      }));
  const std::string key = aws.make(spec, usage);
  for (const std::string operation : {"Sign", "Verify"}) {
    const std::string more = operation == "Verify" ? blob_member("Signature", "s") : "";
    const auto refused = aws.on(operation, key, signing(algorithm, "m") + more);
    std::string expected = message;
    if (expected.starts_with("K ")) {
      expected.replace(0, 1, key);
      expected.replace(expected.size() - 2, 1, operation);
    }
    CHECK(refused.code == "InvalidKeyUsageException");
    CHECK(refused.message == expected);
  }
}

TEST_CASE("messages are 1 to 4096 bytes and never echoed; dry runs and states come before signing") {
  KmsTest aws;
  const std::string key = aws.make("ECC_NIST_P256", "SIGN_VERIFY");
  CHECK(aws.on("Sign", key, signing("ECDSA_SHA_256", std::string(4096, 'm'))).status == 200);
  CHECK(aws.on("Sign", key, signing("ECDSA_SHA_256", std::string(4097, 'm'))).message ==
        "1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have "
        "length less than or equal to 4096");
  CHECK(aws.on("Sign", key, signing("ECDSA_SHA_256", "")).code == "ValidationException");
  CHECK(aws.on("Sign", key, signing("ECDSA_SHA_1", "m")).code == "ValidationException");
  CHECK(aws.on("Sign", key, signing("ECDSA_SHA_256", "m", "HASH")).code == "ValidationException");
  CHECK(aws.on("Sign", key, blob_member("Message", "m")).message ==
        "1 validation error detected: Value null at 'signingAlgorithm' failed to satisfy constraint: Member "
        "must not be null");
  CHECK(aws.on("Sign", key, signing("ECDSA_SHA_256", "m") + R"(,"DryRun":true)").code ==
        "DryRunOperationException");
  CHECK(aws.on("Verify", key,
               signing("ECDSA_SHA_256", "m") + blob_member("Signature", "s") + R"(,"DryRun":true)")
            .code == "KMSInvalidSignatureException");
  REQUIRE(aws.on("DisableKey", key).status == 200);
  CHECK(aws.on("Sign", key, signing("ECDSA_SHA_256", "m")).message == key + " is disabled.");
}

TEST_CASE("GetPublicKey tells everything about an asymmetric key, also a disabled one, and refuses others") {
  KmsTest aws;
  const std::string key = aws.make("RSA_2048", "ENCRYPT_DECRYPT");
  REQUIRE(aws.on("DisableKey", key).status == 200);
  const auto got = aws.on("GetPublicKey", key);
  CHECK(got["KeyId"] == key);
  CHECK(got["KeySpec"] == "RSA_2048");
  CHECK(got["CustomerMasterKeySpec"] == "RSA_2048");
  CHECK(got["KeyUsage"] == "ENCRYPT_DECRYPT");
  CHECK(got["EncryptionAlgorithms"] == R"(["RSAES_OAEP_SHA_1","RSAES_OAEP_SHA_256"])");
  CHECK(got["SigningAlgorithms"].empty());
  CHECK(aws.bytes(got, "PublicKey") == test::public_der_of(test::rsa_key(2048)));
  CHECK(aws.on("GetPublicKey", aws.make("ECC_NIST_P521", "KEY_AGREEMENT"))["KeyAgreementAlgorithms"] ==
        R"(["ECDH"])");
  CHECK(aws.on("GetPublicKey", aws.key()).code == "UnsupportedOperationException");
  CHECK(aws.on("GetPublicKey", aws.make("HMAC_256", "GENERATE_VERIFY_MAC")).code ==
        "UnsupportedOperationException");
  REQUIRE(aws.on("ScheduleKeyDeletion", key).status == 200);
  CHECK(aws.on("GetPublicKey", key).message == key + " is pending deletion.");
}

TEST_CASE("policies can demand an algorithm and a message type") {
  KmsTest aws;
  const std::string key = aws.make("RSA_2048", "SIGN_VERIFY");
  const auto signer = aws.user(
      "signer",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:Sign","kms:Verify"],"Resource":"*","Condition":{"StringEquals":{"kms:SigningAlgorithm":"RSASSA_PSS_SHA_256","kms:MessageType":"RAW"}}}]})");
  CHECK(aws.on("Sign", key, signing("RSASSA_PSS_SHA_256", "m"), signer).status == 200);
  CHECK(aws.on("Sign", key, signing("RSASSA_PSS_SHA_256", "m", "RAW"), signer).status == 200);
  CHECK(aws.on("Sign", key, signing("RSASSA_PSS_SHA_512", "m"), signer).code == "AccessDeniedException");
  CHECK(aws.on("Sign", key, signing("RSASSA_PSS_SHA_256", std::string(32, 'd'), "DIGEST"), signer).code ==
        "AccessDeniedException");
  CHECK(aws.on("Verify", key, signing("RSASSA_PSS_SHA_384", "m") + blob_member("Signature", "s"), signer)
            .code == "AccessDeniedException");
  CHECK(aws.on("Verify", key, signing("RSASSA_PSS_SHA_256", "m") + blob_member("Signature", "s"), signer)
            .code == "KMSInvalidSignatureException");
}
