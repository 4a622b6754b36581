#include <catch2/catch.hpp>

#include <set>

#include "support/aws_test.h"

using namespace latchkey;
using latchkey::test::allow;
using latchkey::test::AwsTest;

namespace {

std::string of(const std::string& key, const std::string& more = "") { return R"({"KeyId":")" + key + "\"" + more + "}"; }

}  // namespace

TEST_CASE("a new key is symmetric, enabled and delegates to its account") {
  AwsTest aws;
  const auto made = aws.kms("CreateKey", R"({"Description":"d"})");
  REQUIRE(made.status == 200);
  CHECK(made["KeyMetadata.KeySpec"] == "SYMMETRIC_DEFAULT");
  CHECK(made["KeyMetadata.CustomerMasterKeySpec"] == "SYMMETRIC_DEFAULT");
  CHECK(made["KeyMetadata.KeyUsage"] == "ENCRYPT_DECRYPT");
  CHECK(made["KeyMetadata.KeyState"] == "Enabled");
  CHECK(made["KeyMetadata.Enabled"] == "true");
  CHECK(made["KeyMetadata.Origin"] == "AWS_KMS");
  CHECK(made["KeyMetadata.KeyManager"] == "CUSTOMER");
  CHECK(made["KeyMetadata.EncryptionAlgorithms.0"] == "SYMMETRIC_DEFAULT");
  CHECK(made["KeyMetadata.CreationDate"] == "1893456000");
  CHECK(made["KeyMetadata.CurrentKeyMaterialId"].size() == 64);
  const auto policy = aws.kms("GetKeyPolicy", of(made["KeyMetadata.Arn"]));
  CHECK(policy["Policy"].find("arn:aws:iam::000000000000:root") != std::string::npos);
  CHECK(policy["PolicyName"] == "default");
  CHECK(aws.kms("ListKeyPolicies", of(made["KeyMetadata.Arn"]))["PolicyNames.0"] == "default");
}

TEST_CASE("CreateKey refuses what does not fit together, and says plainly what is not there yet") {
  AwsTest aws;
  const auto [input, code, message] = GENERATE(table<std::string, std::string, std::string>({
      {R"({"KeySpec":"RSA_2048"})", "ValidationException", "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."},
      {R"({"KeyUsage":"SIGN_VERIFY"})", "ValidationException", "KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT"},
      {R"({"KeySpec":"SM2","KeyUsage":"SIGN_VERIFY"})", "UnsupportedOperationException", "KeySpec SM2 is not supported in this Region"},
      {R"({"Tags":[{"TagKey":"a","TagValue":"1"},{"TagKey":"a","TagValue":"2"}]})", "TagException", "Duplicate tag keys"},
      {R"({"Tags":[{"TagKey":"AWS:a","TagValue":"1"}]})", "TagException", "Tags beginning with aws: are reserved"},
      {R"({"Policy":"{"})", "MalformedPolicyDocumentException", ""},
      {R"({"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::000000000000:user/none\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}"})", "MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."},
      {R"({"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":\"kms:Encrypt\",\"Resource\":\"*\"}]}"})", "MalformedPolicyDocumentException", "The new key policy will not allow you to update the key policy in the future."},
  }));
  CAPTURE(input);
  const auto reply = aws.kms("CreateKey", input);
  CHECK(reply.status == 400);
  CHECK(reply.code == code);
  if (!message.empty()) CHECK(reply.message == message);
}

TEST_CASE("the lock-out check of key policies can be bypassed") {
  AwsTest aws;
  const std::string policy = R"({\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":\"kms:Encrypt\",\"Resource\":\"*\"}]})";
  CHECK(aws.kms("CreateKey", R"({"BypassPolicyLockoutSafetyCheck":true,"Policy":")" + policy + "\"}").status == 200);
  const std::string key = aws.key();
  CHECK(aws.kms("PutKeyPolicy", of(key, R"(,"Policy":")" + policy + "\"")).code == "MalformedPolicyDocumentException");
  CHECK(aws.kms("PutKeyPolicy", of(key, R"(,"BypassPolicyLockoutSafetyCheck":true,"Policy":")" + policy + "\"")).status == 200);
  CHECK(aws.kms("GetKeyPolicy", of(key)).code == "AccessDeniedException");
}

