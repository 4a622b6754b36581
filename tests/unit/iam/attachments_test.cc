#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

struct Kind {
  std::string title, member;
};

const Kind kUser{"User", "UserName"};
const Kind kGroup{"Group", "GroupName"};
const Kind kRole{"Role", "RoleName"};

void make(AwsTest& aws, const Kind& kind) {
  check_ok(aws.iam("Create" + kind.title, {{kind.member, "x"}, {"AssumeRolePolicyDocument", kTrust}}));
}

std::string make_policy(AwsTest& aws, const std::string& name, const std::string& path = "/") {
  return aws.iam("CreatePolicy",
                 {{"PolicyName", name}, {"Path", path}, {"PolicyDocument", allow("kms:*")}})["Arn"];
}

Reply attach(AwsTest& aws, const Kind& kind, const std::string& arn) {
  return aws.iam("Attach" + kind.title + "Policy", {{kind.member, "x"}, {"PolicyArn", arn}});
}

Reply detach(AwsTest& aws, const Kind& kind, const std::string& arn) {
  return aws.iam("Detach" + kind.title + "Policy", {{kind.member, "x"}, {"PolicyArn", arn}});
}

}  // namespace

TEST_CASE("attached policies are listed by name, once, and filtered by path") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kGroup, kRole);
  make(aws, kind);
  const std::string list = "ListAttached" + kind.title + "Policies";
  const std::string b = make_policy(aws, "b", "/x/");
  const std::string a = make_policy(aws, "A");
  for (const std::string& arn : {b, a, b, std::string(kAdministrator)}) check_ok(attach(aws, kind, arn));
  const Parameters named{{kind.member, "x"}};
  CHECK(walk(aws, list, named, "PolicyArn") == Names{a, b, kAdministrator});
  const Reply listed = aws.iam(list, named);
  CHECK(children(listed, list + "Result") == Names{"AttachedPolicies", "IsTruncated"});
  CHECK(children(listed, "member") == Names{"PolicyName", "PolicyArn"});
  CHECK(walk(aws, list, {{kind.member, "x"}, {"PathPrefix", "/x/"}}, "PolicyName") == Names{"b"});
  check_ok(detach(aws, kind, b));
  CHECK(walk(aws, list, named, "PolicyName") == Names{"A", "AdministratorAccess"});
}

TEST_CASE("policies that do not exist cannot be attached") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kGroup, kRole);
  make(aws, kind);
  make_policy(aws, "P", "/x/");
  const auto [arn, status, code, message] = GENERATE(table<std::string, int, std::string, std::string>({
      {"arn:aws:iam::000000000000:policy/P", 404, "NoSuchEntity",
       "Policy arn:aws:iam::000000000000:policy/P does not exist or is not attachable."},
      {"arn:aws:iam::aws:policy/NoSuch", 404, "NoSuchEntity",
       "Policy arn:aws:iam::aws:policy/NoSuch does not exist or is not attachable."},
      {"AdministratorAccess of AWS", 400, "ValidationError", "Invalid ARN:  Could not be parsed!"},
      {"arn:aws:iam::000000000000:user/alice", 400, "InvalidInput",
       "ARN arn:aws:iam::000000000000:user/alice is not valid."},
  }));
  check_error(attach(aws, kind, arn), status, code, message);
}

TEST_CASE("policies that are not attached cannot be detached") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kGroup, kRole);
  make(aws, kind);
  const std::string there = make_policy(aws, "P", "/x/");
  for (const std::string& arn : {there, std::string(kAccountPolicy) + "none", std::string(kAdministrator)}) {
    check_error(detach(aws, kind, arn), 404, "NoSuchEntity", "Policy " + arn + " was not found.");
  }
  check_ok(attach(aws, kind, there));
  check_error(detach(aws, kind, "arn:aws:iam::000000000000:policy/P"), 404, "NoSuchEntity",
              "Policy arn:aws:iam::000000000000:policy/P was not found.");
}

TEST_CASE("ten policies can be attached, and the eleventh cannot") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kGroup, kRole);
  make(aws, kind);
  for (int i = 0; i < 10; ++i) check_ok(attach(aws, kind, make_policy(aws, "P" + std::to_string(i))));
  check_ok(attach(aws, kind, std::string(kAccountPolicy) + "P3"));
  check_error(attach(aws, kind, make_policy(aws, "P10")), 409, "LimitExceeded",
              "Cannot exceed quota for PoliciesPer" + kind.title + ": 10");
}

TEST_CASE("what is attached to a user counts at once") {
  AwsTest aws;
  const Caller alice = aws.user("x");
  CHECK(aws.kms("ListKeys", "{}", alice).code == "AccessDeniedException");
  check_ok(attach(aws, kUser, kAdministrator));
  CHECK(aws.kms("ListKeys", "{}", alice).status == 200);
  check_ok(detach(aws, kUser, kAdministrator));
  CHECK(aws.kms("ListKeys", "{}", alice).code == "AccessDeniedException");
}
