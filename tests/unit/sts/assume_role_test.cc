#include <catch2/catch.hpp>

#include "support/aws_test.h"

using namespace latchkey;
using latchkey::test::allow;
using latchkey::test::AwsTest;
using latchkey::test::Caller;
using latchkey::test::Parameters;

namespace {

constexpr char kRole[] = "arn:aws:iam::000000000000:role/app";

std::string trust(const std::string& principal, const std::string& action = R"("sts:AssumeRole")",
                  const std::string& more = "") {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":")" + principal + R"("},"Action":)" +
         action + more + "}]}";
}

void make_role(AwsTest& aws, const std::string& document, const Parameters& more = {}) {
  Parameters parameters{{"RoleName", "app"}, {"AssumeRolePolicyDocument", document}};
  parameters.insert(parameters.end(), more.begin(), more.end());
  const auto made = aws.iam("CreateRole", parameters);
  INFO(made.body);
  REQUIRE(made.status == 200);
}

Parameters assume(const Parameters& more = {}) {
  Parameters out{{"RoleArn", kRole}, {"RoleSessionName", "s1"}};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

Caller session_of(const test::Reply& reply) {
  return {reply["AccessKeyId"], reply["SecretAccessKey"], reply["SessionToken"]};
}

}  // namespace

TEST_CASE("everybody may ask who they are, even against a Deny") {
  AwsTest aws;
  CHECK(aws.sts("GetCallerIdentity")["Arn"] == "arn:aws:iam::000000000000:root");
  CHECK(aws.sts("GetCallerIdentity")["UserId"] == "000000000000");
  CHECK(aws.sts("GetCallerIdentity", {}, {"111122223333", "test"})["Account"] == "111122223333");
  const Caller user = aws.user("u", R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]})");
  const auto me = aws.sts("GetCallerIdentity", {}, user);
  CHECK(me["Arn"] == "arn:aws:iam::000000000000:user/u");
  CHECK(me["UserId"].starts_with("AIDA"));
}

TEST_CASE("a user whom the trust policy names becomes the role's session") {
  AwsTest aws;
  const Caller user = aws.user("u");
  make_role(aws, trust("arn:aws:iam::000000000000:user/u"));
  const auto assumed = aws.sts("AssumeRole", assume(), user);
  REQUIRE(assumed.status == 200);
  CHECK(assumed["Arn"] == "arn:aws:sts::000000000000:assumed-role/app/s1");
  CHECK(assumed["AssumedRoleId"].ends_with(":s1"));
  CHECK(assumed["AccessKeyId"].starts_with("ASIA"));
  CHECK(assumed["Expiration"] == "2030-01-01T01:00:00Z");
  CHECK(assumed.count("PackedPolicySize") == 0);
  const auto me = aws.sts("GetCallerIdentity", {}, session_of(assumed));
  CHECK(me["Arn"] == assumed["Arn"]);
  CHECK(me["UserId"] == assumed["AssumedRoleId"]);
}

TEST_CASE("a trust policy that delegates to the account needs the identity's permission too") {
  AwsTest aws;
  const Caller nobody = aws.user("nobody");
  const Caller allowed = aws.user("allowed", allow("sts:AssumeRole", kRole));
  make_role(aws, trust("arn:aws:iam::000000000000:root"));
  CHECK(aws.sts("AssumeRole", assume(), allowed).status == 200);
  const auto refused = aws.sts("AssumeRole", assume(), nobody);
  CHECK(refused.status == 403);
  CHECK(refused.code == "AccessDenied");
  CHECK(refused.message == std::string("User: arn:aws:iam::000000000000:user/nobody is not authorized to perform: sts:AssumeRole on resource: ") + kRole);
}

TEST_CASE("refusals by the trust policy have their own words, and a role that is not there tells nothing") {
  AwsTest aws;
  const Caller user = aws.user("u", allow("sts:AssumeRole"));
  aws.user("other");
  make_role(aws, trust("arn:aws:iam::000000000000:user/other"));
  CHECK(aws.sts("AssumeRole", assume(), user).message ==
        "User: arn:aws:iam::000000000000:user/u is not authorized to perform: sts:AssumeRole because no role trust policy allows the sts:AssumeRole action");
  const auto none = aws.sts("AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/none"}, {"RoleSessionName", "s1"}}, user);
  CHECK(none.message == "User: arn:aws:iam::000000000000:user/u is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/none");
  // Under another path it is another role.
  const auto path = aws.sts("AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/x/app"}, {"RoleSessionName", "s1"}}, user);
  CHECK(path.status == 403);
}