TEST_CASE("keys are listed page by page, each once") {
  AwsTest aws;
  std::set<std::string> made;
  for (int i = 0; i < 7; ++i) made.insert(aws.key());
  std::set<std::string> seen;
  std::string marker;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = aws.kms("ListKeys", R"({"Limit":2)" + (marker.empty() ? "" : R"(,"Marker":")" + marker + "\"") + "}");
    REQUIRE(page.status == 200);
    for (const char* at : {"0", "1"}) {
      const std::string arn = page["Keys." + std::string(at) + ".KeyArn"];
      if (!arn.empty()) CHECK(seen.insert(arn).second);
    }
    marker = page["NextMarker"];
    if (page["Truncated"] == "false") break;
    CHECK_FALSE(marker.empty());
  }
  CHECK(seen == made);
  CHECK(aws.kms("ListKeys", R"({"Marker":"!"})").code == "InvalidMarkerException");
  CHECK(aws.kms("ListKeys", R"({"Limit":1001})").code == "ValidationException");
}

TEST_CASE("a key is deleted when its waiting period is over, with its aliases") {
  AwsTest aws;
  const std::string key = aws.key();
  REQUIRE(aws.kms("CreateAlias", R"({"AliasName":"alias/a","TargetKeyId":")" + key + "\"}").status == 200);
  const auto scheduled = aws.kms("ScheduleKeyDeletion", of(key, R"(,"PendingWindowInDays":7)"));
  CHECK(scheduled["KeyState"] == "PendingDeletion");
  CHECK(scheduled["DeletionDate"] == std::to_string(1893456000 + 7 * 86400));
  aws.clock.advance(*parse_duration("P6DT23H"));
  CHECK(aws.kms("DescribeKey", of(key))["KeyMetadata.KeyState"] == "PendingDeletion");
  aws.clock.advance(*parse_duration("PT1H"));
  CHECK(aws.kms("DescribeKey", of(key)).code == "NotFoundException");
  CHECK(aws.kms("DescribeKey", of("alias/a")).code == "NotFoundException");
  CHECK(aws.kms("ListKeys", "{}")["Keys"] == "[]");
  CHECK(aws.kms("ListAliases", "{}").body.find("alias/a\"") == std::string::npos);
  CHECK(aws.kms("CreateAlias", R"({"AliasName":"alias/a","TargetKeyId":")" + aws.key() + "\"}").status == 200);
}

TEST_CASE("a deletion that is cancelled leaves the key disabled") {
  AwsTest aws;
  const std::string key = aws.key();
  CHECK(aws.kms("CancelKeyDeletion", of(key)).code == "KMSInvalidStateException");
  REQUIRE(aws.kms("ScheduleKeyDeletion", of(key)).status == 200);
  CHECK(aws.kms("ScheduleKeyDeletion", of(key)).message == key + " is pending deletion.");
  CHECK(aws.kms("CancelKeyDeletion", of(key))["KeyId"] == key);
  CHECK(aws.kms("DescribeKey", of(key))["KeyMetadata.KeyState"] == "Disabled");
}

TEST_CASE("the waiting period is 7 to 30 days") {
  AwsTest aws;
  const std::string days = GENERATE("6", "31");
  const auto reply = aws.kms("ScheduleKeyDeletion", of(aws.key(), ",\"PendingWindowInDays\":" + days));
  CHECK(reply.code == "ValidationException");
  CHECK(reply.message == "PendingWindowInDays must be between 7 and 30");
}

