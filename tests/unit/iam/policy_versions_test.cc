#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

const std::string kArn = std::string(kAccountPolicy) + "P";

void make_policy(AwsTest& aws) {
  check_ok(aws.iam("CreatePolicy", {{"PolicyName", "P"}, {"PolicyDocument", allow("kms:ListKeys")}}));
}

Reply add_version(AwsTest& aws, const std::string& action, bool as_default = false) {
  return aws.iam("CreatePolicyVersion", {{"PolicyArn", kArn},
                                         {"PolicyDocument", allow(action)},
                                         {"SetAsDefault", as_default ? "true" : "false"}});
}

}  // namespace

TEST_CASE("a new version is the default only if it is asked for") {
  AwsTest aws;
  make_policy(aws);
  const Reply second = add_version(aws, "kms:ListAliases");
  CHECK(children(second, "PolicyVersion") == Names{"VersionId", "IsDefaultVersion", "CreateDate"});
  CHECK(second["VersionId"] == "v2");
  CHECK(second["IsDefaultVersion"] == "false");
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", kArn}})["DefaultVersionId"] == "v1");
  CHECK(add_version(aws, "kms:*", true)["IsDefaultVersion"] == "true");
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", kArn}})["DefaultVersionId"] == "v3");
}

TEST_CASE("GetPolicyVersion gives the document as it was stored, percent-encoded") {
  AwsTest aws;
  make_policy(aws);
  const Reply got = aws.iam("GetPolicyVersion", {{"PolicyArn", kArn}, {"VersionId", "v1"}});
  CHECK(children(got, "PolicyVersion") == Names{"Document", "VersionId", "IsDefaultVersion", "CreateDate"});
  CHECK(got["Document"] ==
        "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%"
        "22Action%22%3A%22"
        "kms%3AListKeys%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D");
}

TEST_CASE("versions are listed newest first, in pages") {
  AwsTest aws;
  make_policy(aws);
  for (int i = 0; i < 9; ++i) {
    check_ok(add_version(aws, "kms:*", true));
    const std::string oldest = "v" + std::to_string(i + 1);
    if (i < 8) check_ok(aws.iam("DeletePolicyVersion", {{"PolicyArn", kArn}, {"VersionId", oldest}}));
  }
  CHECK(walk(aws, "ListPolicyVersions", {{"PolicyArn", kArn}}, "VersionId") == Names{"v10", "v9"});
}

TEST_CASE("the default version decides what the policy grants") {
  AwsTest aws;
  make_policy(aws);
  const Caller alice = aws.user("alice");
  check_ok(aws.iam("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", kArn}}));
  CHECK(aws.kms("ListKeys", "{}", alice).status == 200);
  check_ok(add_version(aws, "kms:ListAliases", true));
  CHECK(aws.kms("ListKeys", "{}", alice).code == "AccessDeniedException");
  CHECK(aws.kms("ListAliases", "{}", alice).status == 200);
  check_ok(aws.iam("SetDefaultPolicyVersion", {{"PolicyArn", kArn}, {"VersionId", "v1"}}));
  CHECK(aws.kms("ListKeys", "{}", alice).status == 200);
}

TEST_CASE("a policy has at most five versions, and numbers are not used twice") {
  AwsTest aws;
  make_policy(aws);
  for (int i = 0; i < 4; ++i) check_ok(add_version(aws, "kms:*"));
  check_error(
      add_version(aws, "kms:*"), 409, "LimitExceeded",
      "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
      "existing version.");
  check_ok(aws.iam("DeletePolicyVersion", {{"PolicyArn", kArn}, {"VersionId", "v5"}}));
  CHECK(add_version(aws, "kms:*")["VersionId"] == "v6");
}

TEST_CASE("a policy with more than one version cannot be deleted") {
  AwsTest aws;
  make_policy(aws);
  check_ok(add_version(aws, "kms:*", true));
  check_error(
      aws.iam("DeletePolicy", {{"PolicyArn", kArn}}), 409, "DeleteConflict",
      "This policy has more than one version. Before you delete a policy, you must delete the policy's "
      "versions. The default version is deleted with the policy.");
  check_error(aws.iam("DeletePolicyVersion", {{"PolicyArn", kArn}, {"VersionId", "v2"}}), 409,
              "DeleteConflict", "Cannot delete the default version of a policy.");
  check_ok(aws.iam("DeletePolicyVersion", {{"PolicyArn", kArn}, {"VersionId", "v1"}}));
  check_ok(aws.iam("DeletePolicy", {{"PolicyArn", kArn}}));
}

TEST_CASE("a version that does not exist is refused") {
  AwsTest aws;
  make_policy(aws);
  const std::string operation =
      GENERATE("GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion");
  const auto [version, status, code,
              message] = GENERATE_COPY(table<std::string, int, std::string, std::string>({
      {"v2", 404, "NoSuchEntity", "Policy " + kArn + " version v2 does not exist or is not attachable."},
      {"v1.2", 404, "NoSuchEntity", "Policy " + kArn + " version v1.2 does not exist or is not attachable."},
      {"2", 400, "ValidationError",
       "1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy "
       "regular "
       "expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"},
  }));
  check_error(aws.iam(operation, {{"PolicyArn", kArn}, {"VersionId", version}}), status, code, message);
}

TEST_CASE("a malformed document makes no version") {
  AwsTest aws;
  make_policy(aws);
  check_error(aws.iam("CreatePolicyVersion", {{"PolicyArn", kArn}, {"PolicyDocument", "{}"}}), 400,
              "MalformedPolicyDocument", "Syntax errors in policy.");
  CHECK(aws.iam("ListPolicyVersions", {{"PolicyArn", kArn}}).count("VersionId") == 1);
}