TEST_CASE("the external id is a condition like any other") {
  AwsTest aws;
  const Caller user = aws.user("u");
  make_role(aws, trust("arn:aws:iam::000000000000:user/u", R"("sts:AssumeRole")",
                       R"(,"Condition":{"StringEquals":{"sts:ExternalId":"42"}})"));
  CHECK(aws.sts("AssumeRole", assume(), user).status == 403);
  CHECK(aws.sts("AssumeRole", assume({{"ExternalId", "43"}}), user).status == 403);
  CHECK(aws.sts("AssumeRole", assume({{"ExternalId", "42"}}), user).status == 200);
}

TEST_CASE("tags and source identities need permissions of their own") {
  AwsTest aws;
  const Caller user = aws.user("u");
  make_role(aws, trust("arn:aws:iam::000000000000:user/u"));
  const Parameters tags{{"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}};
  const auto refused = aws.sts("AssumeRole", assume(tags), user);
  CHECK(refused.status == 403);
  CHECK(refused.message.find("sts:TagSession") != std::string::npos);
  CHECK(aws.sts("AssumeRole", assume({{"SourceIdentity", "me"}}), user).message.find("sts:SetSourceIdentity") != std::string::npos);
  REQUIRE(aws.iam("UpdateAssumeRolePolicy", {{"RoleName", "app"}, {"PolicyDocument", trust("arn:aws:iam::000000000000:user/u", R"(["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"])")}}).status == 200);
  const auto assumed = aws.sts("AssumeRole", assume({{"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}, {"SourceIdentity", "me"}}), user);
  CHECK(assumed.status == 200);
  CHECK(assumed["SourceIdentity"] == "me");
  CHECK(assumed.count("PackedPolicySize") == 1);
}

TEST_CASE("wrong inputs of AssumeRole get AWS's sentence") {
  AwsTest aws;
  const Caller user = aws.user("u");
  make_role(aws, trust("arn:aws:iam::000000000000:user/u", R"(["sts:AssumeRole","sts:TagSession"])"));
  const auto [name, value, code, message] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"RoleArn", "nothing-valid-in-here", "ValidationError", "nothing-valid-in-here is invalid"},
      {"RoleSessionName", "Session1:2", "ValidationError", "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"},
      {"DurationSeconds", "899", "ValidationError", "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
      {"DurationSeconds", "3601", "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
      {"TransitiveTagKeys.member.1", "x", "InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."},
      {"TokenCode", "123456", "AccessDenied", "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."},
      {"Policy", "{", "MalformedPolicyDocument", ""},
      {"PolicyArns.member.1.arn", "arn:aws:iam::000000000000:policy/none", "MalformedPolicyDocument", "Policy arn:aws:iam::000000000000:policy/none does not exist or is not attachable."},
  }));
  Parameters parameters = assume();
  std::erase_if(parameters, [&, n = name](const auto& parameter) { return parameter.first == n; });
  parameters.emplace_back(name, value);
  CAPTURE(name, value);
  const auto reply = aws.sts("AssumeRole", parameters, user);
  CHECK(reply.code == code);
  if (!message.empty()) CHECK(reply.message == message);
  const auto twice = aws.sts("AssumeRole", assume({{"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "1"}, {"Tags.member.2.Key", "K"}, {"Tags.member.2.Value", "2"}}), user);
  CHECK(twice.message == "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
}

TEST_CASE("sessions expire by the emulator's clock, and say so in each protocol") {
  AwsTest aws;
  const Caller user = aws.user("u");
  make_role(aws, trust("arn:aws:iam::000000000000:user/u"));
  const Caller session = session_of(aws.sts("AssumeRole", assume({{"DurationSeconds", "900"}}), user));
  aws.clock.advance(899'000);
  CHECK(aws.sts("GetCallerIdentity", {}, session).status == 200);
  aws.clock.advance(1'000);
  const auto sts = aws.sts("GetCallerIdentity", {}, session);
  CHECK(sts.status == 403);
  CHECK(sts.code == "ExpiredToken");
  CHECK(sts.message == "The security token included in the request is expired");
  const auto kms = aws.kms("ListKeys", "{}", session);
  CHECK(kms.status == 400);
  CHECK(kms.code == "ExpiredTokenException");
}

TEST_CASE("a session without its token, with a changed one, or of a role that is gone is unknown") {
  AwsTest aws;
  const Caller user = aws.user("u");
  make_role(aws, trust("arn:aws:iam::000000000000:user/u"));
  const Caller session = session_of(aws.sts("AssumeRole", assume(), user));
  Caller without = session;
  without.session_token.clear();
  CHECK(aws.sts("GetCallerIdentity", {}, without).message == "The security token included in the request is invalid.");
  Caller changed = session;
  changed.session_token[20] = changed.session_token[20] == 'A' ? 'B' : 'A';
  CHECK(aws.sts("GetCallerIdentity", {}, changed).message == "The security token included in the request is invalid");
  Caller long_term = user;
  long_term.session_token = session.session_token;
  CHECK(aws.sts("GetCallerIdentity", {}, long_term).code == "InvalidClientTokenId");
  REQUIRE(aws.iam("DeleteRole", {{"RoleName", "app"}}).status == 200);
  make_role(aws, trust("arn:aws:iam::000000000000:user/u"));
  CHECK(aws.sts("GetCallerIdentity", {}, session).code == "InvalidClientTokenId");
}

TEST_CASE("a session policy only narrows") {
  AwsTest aws;
  const Caller user = aws.user("u");
  make_role(aws, trust("arn:aws:iam::000000000000:user/u"));
  const std::string key = aws.key();
  REQUIRE(aws.iam("PutRolePolicy", {{"RoleName", "app"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:*")}}).status == 200);
  const Caller session = session_of(aws.sts("AssumeRole", assume({{"Policy", allow("kms:DescribeKey")}}), user));
  CHECK(aws.kms("DescribeKey", R"({"KeyId":")" + key + "\"}", session).status == 200);
  const auto refused = aws.kms("DisableKey", R"({"KeyId":")" + key + "\"}", session);
  CHECK(refused.message == "User: arn:aws:sts::000000000000:assumed-role/app/s1 is not authorized to perform: kms:DisableKey on resource: " + key + " because no session policy allows the kms:DisableKey action");
  const Caller wide = session_of(aws.sts("AssumeRole", assume({{"Policy", allow("iam:ListUsers")}}), user));
  CHECK(aws.iam("ListUsers", {}, wide).status == 403);
}

TEST_CASE("chained sessions last an hour at most") {
  AwsTest aws;
  const Caller user = aws.user("u");
  make_role(aws, trust("000000000000"), {{"MaxSessionDuration", "43200"}});
  REQUIRE(aws.iam("PutUserPolicy", {{"UserName", "u"}, {"PolicyName", "p"}, {"PolicyDocument", allow("sts:AssumeRole")}}).status == 200);
  REQUIRE(aws.iam("PutRolePolicy", {{"RoleName", "app"}, {"PolicyName", "p"}, {"PolicyDocument", allow("sts:AssumeRole")}}).status == 200);
  const auto first = aws.sts("AssumeRole", assume({{"DurationSeconds", "43200"}}), user);
  REQUIRE(first.status == 200);
  CHECK(aws.sts("AssumeRole", assume({{"DurationSeconds", "3601"}}), session_of(first)).message == "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
  CHECK(aws.sts("AssumeRole", assume(), session_of(first)).status == 200);
}

TEST_CASE("root may assume roles unless AWS's own rule is asked for") {
  AwsTest lenient;
  make_role(lenient, trust("000000000000"));
  CHECK(lenient.sts("AssumeRole", assume()).status == 200);
  AwsTest strict(Settings{.root_may_assume_roles = false});
  make_role(strict, trust("000000000000"));
  CHECK(strict.sts("AssumeRole", assume()).message == "Roles may not be assumed by root accounts.");
}

TEST_CASE("a role shows when and where a session of it was last used") {
  AwsTest aws;
  make_role(aws, trust("arn:aws:iam::000000000000:root"));
  CHECK(aws.iam("GetRole", {{"RoleName", "app"}})["LastUsedDate"].empty());
  const Caller session = session_of(aws.sts("AssumeRole", assume()));
  CHECK(aws.iam("GetRole", {{"RoleName", "app"}})["LastUsedDate"].empty());
  aws.clock.advance(60'000);
  REQUIRE(aws.sts("GetCallerIdentity", {}, session).status == 200);
  CHECK(aws.iam("GetRole", {{"RoleName", "app"}})["LastUsedDate"] == "2030-01-01T00:01:00Z");
  CHECK(aws.iam("GetRole", {{"RoleName", "app"}})["Region"] == "us-east-1");
}

TEST_CASE("GetSessionToken's credentials are the user's, without IAM and without another session token") {
  AwsTest aws;
  const Caller user = aws.user("u", allow("*"));
  const auto made = aws.sts("GetSessionToken", {{"DurationSeconds", "900"}}, user);
  REQUIRE(made.status == 200);
  CHECK(made["Expiration"] == "2030-01-01T00:15:00Z");
  const Caller session = session_of(made);
  CHECK(aws.sts("GetCallerIdentity", {}, session)["Arn"] == "arn:aws:iam::000000000000:user/u");
  CHECK(aws.kms("ListKeys", "{}", session).status == 200);
  const auto iam = aws.iam("ListUsers", {}, session);
  CHECK(iam.status == 403);
  CHECK(iam.code == "InvalidClientTokenId");
  CHECK(aws.sts("GetSessionToken", {}, session).message == "Cannot call GetSessionToken with session credentials");
}
