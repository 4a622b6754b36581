#include <catch2/catch.hpp>

#include "kms_test.h"

using namespace latchkey;
using latchkey::test::AwsTest;
using latchkey::test::blob_member;
using latchkey::test::KmsTest;
using latchkey::test::member;

namespace {

std::string id_of(const std::string& arn) { return arn.substr(arn.rfind('/') + 1); }

}  // namespace

TEST_CASE("a key's last use is its last successful cryptographic operation") {
  KmsTest aws;
  const std::string key = aws.make("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
  const auto unused = aws.on("GetKeyLastUsage", key);
  CHECK(unused.status == 200);
  CHECK(unused["KeyId"] == id_of(key));
  CHECK(unused["KeyLastUsage"] == "{}");
  CHECK(unused["TrackingStartDate"] == unused["KeyCreationDate"]);

  aws.clock.advance(3'600'000);
  const auto encrypted = aws.on("Encrypt", key, blob_member("Plaintext", "p"));
  const auto used = aws.on("GetKeyLastUsage", key);
  CHECK(used["KeyLastUsage.Operation"] == "Encrypt");
  CHECK(used["KeyLastUsage.KmsRequestId"] == encrypted.request_id);
  CHECK(used["KeyLastUsage.CloudTrailEventId"].size() == 36);
  CHECK(used["KeyLastUsage.Timestamp"] != used["KeyCreationDate"]);

  SECTION("which neither a failure, nor a dry run, nor a look at the key is") {
    CHECK(aws.on("Encrypt", key, blob_member("Plaintext", "p") + R"(,"DryRun":true)").code ==
          "DryRunOperationException");
    CHECK(aws.on("Decrypt", key, blob_member("CiphertextBlob", "p")).status == 400);
    CHECK(aws.on("DescribeKey", key).status == 200);
    CHECK(aws.on("GetKeyLastUsage", key)["KeyLastUsage.KmsRequestId"] == encrypted.request_id);
  }
  SECTION("and which outlives a change of the key and an export") {
    CHECK(aws.on("DisableKey", key).status == 200);
    CHECK(aws.on("GetKeyLastUsage", key)["KeyLastUsage.Operation"] == "Encrypt");
    aws.store.import_state(aws.store.export_state(Secrets::sealed));
    CHECK(aws.on("GetKeyLastUsage", key)["KeyLastUsage.KmsRequestId"] == encrypted.request_id);
  }
  SECTION("ReEncrypt is one of both its keys") {
    const std::string other = aws.make("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
    const auto again = aws.kms("ReEncrypt", R"({"CiphertextBlob":")" + encrypted["CiphertextBlob"] +
                                                R"(","DestinationKeyId":")" + other + "\"}");
    REQUIRE(again.status == 200);
    const auto from = aws.on("GetKeyLastUsage", key);
    const auto to = aws.on("GetKeyLastUsage", other);
    CHECK(from["KeyLastUsage.Operation"] == "ReEncrypt");
    CHECK(to["KeyLastUsage.Operation"] == "ReEncrypt");
    CHECK(to["KeyLastUsage.KmsRequestId"] == again.request_id);
    CHECK(from["KeyLastUsage.CloudTrailEventId"] != to["KeyLastUsage.CloudTrailEventId"]);
  }
}

TEST_CASE("only the key's own account may ask when it was used") {
  KmsTest aws;
  const std::string key = aws.make("HMAC_256", "GENERATE_VERIFY_MAC");
  CHECK(aws.on("GetKeyLastUsage", key, "", {"111122223333", "test"}).status == 400);
  CHECK(aws.on("GetKeyLastUsage", "alias/x").status == 400);
}

TEST_CASE("a dry run may leave the ciphertext out of account") {
  KmsTest aws;
  const std::string key = aws.make("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
  const std::string ignore = R"(,"DryRunModifiers":["IGNORE_CIPHERTEXT"])";
  const std::string dry = R"(,"DryRun":true)";
  CHECK(aws.on("Decrypt", key, dry + ignore).code == "DryRunOperationException");
  CHECK(aws.on("Decrypt", key, dry + ignore + blob_member("CiphertextBlob", "junk")).code ==
        "DryRunOperationException");
  CHECK(aws.on("Decrypt", key, dry + blob_member("CiphertextBlob", "junk")).code ==
        "InvalidCiphertextException");
  CHECK(aws.on("Decrypt", key, ignore).code == "ValidationException");
  CHECK(aws.kms("Decrypt", R"({"DryRun":true,"DryRunModifiers":["IGNORE_CIPHERTEXT"]})").code ==
        "ValidationException");
  CHECK(aws.kms("ReEncrypt",
                R"({"SourceKeyId":")" + key + R"(","DestinationKeyId":")" + key + "\"" + dry + ignore + "}")
            .code == "DryRunOperationException");
  // The permission is still asked for, and the key's state counts.
  CHECK(aws.on("Decrypt", key, dry + ignore, aws.user("nobody")).code == "AccessDeniedException");
  CHECK(aws.on("DisableKey", key).status == 200);
  CHECK(aws.on("Decrypt", key, dry + ignore).code == "DisabledException");
}
