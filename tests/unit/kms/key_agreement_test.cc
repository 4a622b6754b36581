#include <catch2/catch.hpp>

#include "kms_test.h"

using namespace latchkey;
using latchkey::test::blob_member;
using latchkey::test::KmsTest;
using latchkey::test::member;

namespace {

std::string with(std::string_view public_der) {
  return member("KeyAgreementAlgorithm", "ECDH") + blob_member("PublicKey", public_der);
}

}  // namespace

TEST_CASE("both sides of a key agreement come to the same secret") {
  KmsTest aws;
  const auto [spec, curve] = GENERATE(table<std::string, std::string>(
      {{"ECC_NIST_P256", "P-256"}, {"ECC_NIST_P384", "P-384"}, {"ECC_NIST_P521", "P-521"}}));
  const std::string key = aws.make(spec, "KEY_AGREEMENT");
  const test::Pair peer = test::new_pair(curve.c_str());
  const std::string public_key = aws.bytes(aws.on("GetPublicKey", key), "PublicKey");
  const auto made = aws.on("DeriveSharedSecret", key, with(peer.public_der));
  REQUIRE(made.status == 200);
  CHECK(aws.bytes(made, "SharedSecret") == test::agree(peer.pkcs8, public_key));
  CHECK(made["KeyId"] == key);
  CHECK(made["KeyAgreementAlgorithm"] == "ECDH");
  CHECK(made["KeyOrigin"] == "AWS_KMS");
}

TEST_CASE("two KMS keys agree with each other, on SM2's curve too") {
  KmsTest aws;
  const std::string spec = GENERATE("ECC_NIST_P256", "SM2");
  const std::string a = aws.make(spec, "KEY_AGREEMENT");
  const std::string b = aws.make(spec, "KEY_AGREEMENT");
  const auto one = aws.on("DeriveSharedSecret", a, with(aws.bytes(aws.on("GetPublicKey", b), "PublicKey")));
  const auto two = aws.on("DeriveSharedSecret", b, with(aws.bytes(aws.on("GetPublicKey", a), "PublicKey")));
  CHECK(aws.bytes(one, "SharedSecret").size() == 32);
  CHECK(one["SharedSecret"] == two["SharedSecret"]);
}

TEST_CASE("a bad public key is a ValidationException without a message") {
  KmsTest aws;
  const std::string key = aws.make("ECC_NIST_P256", "KEY_AGREEMENT");
  const std::string good = test::new_pair("P-256").public_der;
  std::string off_curve = good;
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  for (const std::string& bad :
       {test::new_pair("P-384").public_der, test::new_pair("secp256k1").public_der,
        test::public_der_of(test::rsa_key(2048)), off_curve, good + "x", good.substr(1), std::string("x")}) {
    CHECK(aws.on("DeriveSharedSecret", key, with(bad)).body == R"({"__type":"ValidationException"})");
  }
  CHECK(aws.on("DeriveSharedSecret", key, with(good)).status == 200);
  CHECK(aws.on("DeriveSharedSecret", key, with(good) + R"(,"DryRun":true)").code ==
        "DryRunOperationException");
}

TEST_CASE("DeriveSharedSecret needs a key for agreement") {
  KmsTest aws;
  const std::string key = aws.make("ECC_NIST_P256", "SIGN_VERIFY");
  const std::string peer = test::new_pair("P-256").public_der;
  CHECK(aws.on("DeriveSharedSecret", key, with(peer)).message ==
        key + " key usage is SIGN_VERIFY which is not valid for DeriveSharedSecret.");
  CHECK(aws.on("DeriveSharedSecret", key,
               member("KeyAgreementAlgorithm", "DH") + blob_member("PublicKey", peer))
            .code == "ValidationException");
  const auto caller = aws.user(
      "none",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringNotEquals":{"kms:KeyAgreementAlgorithm":"ECDH"}}}]})");
  CHECK(aws.on("DeriveSharedSecret", aws.make("ECC_NIST_P256", "KEY_AGREEMENT"), with(peer), caller).code ==
        "AccessDeniedException");
}
