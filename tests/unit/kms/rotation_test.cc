#include <catch2/catch.hpp>

#include <set>

#include "support/aws_test.h"

using namespace latchkey;
using latchkey::test::allow;
using latchkey::test::AwsTest;
using latchkey::test::Reply;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::string of(const std::string& key, const std::string& more = "") { return R"({"KeyId":")" + key + "\"" + more + "}"; }

std::string encrypt(AwsTest& aws, const std::string& key) {
  const auto reply = aws.kms("Encrypt", of(key, R"(,"Plaintext":"aGVsbG8=")"));
  REQUIRE(reply.status == 200);
  return reply["CiphertextBlob"];
}

std::string decrypted(AwsTest& aws, const std::string& blob) {
  return aws.kms("Decrypt", R"({"CiphertextBlob":")" + blob + "\"}")["Plaintext"];
}

std::size_t rotations(AwsTest& aws, const std::string& key, const std::string& more = "") {
  const auto reply = aws.kms("ListKeyRotations", of(key, more));
  REQUIRE(reply.status == 200);
  return reply.document.get<Members>().find("Rotations")->get<List>().size();
}

// 2030-01-01 and days after it, as KMS's JSON has it.
std::string day(std::int64_t days) { return std::to_string(1'893'456'000 + days * 86'400); }

}  // namespace

TEST_CASE("a key does not rotate until it is told to, and then says when") {
  AwsTest aws;
  const std::string key = aws.key();
  const auto before = aws.kms("GetKeyRotationStatus", of(key));
  CHECK(before["KeyRotationEnabled"] == "false");
  CHECK(before["NextRotationDate"].empty());
  CHECK(before["KeyId"] == key.substr(key.rfind('/') + 1));
  REQUIRE(aws.kms("EnableKeyRotation", of(key)).status == 200);
  const auto after = aws.kms("GetKeyRotationStatus", of(key));
  CHECK(after["KeyRotationEnabled"] == "true");
  CHECK(after["RotationPeriodInDays"] == "365");
  CHECK(after["NextRotationDate"] == day(365));
  CHECK(after["OnDemandRotationStartDate"].empty());
  REQUIRE(aws.kms("EnableKeyRotation", of(key, R"(,"RotationPeriodInDays":90)")).status == 200);
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["NextRotationDate"] == day(90));
  REQUIRE(aws.kms("DisableKeyRotation", of(key)).status == 200);
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["KeyRotationEnabled"] == "false");
}

TEST_CASE("enabling rotation again with the same period keeps the date") {
  AwsTest aws;
  const std::string key = aws.key();
  REQUIRE(aws.kms("EnableKeyRotation", of(key)).status == 200);
  aws.clock.advance(10 * kDayMs);
  REQUIRE(aws.kms("EnableKeyRotation", of(key)).status == 200);
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["NextRotationDate"] == day(365));
}

TEST_CASE("rotations happen on their dates, however late the key is looked at, and old ciphertexts stay readable") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string blob = encrypt(aws, key);
  REQUIRE(aws.kms("EnableKeyRotation", of(key, R"(,"RotationPeriodInDays":100)")).status == 200);
  aws.clock.advance(100 * kDayMs - 1);
  CHECK(rotations(aws, key) == 0);
  aws.clock.advance(250 * kDayMs + 1);
  CHECK(decrypted(aws, blob) == "aGVsbG8=");
  const auto list = aws.kms("ListKeyRotations", of(key));
  CHECK(list["Rotations.0.RotationDate"] == day(100));
  CHECK(list["Rotations.2.RotationDate"] == day(300));
  CHECK(list["Rotations.0.RotationType"] == "AUTOMATIC");
  CHECK(list["Rotations.1.KeyMaterialState"] == "NON_CURRENT");
  CHECK(list["Rotations.2.KeyMaterialState"] == "CURRENT");
  CHECK(list["Rotations.2.KeyId"] == key.substr(key.rfind('/') + 1));
  CHECK(list["Rotations.3"].empty());
  CHECK(aws.kms("DescribeKey", of(key))["KeyMetadata.CurrentKeyMaterialId"] == list["Rotations.2.KeyMaterialId"]);
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["NextRotationDate"] == day(400));
}

TEST_CASE("a clock that is moved by centuries makes no endless list") {
  AwsTest aws;
  const std::string key = aws.key();
  REQUIRE(aws.kms("EnableKeyRotation", of(key, R"(,"RotationPeriodInDays":90)")).status == 200);
  aws.clock.advance(365 * 900 * kDayMs);
  CHECK(rotations(aws, key, R"(,"Limit":1000)") == 1000);
}

TEST_CASE("a disabled key waits with its rotation until it is enabled; one that waits for deletion has none") {
  AwsTest aws;
  const std::string key = aws.key();
  REQUIRE(aws.kms("EnableKeyRotation", of(key)).status == 200);
  REQUIRE(aws.kms("DisableKey", of(key)).status == 200);
  aws.clock.advance(800 * kDayMs);
  CHECK(rotations(aws, key) == 0);
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["KeyRotationEnabled"] == "true");
  REQUIRE(aws.kms("EnableKey", of(key)).status == 200);
  CHECK(aws.kms("ListKeyRotations", of(key))["Rotations.0.RotationDate"] == day(800));
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["NextRotationDate"] == day(1165));
  REQUIRE(aws.kms("ScheduleKeyDeletion", of(key)).status == 200);
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["KeyRotationEnabled"] == "false");
  REQUIRE(aws.kms("CancelKeyDeletion", of(key)).status == 200);
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["KeyRotationEnabled"] == "true");
}

