#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

struct Kind {
  std::string title, word, member;
};

const Kind kUser{"User", "user", "UserName"};
const Kind kRole{"Role", "role", "RoleName"};

}  // namespace

TEST_CASE("a permissions boundary is set, replaced, shown and removed") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kRole);
  check_ok(aws.iam("Create" + kind.title, {{kind.member, "x"}, {"AssumeRolePolicyDocument", kTrust}}));
  const std::string put = "Put" + kind.title + "PermissionsBoundary";
  const std::string own =
      aws.iam("CreatePolicy", {{"PolicyName", "P"}, {"PolicyDocument", allow("kms:*")}})["Arn"];
  for (const std::string& arn : {std::string(kAdministrator), own}) {
    check_ok(aws.iam(put, {{kind.member, "x"}, {"PermissionsBoundary", arn}}));
    CHECK(aws.iam("Get" + kind.title, {{kind.member, "x"}})["PermissionsBoundaryArn"] == arn);
  }
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", own}})["PermissionsBoundaryUsageCount"] == "1");
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", own}})["AttachmentCount"] == "0");
  check_ok(aws.iam("Delete" + kind.title + "PermissionsBoundary", {{kind.member, "x"}}));
  CHECK(aws.iam("Get" + kind.title, {{kind.member, "x"}}).count("PermissionsBoundary") == 0);
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", own}})["PermissionsBoundaryUsageCount"] == "0");
}

TEST_CASE("a boundary that is no policy is refused") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kRole);
  check_ok(aws.iam("Create" + kind.title, {{kind.member, "x"}, {"AssumeRolePolicyDocument", kTrust}}));
  const auto [arn, status, code, message] = GENERATE(table<std::string, int, std::string, std::string>({
      {"arn:aws:iam::000000000000:policy/none", 404, "NoSuchEntity",
       "Scope ARN: arn:aws:iam::000000000000:policy/none does not exist or is not attachable."},
      {"arn:aws:iam::999999999999:policy/other", 404, "NoSuchEntity",
       "Scope ARN: arn:aws:iam::999999999999:policy/other does not exist or is not attachable."},
      {"arn:aws:iam::000000000000:role/no-policy", 400, "InvalidInput",
       "ARN arn:aws:iam::000000000000:role/no-policy is not valid."},
      {"arn:aws", 400, "ValidationError",
       "1 validation error detected: Value at 'permissionsBoundary' failed to satisfy constraint: Member "
       "must have "
       "length greater than or equal to 20"},
  }));
  check_error(
      aws.iam("Put" + kind.title + "PermissionsBoundary", {{kind.member, "x"}, {"PermissionsBoundary", arn}}),
      status, code, message);
}

TEST_CASE("there is no boundary to remove") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kRole);
  check_ok(aws.iam("Create" + kind.title, {{kind.member, "x"}, {"AssumeRolePolicyDocument", kTrust}}));
  check_error(aws.iam("Delete" + kind.title + "PermissionsBoundary", {{kind.member, "x"}}), 404,
              "NoSuchEntity", "The " + kind.word + " with name x has no permissions boundary.");
}

TEST_CASE("a boundary limits what a user may do") {
  AwsTest aws;
  const Caller alice = aws.user("alice", allow("*"));
  const std::string arn =
      aws.iam("CreatePolicy", {{"PolicyName", "P"}, {"PolicyDocument", allow("kms:ListKeys")}})["Arn"];
  check_ok(aws.iam("PutUserPermissionsBoundary", {{"UserName", "alice"}, {"PermissionsBoundary", arn}}));
  CHECK(aws.kms("ListKeys", "{}", alice).status == 200);
  check_error(
      aws.iam("ListUsers", {}, alice), 403, "AccessDenied",
      "User: arn:aws:iam::000000000000:user/alice is not authorized to perform: iam:ListUsers on resource: "
      "arn:aws:iam::000000000000:user/ because no permissions boundary allows the iam:ListUsers action");
}
