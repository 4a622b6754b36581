#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

// What the operations on users, groups and roles differ in.
struct Kind {
  std::string title, word, member;
  std::size_t most;
  Parameters named(const Parameters& more = {}) const {
    Parameters out{{member, "x"}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
};

const Kind kUser{"User", "user", "UserName", 2048};
const Kind kGroup{"Group", "group", "GroupName", 5120};
const Kind kRole{"Role", "role", "RoleName", 10240};

void make(AwsTest& aws, const Kind& kind) {
  check_ok(aws.iam("Create" + kind.title, kind.named({{"AssumeRolePolicyDocument", kTrust}})));
}

// A document of so many characters.
std::string document_of(std::size_t size) {
  const std::string around = allow("kms:*", "arn:aws:kms:*:*:");
  return allow("kms:*", "arn:aws:kms:*:*:" + std::string(size - around.size(), 'k'));
}

}  // namespace

TEST_CASE("an inline policy comes back as it was given, percent-encoded") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kGroup, kRole);
  make(aws, kind);
  const Parameters policy{{"PolicyName", "P"}, {"PolicyDocument", "  " + allow("kms:*") + "\n"}};
  check_ok(aws.iam("Put" + kind.title + "Policy", kind.named(policy)));
  const Reply got = aws.iam("Get" + kind.title + "Policy", kind.named({{"PolicyName", "P"}}));
  CHECK(children(got, "Get" + kind.title + "PolicyResult") ==
        Names{kind.member, "PolicyName", "PolicyDocument"});
  CHECK(got["PolicyDocument"] ==
        "%20%20%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%"
        "22Action%22"
        "%3A%22kms%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D%0A");
}

TEST_CASE("inline policies are replaced, listed by name and deleted") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kGroup, kRole);
  make(aws, kind);
  const std::string list = "List" + kind.title + "Policies";
  CHECK(children(aws.iam(list, kind.named()), list + "Result") == Names{"PolicyNames", "IsTruncated"});
  for (const char* name : {"b", "a", "b"}) {
    check_ok(aws.iam("Put" + kind.title + "Policy",
                     kind.named({{"PolicyName", name}, {"PolicyDocument", allow("kms:*")}})));
  }
  CHECK(walk(aws, list, kind.named(), "member") == Names{"a", "b"});
  check_ok(aws.iam("Delete" + kind.title + "Policy", kind.named({{"PolicyName", "a"}})));
  CHECK(walk(aws, list, kind.named(), "member") == Names{"b"});
}

TEST_CASE("an inline policy that does not exist is refused") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kGroup, kRole);
  make(aws, kind);
  const std::string verb = GENERATE("Get", "Delete");
  check_error(aws.iam(verb + kind.title + "Policy", kind.named({{"PolicyName", "none"}})), 404,
              "NoSuchEntity", "The " + kind.word + " policy with name none cannot be found.");
}

TEST_CASE("inline policies together stay below the quota of characters that are not white space") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kGroup, kRole);
  make(aws, kind);
  const std::string put = "Put" + kind.title + "Policy";
  const std::size_t half = kind.most / 2;
  check_ok(aws.iam(put, kind.named({{"PolicyName", "a"}, {"PolicyDocument", document_of(half)}})));
  check_ok(
      aws.iam(put, kind.named({{"PolicyName", "b"}, {"PolicyDocument", document_of(half) + "\t \r\n"}})));
  const std::string message =
      "Maximum policy size of " + std::to_string(kind.most) + " bytes exceeded for " + kind.word + " x";
  check_error(aws.iam(put, kind.named({{"PolicyName", "b"}, {"PolicyDocument", document_of(half + 1)}})), 409,
              "LimitExceeded", message);
  check_error(aws.iam(put, kind.named({{"PolicyName", "c"}, {"PolicyDocument", allow("kms:*")}})), 409,
              "LimitExceeded", message);
  CHECK(walk(aws, "List" + kind.title + "Policies", kind.named(), "member") == Names{"a", "b"});
}

TEST_CASE("a malformed inline policy is refused and changes nothing") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kGroup, kRole);
  make(aws, kind);
  const auto [document, code, message] = GENERATE(table<std::string, std::string, std::string>({
      {"{", "MalformedPolicyDocument", "Syntax errors in policy."},
      {kTrust, "MalformedPolicyDocument", "Policy document should not specify a principal."},
      {R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*"}]})",
       "MalformedPolicyDocument", "Policy statement must contain resources."},
      {R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*"}]})",
       "MalformedPolicyDocument", "Policy statement must contain actions."},
      {"", "ValidationError",
       "1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: Member must "
       "have length "
       "greater than or equal to 1"},
  }));
  check_error(
      aws.iam("Put" + kind.title + "Policy", kind.named({{"PolicyName", "p"}, {"PolicyDocument", document}})),
      400, code, message);
  CHECK(walk(aws, "List" + kind.title + "Policies", kind.named(), "member").empty());
}
