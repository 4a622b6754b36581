#include <catch2/catch.hpp>

#include "kms_test.h"

namespace latchkey::test {
namespace {

std::string of(const std::string& key, const std::string& more = "") {
  return R"({"KeyId":")" + key + "\"" + more + "}";
}

}  // namespace

TEST_CASE("the alias of an AWS managed key is there before its key, which its first use makes") {
  AwsTest aws;
  const auto before = aws.kms("ListAliases", "{}");
  REQUIRE(before.status == 200);
  CHECK(before["Aliases.0.AliasName"] == "alias/aws/acm");
  CHECK(before["Aliases.0.AliasArn"] == "arn:aws:kms:us-east-1:000000000000:alias/aws/acm");
  CHECK(before["Aliases.0.TargetKeyId"].empty());
  CHECK(aws.kms("ListKeys", "{}")["Keys.0.KeyId"].empty());

  const auto made = aws.kms("DescribeKey", of("alias/aws/acm"));
  REQUIRE(made.status == 200);
  CHECK(made["KeyMetadata.KeyManager"] == "AWS");
  CHECK(made["KeyMetadata.Description"] ==
        "Default key that protects my ACM private keys when no other key is defined");
  CHECK(made["KeyMetadata.KeyState"] == "Enabled");
  CHECK(aws.kms("DescribeKey", of("alias/aws/acm"))["KeyMetadata.KeyId"] == made["KeyMetadata.KeyId"]);
  CHECK(aws.kms("DescribeKey", of("arn:aws:kms:us-east-1:000000000000:alias/aws/acm"))["KeyMetadata.KeyId"] ==
        made["KeyMetadata.KeyId"]);
  CHECK(aws.kms("ListAliases", "{}")["Aliases.0.TargetKeyId"] == made["KeyMetadata.KeyId"]);
  CHECK(aws.kms("ListKeys", "{}")["Keys.0.KeyId"] == made["KeyMetadata.KeyId"]);
  CHECK(aws.kms("DescribeKey", of("alias/aws/nothing")).code == "NotFoundException");
}

TEST_CASE("predefined aliases are listed among an account's own, in order and page by page") {
  AwsTest aws;
  const std::string key = aws.key();
  for (const std::string name : {"alias/a", "alias/aws-b", "alias/zz"}) {
    REQUIRE(
        aws.kms("CreateAlias", R"({"AliasName":")" + name + R"(","TargetKeyId":")" + key + "\"}").status ==
        200);
  }
  std::vector<std::string> names;
  std::string marker;
  for (int pages = 0; pages < 100; ++pages) {
    const auto page =
        aws.kms("ListAliases", R"({"Limit":5)" + (marker.empty() ? "" : member("Marker", marker)) + "}");
    REQUIRE(page.status == 200);
    for (int i = 0; !page["Aliases." + std::to_string(i) + ".AliasName"].empty(); ++i) {
      names.push_back(page["Aliases." + std::to_string(i) + ".AliasName"]);
    }
    marker = page["NextMarker"];
    if (page["Truncated"] == "false") break;
  }
  CHECK(names.size() == 24);
  CHECK(std::is_sorted(names.begin(), names.end()));
  const auto own = aws.kms("ListAliases", of(key));
  CHECK(own["Aliases.2.AliasName"] == "alias/zz");
  CHECK(own["Aliases.3.AliasName"].empty());
}

TEST_CASE("an AWS managed key can be looked at, and nobody can change it or use it without its service") {
  AwsTest aws;
  const std::string key = aws.kms("DescribeKey", of("alias/aws/s3"))["KeyMetadata.Arn"];
  CHECK(aws.kms("GetKeyPolicy", of(key))["Policy"].find("s3.us-east-1.amazonaws.com") != std::string::npos);
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["KeyRotationEnabled"] == "true");
  CHECK(aws.kms("ListKeyPolicies", of(key)).status == 200);
  const std::pair<std::string, std::string> refused[] = {
      {"ScheduleKeyDeletion", ""},
      {"DisableKey", ""},
      {"EnableKey", ""},
      {"DisableKeyRotation", ""},
      {"EnableKeyRotation", ""},
      {"RotateKeyOnDemand", ""},
      {"UpdateKeyDescription", R"(,"Description":"mine")"},
      {"TagResource", R"(,"Tags":[{"TagKey":"a","TagValue":"b"}])"},
      {"PutKeyPolicy", R"(,"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[]}")"},
      {"Encrypt", R"(,"Plaintext":"aGk=")"},
      {"GenerateDataKey", R"(,"KeySpec":"AES_256")"},
      {"CreateGrant", R"(,"GranteePrincipal":"arn:aws:iam::000000000000:root","Operations":["Encrypt"])"},
  };
  const Caller admin = aws.user("admin", allow("kms:*"));
  for (const auto& [operation, more] : refused) {
    const auto reply = aws.kms(operation, of(key, more), admin);
    INFO(operation << reply.body);
    CHECK(reply.status == 400);
    CHECK(reply.code == "AccessDeniedException");
    CHECK(reply.message == "User: arn:aws:iam::000000000000:user/admin is not authorized to perform: kms:" +
                               operation + " on resource: " + key +
                               " because no resource-based policy allows the kms:" + operation + " action");
  }
  CHECK(aws.kms("DescribeKey", of(key), aws.user("nobody")).code == "AccessDeniedException");
  CHECK(aws.kms("DeleteAlias", R"({"AliasName":"alias/aws/s3"})").code == "NotAuthorizedException");
  CHECK(aws.kms("CreateAlias", R"({"AliasName":"alias/mine","TargetKeyId":")" + key + "\"}", admin).code ==
        "AccessDeniedException");
}

TEST_CASE("AWS rotates its own keys every year") {
  AwsTest aws;
  aws.kms("DescribeKey", of("alias/aws/ebs"));
  aws.clock.advance(366LL * 86'400'000);
  CHECK(aws.kms("ListKeyRotations", of("alias/aws/ebs")).status != 500);
  const std::string key = aws.kms("DescribeKey", of("alias/aws/ebs"))["KeyMetadata.KeyId"];
  const auto rotations = aws.kms("ListKeyRotations", of(key));
  CHECK(rotations["Rotations.0.RotationType"] == "AUTOMATIC");
  CHECK(rotations["Rotations.1.RotationType"].empty());
}

}  // namespace latchkey::test
