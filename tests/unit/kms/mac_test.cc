#include <catch2/catch.hpp>

#include "kms_test.h"

using namespace latchkey;
using latchkey::test::blob_member;
using latchkey::test::KmsTest;
using latchkey::test::member;

namespace {

std::string mac_input(std::string_view algorithm, std::string_view message) {
  return member("MacAlgorithm", algorithm) + blob_member("Message", message);
}

}  // namespace

TEST_CASE("MACs are those of RFC 4231") {
  // Case 1 has a key of 20 bytes, case 6 one of 131: HMAC takes any, whatever KMS generates.
  const std::string short_key(20, '\x0b');
  const std::string long_key(131, '\xaa');
  const std::string long_message = "Test Using Larger Than Block-Size Key - Hash Key First";
  const auto [spec, algorithm, first,
              sixth] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"HMAC_224", "HMAC_SHA_224", "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
       "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e"},
      {"HMAC_256", "HMAC_SHA_256", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {"HMAC_384", "HMAC_SHA_384",
       "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
       "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952"},
      {"HMAC_512", "HMAC_SHA_512",
       "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d9"
       "14eeb61f1702e696c203a126854",
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64"
       "f73f63f0aec8b915a985d786598"},
  }));
  CAPTURE(spec);
  KmsTest aws;
  const std::string key = aws.make(spec, "GENERATE_VERIFY_MAC");
  aws.set_material(key, short_key);
  const auto made = aws.on("GenerateMac", key, mac_input(algorithm, "Hi There"));
  CHECK(hex_encode(aws.bytes(made, "Mac")) == first);
  CHECK(made["KeyId"] == key);
  CHECK(made["MacAlgorithm"] == algorithm);
  aws.set_material(key, long_key);
  CHECK(hex_encode(aws.bytes(aws.on("GenerateMac", key, mac_input(algorithm, long_message)), "Mac")) ==
        sixth);
  const auto verified =
      aws.on("VerifyMac", key, mac_input(algorithm, long_message) + blob_member("Mac", *hex_decode(sixth)));
  CHECK(verified["MacValid"] == "true");
  CHECK(verified["KeyId"] == key);
  CHECK(verified["MacAlgorithm"] == algorithm);
}

TEST_CASE("a wrong MAC is KMSInvalidMac without a message") {
  KmsTest aws;
  const std::string key = aws.make("HMAC_256", "GENERATE_VERIFY_MAC");
  const std::string good = aws.bytes(aws.on("GenerateMac", key, mac_input("HMAC_SHA_256", "m")), "Mac");
  std::string changed = good;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  for (const std::string& mac : {changed, good.substr(0, 31), good + "x", std::string("x")}) {
    CHECK(aws.on("VerifyMac", key, mac_input("HMAC_SHA_256", "m") + blob_member("Mac", mac)).body ==
          R"({"__type":"KMSInvalidMacException"})");
  }
  CHECK(aws.on("VerifyMac", key, mac_input("HMAC_SHA_256", "n") + blob_member("Mac", good)).code ==
        "KMSInvalidMacException");
  const std::string other = aws.make("HMAC_256", "GENERATE_VERIFY_MAC");
  CHECK(aws.on("VerifyMac", other, mac_input("HMAC_SHA_256", "m") + blob_member("Mac", good)).code ==
        "KMSInvalidMacException");
}

TEST_CASE("MACs need an HMAC key and its own algorithm") {
  KmsTest aws;
  const std::string key = aws.make("HMAC_224", "GENERATE_VERIFY_MAC");
  const auto mismatch = aws.on("GenerateMac", key, mac_input("HMAC_SHA_256", "m"));
  CHECK(mismatch.code == "InvalidKeyUsageException");
  CHECK(mismatch.message == "Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224.");
  const auto unknown = aws.on("GenerateMac", key, mac_input("HMAC_SHA_1", "m"));
  CHECK(unknown.code == "ValidationException");
  CHECK(unknown.message ==
        "1 validation error detected: Value 'HMAC_SHA_1' at 'macAlgorithm' failed to satisfy constraint: "
        "Member must satisfy enum value set: [HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]");
  const std::string symmetric = aws.key();
  CHECK(aws.on("GenerateMac", symmetric, mac_input("HMAC_SHA_256", "m")).message ==
        symmetric + " key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac.");
  const std::string signing = aws.make("ECC_NIST_P256", "SIGN_VERIFY");
  CHECK(aws.on("VerifyMac", signing, mac_input("HMAC_SHA_256", "m") + blob_member("Mac", "x")).message ==
        signing + " key usage is SIGN_VERIFY which is not valid for VerifyMac.");
  CHECK(aws.on("GenerateMac", key, mac_input("HMAC_SHA_224", std::string(4097, 'm'))).code ==
        "ValidationException");
  CHECK(aws.on("GenerateMac", key, mac_input("HMAC_SHA_224", "m") + R"(,"DryRun":true)").code ==
        "DryRunOperationException");
  REQUIRE(aws.on("DisableKey", key).status == 200);
  CHECK(aws.on("GenerateMac", key, mac_input("HMAC_SHA_224", "m")).code == "DisabledException");
}

TEST_CASE("policies can demand a MAC algorithm") {
  KmsTest aws;
  const auto caller = aws.user(
      "maccer",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*Mac","Resource":"*","Condition":{"StringEquals":{"kms:MacAlgorithm":"HMAC_SHA_512"}}}]})");
  CHECK(aws.on("GenerateMac", aws.make("HMAC_512", "GENERATE_VERIFY_MAC"), mac_input("HMAC_SHA_512", "m"),
               caller)
            .status == 200);
  CHECK(aws.on("GenerateMac", aws.make("HMAC_256", "GENERATE_VERIFY_MAC"), mac_input("HMAC_SHA_256", "m"),
               caller)
            .code == "AccessDeniedException");
}