TEST_CASE("a rotation on demand is immediate, keeps the schedule, and there are 25 of them") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string blob = encrypt(aws, key);
  REQUIRE(aws.kms("EnableKeyRotation", of(key)).status == 200);
  aws.clock.advance(kDayMs);
  const auto rotated = aws.kms("RotateKeyOnDemand", of(key));
  CHECK(rotated["KeyId"] == key.substr(key.rfind('/') + 1));
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["NextRotationDate"] == day(365));
  const auto list = aws.kms("ListKeyRotations", of(key, R"(,"IncludeKeyMaterial":"ALL_KEY_MATERIAL")"));
  CHECK(list["Rotations.0.RotationDate"].empty());
  CHECK(list["Rotations.0.KeyMaterialState"] == "NON_CURRENT");
  CHECK(list["Rotations.1.RotationType"] == "ON_DEMAND");
  CHECK(list["Rotations.1.RotationDate"] == day(1));
  CHECK(list["Rotations.1.ImportState"].empty());
  CHECK(decrypted(aws, blob) == "aGVsbG8=");
  for (int i = 1; i < 25; ++i) REQUIRE(aws.kms("RotateKeyOnDemand", of(key)).status == 200);
  const auto refused = aws.kms("RotateKeyOnDemand", of(key));
  CHECK(refused.code == "LimitExceededException");
  CHECK(refused.message == "The on-demand rotations limit has been reached for the given keyId. No more on-demand "
                           "rotations can be performed for this key: " + key);
  CHECK(rotations(aws, key) == 25);
}

TEST_CASE("rotations come in pages") {
  AwsTest aws;
  const std::string key = aws.key();
  for (int i = 0; i < 5; ++i) REQUIRE(aws.kms("RotateKeyOnDemand", of(key)).status == 200);
  std::set<std::string> seen;
  std::string more = R"(,"Limit":2)";
  for (int page = 0; page < 3; ++page) {
    const auto reply = aws.kms("ListKeyRotations", of(key, more));
    for (int i = 0; i < 2; ++i) {
      const std::string id = reply["Rotations." + std::to_string(i) + ".KeyMaterialId"];
      if (!id.empty()) CHECK(seen.insert(id).second);
    }
    CHECK(reply["Truncated"] == (page < 2 ? "true" : "false"));
    more = R"(,"Limit":2,"Marker":")" + reply["NextMarker"] + "\"";
  }
  CHECK(seen.size() == 5);
  CHECK(aws.kms("ListKeyRotations", of(key, R"(,"Marker":"bm9uZQ==")")).code == "InvalidMarkerException");
}

TEST_CASE("rotation is refused where the model, the state or the permissions forbid it") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string disabled = aws.key();
  REQUIRE(aws.kms("DisableKey", of(disabled)).status == 200);
  const std::string going = aws.key();
  REQUIRE(aws.kms("ScheduleKeyDeletion", of(going)).status == 200);
  const auto operation = GENERATE(as<std::string>(), "EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand");
  CAPTURE(operation);
  CHECK(aws.kms(operation, of(disabled)).code == "DisabledException");
  CHECK(aws.kms(operation, of(disabled)).message == disabled + " is disabled.");
  CHECK(aws.kms(operation, of(going)).message == going + " is pending deletion.");
  CHECK(aws.kms(operation, "{}").code == "ValidationException");
  const auto nobody = aws.user("nobody");
  CHECK(aws.kms(operation, of(key), nobody).code == "AccessDeniedException");
  CHECK(aws.kms(operation, of(key), {"111122223333", "test"}).code == "AccessDeniedException");
}

TEST_CASE("the rotation period has bounds, and a policy may narrow them") {
  AwsTest aws;
  const std::string key = aws.key();
  CHECK(aws.kms("EnableKeyRotation", of(key, R"(,"RotationPeriodInDays":89)")).message ==
        "1 validation error detected: Value '89' at 'rotationPeriodInDays' failed to satisfy constraint: Member must "
        "have value greater than or equal to 90");
  CHECK(aws.kms("EnableKeyRotation", of(key, R"(,"RotationPeriodInDays":2561)")).code == "ValidationException");
  CHECK(aws.kms("ListKeyRotations", of(key, R"(,"IncludeKeyMaterial":"SOME")")).code == "ValidationException");
  const auto careful = aws.user("careful", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"NumericLessThanEquals":{"kms:RotationPeriodInDays":"180"}}}]})");
  CHECK(aws.kms("EnableKeyRotation", of(key, R"(,"RotationPeriodInDays":180)"), careful).status == 200);
  CHECK(aws.kms("EnableKeyRotation", of(key, R"(,"RotationPeriodInDays":181)"), careful).code == "AccessDeniedException");
  CHECK(aws.kms("EnableKeyRotation", of(key), careful).code == "AccessDeniedException");
}