TEST_CASE("aliases follow AWS's rules") {
  AwsTest aws;
  const std::string key = aws.key();
  const auto create = [&](const std::string& name, const std::string& target) {
    return aws.kms("CreateAlias", R"({"AliasName":")" + name + R"(","TargetKeyId":")" + target + "\"}");
  };
  REQUIRE(create("alias/a", key).status == 200);
  CHECK(create("alias/a", key).code == "AlreadyExistsException");
  CHECK(create("alias/a", key).message == "An alias with the name arn:aws:kms:us-east-1:000000000000:alias/a already exists");
  CHECK(create("a", key).message == "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html");
  CHECK(create("alias/aws/x", key).body == R"({"__type":"NotAuthorizedException"})");
  CHECK(create("alias/b c", key).message.find("Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$") != std::string::npos);
  CHECK(create("alias/b", "alias/a").message == "Aliases must refer to keys. Not aliases");
  CHECK(create("alias/b", "none").code == "NotFoundException");
  const std::string other = aws.key();
  REQUIRE(aws.kms("UpdateAlias", R"({"AliasName":"alias/a","TargetKeyId":")" + other + "\"}").status == 200);
  CHECK(aws.kms("DescribeKey", of("alias/a"))["KeyMetadata.Arn"] == other);
  CHECK(aws.kms("ListAliases", of(key))["Aliases"] == "[]");
  CHECK(aws.kms("ListAliases", of(other))["Aliases.0.AliasName"] == "alias/a");
  REQUIRE(aws.kms("DeleteAlias", R"({"AliasName":"alias/a"})").status == 200);
  CHECK(aws.kms("DeleteAlias", R"({"AliasName":"alias/a"})").code == "NotFoundException");
}

TEST_CASE("CreateAlias needs permission on the alias and on the key, and names what is missing") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string alias = "arn:aws:kms:us-east-1:000000000000:alias/a";
  const std::string input = R"({"AliasName":"alias/a","TargetKeyId":")" + key + "\"}";
  CHECK(aws.kms("CreateAlias", input, aws.user("key-only", allow("kms:CreateAlias", key))).message.find("on resource: " + alias) != std::string::npos);
  CHECK(aws.kms("CreateAlias", input, aws.user("alias-only", allow("kms:CreateAlias", alias))).message.find("on resource: " + key) != std::string::npos);
  CHECK(aws.kms("CreateAlias", input, aws.user("both", allow("kms:CreateAlias"))).status == 200);
}

TEST_CASE("tags are set, replaced, listed and removed") {
  AwsTest aws;
  const std::string key = aws.key();
  REQUIRE(aws.kms("TagResource", of(key, R"(,"Tags":[{"TagKey":"b","TagValue":"1"},{"TagKey":"a","TagValue":"2"}])")).status == 200);
  REQUIRE(aws.kms("TagResource", of(key, R"(,"Tags":[{"TagKey":"b","TagValue":"3"}])")).status == 200);
  const auto page = aws.kms("ListResourceTags", of(key, R"(,"Limit":1)"));
  CHECK(page["Tags.0.TagKey"] == "a");
  CHECK(page["Truncated"] == "true");
  const auto rest = aws.kms("ListResourceTags", of(key, R"(,"Marker":")" + page["NextMarker"] + "\""));
  CHECK(rest["Tags.0.TagValue"] == "3");
  REQUIRE(aws.kms("UntagResource", of(key, R"(,"TagKeys":["a","b"])")).status == 200);
  CHECK(aws.kms("ListResourceTags", of(key))["Tags"] == "[]");
  CHECK(aws.kms("TagResource", of(key, R"(,"Tags":[{"TagKey":"","TagValue":"1"}])")).message.find("at 'tags.1.member.tagKey'") != std::string::npos);
}

TEST_CASE("a key belongs to its region and account") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string id = key.substr(key.rfind('/') + 1);
  CHECK(aws.kms("DescribeKey", of(id), {}, "eu-west-1").message == "Key 'arn:aws:kms:eu-west-1:000000000000:key/" + id + "' does not exist");
  CHECK(aws.kms("DescribeKey", of(key), {}, "eu-west-1").message == "Invalid arn us-east-1");
  CHECK(aws.kms("ListKeys", "{}", {"111122223333", "test"})["Keys"] == "[]");
}

TEST_CASE("unknown and missing operations, and broken JSON, are answered as AWS answers") {
  AwsTest aws;
  CHECK(aws.kms("Nonsense", "{}").body == R"({"__type":"UnknownOperationException"})");
  CHECK(aws.kms("ListKeys", "{").code == "SerializationException");
  CHECK(aws.kms("ListKeys", "[]").code == "SerializationException");
  CHECK(aws.kms("ListKeys", "").status == 200);
  auto request = aws.signed_kms("ListKeys", "{}");
  std::erase_if(request.headers, [](const auto& header) { return header.name == "X-Amz-Target"; });
  CHECK(aws.send(request).body == R"({"__type":"UnknownOperationException"})");
}
