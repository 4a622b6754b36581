#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

const Parameters kAlice{{"UserName", "alice"}};

}  // namespace

TEST_CASE("CreateAccessKey shows the secret once") {
  AwsTest aws;
  check_ok(aws.iam("CreateUser", {{"UserName", "Alice"}}));
  const Reply made = aws.iam("CreateAccessKey", kAlice);
  REQUIRE(made.status == 200);
  CHECK(children(made, "AccessKey") ==
        Names{"UserName", "AccessKeyId", "Status", "SecretAccessKey", "CreateDate"});
  CHECK(made["UserName"] == "Alice");
  CHECK(made["Status"] == "Active");
  CHECK(made["AccessKeyId"].size() == 20);
  CHECK(made["AccessKeyId"].substr(0, 4) == "AKIA");
  CHECK(made["SecretAccessKey"].size() == 40);
  const Reply listed = aws.iam("ListAccessKeys", kAlice);
  CHECK(children(listed, "member") == Names{"UserName", "AccessKeyId", "Status", "CreateDate"});
  CHECK(listed.body.find(made["SecretAccessKey"]) == std::string::npos);
}

TEST_CASE("a user has at most two access keys") {
  AwsTest aws;
  aws.user("alice");
  check_ok(aws.iam("CreateAccessKey", kAlice));
  check_error(aws.iam("CreateAccessKey", kAlice), 409, "LimitExceeded",
              "Cannot exceed quota for AccessKeysPerUser: 2");
  CHECK(walk(aws, "ListAccessKeys", kAlice, "AccessKeyId").size() == 2);
}

TEST_CASE("the root user has no keys to list and gets none made") {
  AwsTest aws;
  CHECK(aws.iam("ListAccessKeys").count("member") == 0);
  CHECK(aws.iam("CreateAccessKey").status == 501);
  check_error(aws.iam("DeleteAccessKey", {{"AccessKeyId", "AKIA0000000000000000"}}), 404, "NoSuchEntity",
              "The Access Key with id AKIA0000000000000000 cannot be found.");
}

TEST_CASE("an inactive access key authenticates nobody until it is active again") {
  AwsTest aws;
  const Caller alice = aws.user("alice", allow("iam:*"));
  const std::string& id = alice.access_key_id;
  check_ok(aws.iam("UpdateAccessKey", {{"UserName", "alice"}, {"AccessKeyId", id}, {"Status", "Inactive"}}));
  CHECK(aws.iam("ListAccessKeys", kAlice)["Status"] == "Inactive");
  CHECK(aws.iam("GetUser", {}, alice).code == "InvalidClientTokenId");
  check_ok(aws.iam("UpdateAccessKey", {{"UserName", "alice"}, {"AccessKeyId", id}, {"Status", "Active"}}));
  check_ok(aws.iam("GetUser", {}, alice));
}

TEST_CASE("a user manages its own keys without giving its name") {
  AwsTest aws;
  const Caller alice = aws.user("alice", allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}"));
  const Reply second = aws.iam("CreateAccessKey", {}, alice);
  check_ok(second);
  CHECK(aws.iam("ListAccessKeys", {}, alice).count("AccessKeyId") == 2);
  check_ok(aws.iam("DeleteAccessKey", {{"AccessKeyId", second["AccessKeyId"]}}, alice));
  CHECK(aws.iam("ListAccessKeys", {}, alice).count("AccessKeyId") == 1);
}

TEST_CASE("access keys are refused where they are not the user's") {
  AwsTest aws;
  const Caller alice = aws.user("alice");
  aws.user("bob");
  const std::string& id = alice.access_key_id;
  const std::string missing = "The Access Key with id " + id + " cannot be found.";
  check_error(aws.iam("DeleteAccessKey", {{"UserName", "bob"}, {"AccessKeyId", id}}), 404, "NoSuchEntity",
              missing);
  check_error(aws.iam("UpdateAccessKey", {{"UserName", "bob"}, {"AccessKeyId", id}, {"Status", "Active"}}),
              404, "NoSuchEntity", missing);
  const Caller other{"111122223333", "test", ""};
  check_ok(aws.iam("CreateUser", kAlice, other));
  check_error(aws.iam("DeleteAccessKey", {{"UserName", "alice"}, {"AccessKeyId", id}}, other), 404,
              "NoSuchEntity", missing);
}

TEST_CASE("UpdateAccessKey refuses a status that is none") {
  AwsTest aws;
  const Caller alice = aws.user("alice");
  const auto [status, code, message] = GENERATE(table<std::string, std::string, std::string>({
      {"active", "ValidationError",
       "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy "
       "enum value "
       "set"},
      {"Expired", "InvalidInput", "The status Expired cannot be set."},
  }));
  check_error(aws.iam("UpdateAccessKey",
                      {{"UserName", "alice"}, {"AccessKeyId", alice.access_key_id}, {"Status", status}}),
              400, code, message);
}

TEST_CASE("a deleted access key authenticates nobody") {
  AwsTest aws;
  const Caller alice = aws.user("alice", allow("iam:*"));
  check_ok(aws.iam("DeleteAccessKey", {{"UserName", "alice"}, {"AccessKeyId", alice.access_key_id}}));
  CHECK(aws.iam("GetUser", {}, alice).code == "InvalidClientTokenId");
  CHECK(aws.iam("ListAccessKeys", kAlice).count("member") == 0);
}

TEST_CASE("GetAccessKeyLastUsed tells when and for what a key was used") {
  AwsTest aws;
  const Caller alice = aws.user("alice", allow("kms:*"));
  const Parameters key{{"AccessKeyId", alice.access_key_id}};
  const Reply never = aws.iam("GetAccessKeyLastUsed", key);
  CHECK(children(never, "GetAccessKeyLastUsedResult") == Names{"UserName", "AccessKeyLastUsed"});
  CHECK(children(never, "AccessKeyLastUsed") == Names{"ServiceName", "Region"});
  CHECK(never["ServiceName"] == "N/A");
  CHECK(never["Region"] == "N/A");
  aws.kms("ListKeys", "{}", alice, "eu-west-1");
  const Reply used = aws.iam("GetAccessKeyLastUsed", key);
  CHECK(children(used, "AccessKeyLastUsed") == Names{"LastUsedDate", "ServiceName", "Region"});
  CHECK(used["LastUsedDate"] == "2030-01-01T00:00:00Z");
  CHECK(used["ServiceName"] == "kms");
  CHECK(used["Region"] == "eu-west-1");
}

TEST_CASE("GetAccessKeyLastUsed refuses keys that are not the account's") {
  AwsTest aws;
  check_error(aws.iam("GetAccessKeyLastUsed", {{"AccessKeyId", "AKIA0000000000000000"}}), 404, "NoSuchEntity",
              "The Access Key with id AKIA0000000000000000 cannot be found.");
  const Caller alice = aws.user("alice");
  const Caller other{"111122223333", "test", ""};
  const Reply refused = aws.iam("GetAccessKeyLastUsed", {{"AccessKeyId", alice.access_key_id}}, other);
  CHECK(refused.status == 403);
  CHECK(refused.code == "AccessDenied");
}

TEST_CASE("the secret of an access key is not in the journal") {
  AwsTest aws;
  const Caller alice = aws.user("alice");
  REQUIRE(aws.log_text.find(alice.secret_access_key) == std::string::npos);
}
