// Sentences of KMS that tests of one operation do not show.
#include <catch2/catch.hpp>

#include "support/aws_test.h"

namespace latchkey::test {
namespace {

std::string tags_from(int first, int end) {
  std::string out;
  for (int i = first; i < end; ++i) {
    out +=
        std::string(out.empty() ? "" : ",") + R"({"TagKey":"k)" + std::to_string(i) + R"(","TagValue":"v"})";
  }
  return "[" + out + "]";
}

TEST_CASE("RSA encryption says how much its key and algorithm hold") {
  AwsTest aws;
  const std::string key = aws.key(R"({"KeySpec":"RSA_2048","KeyUsage":"ENCRYPT_DECRYPT"})");
  const auto encrypt = [&](const std::string& algorithm, const std::string& plaintext) {
    return aws.kms("Encrypt", R"({"KeyId":")" + key + R"(","EncryptionAlgorithm":")" + algorithm +
                                  R"(","Plaintext":")" + plaintext + "\"}");
  };
  // 191 and 189 bytes, 215 and 213 bytes: base64 of three bytes are four letters.
  const auto zeros = [](std::size_t bytes) {
    std::string text(bytes / 3 * 4, 'A');
    if (bytes % 3 == 1) text += "AA==";
    if (bytes % 3 == 2) text += "AAA=";
    return text;
  };
  CHECK(encrypt("RSAES_OAEP_SHA_256", zeros(190)).status == 200);
  const Reply sha256 = encrypt("RSAES_OAEP_SHA_256", zeros(191));
  CHECK(sha256.code == "ValidationException");
  CHECK(sha256.message ==
        "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes.");
  CHECK(encrypt("RSAES_OAEP_SHA_1", zeros(214)).status == 200);
  CHECK(encrypt("RSAES_OAEP_SHA_1", zeros(215)).message ==
        "Algorithm RSAES_OAEP_SHA_1 and key spec RSA_2048 cannot encrypt data larger than 214 bytes.");
}

TEST_CASE("a grant of a key that is not symmetric has no encryption context") {
  AwsTest aws;
  const std::string key = aws.key(R"({"KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY"})");
  aws.user("bob");
  const Reply reply = aws.kms(
      "CreateGrant", R"({"KeyId":")" + key +
                         R"(","GranteePrincipal":"arn:aws:iam::000000000000:user/bob","Operations":["Sign"],
      "Constraints":{"EncryptionContextEquals":{"a":"b"}}})");
  CHECK(reply.code == "ValidationException");
  CHECK(reply.message ==
        "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.");
}

TEST_CASE("a key has fifty tags at most, by CreateKey and by TagResource") {
  AwsTest aws;
  const Reply made = aws.kms("CreateKey", R"({"Tags":)" + tags_from(0, 51) + "}");
  CHECK(made.code == "TagException");
  CHECK(made.message == "Too many tags");
  const std::string key = aws.key(R"({"Tags":)" + tags_from(0, 50) + "}");
  const Reply tagged =
      aws.kms("TagResource", R"({"KeyId":")" + key + R"(","Tags":)" + tags_from(50, 51) + "}");
  CHECK(tagged.code == "TagException");
  CHECK(tagged.message == "Too many tags");
  CHECK(aws.kms("TagResource", R"({"KeyId":")" + key + R"(","Tags":)" + tags_from(49, 50) + "}").status ==
        200);
}

TEST_CASE("an alias has letters, digits, slashes, dashes and underscores") {
  AwsTest aws;
  const std::string key = aws.key();
  const Reply reply = aws.kms("CreateAlias", R"({"AliasName":"alias/x:y","TargetKeyId":")" + key + "\"}");
  CHECK(reply.code == "ValidationException");
  CHECK(reply.message == "alias/x:y contains invalid characters for an alias");
}

}  // namespace
}  // namespace latchkey::test
