// Access advisor, credential report, instance profiles and passwords: what the sweep over all operations with
// real clients does not look at.
#include "core/json.h"
#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

constexpr char kEc2Trust[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]})";

std::string both(const std::string& action, const std::string& other) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[")" + action + R"(",")" + other +
         R"("],"Resource":"*"}]})";
}

std::string content_of(const Reply& reply) { return base64_decode(reply["Content"]).value_or(""); }

}  // namespace

TEST_CASE("the access advisor knows from the journal who used which service last") {
  AwsTest aws;
  const Caller user = aws.user("worker", both("kms:Encrypt", "s3:GetObject"));
  const std::string key = aws.key();
  const std::string arn = "arn:aws:iam::000000000000:user/worker";
  REQUIRE(aws.kms("Encrypt", R"({"KeyId":")" + key + R"(","Plaintext":"aGk="})", user).status == 200);
  const auto job =
      aws.iam("GenerateServiceLastAccessedDetails", {{"Arn", arn}, {"Granularity", "ACTION_LEVEL"}});
  check_ok(job);
  const auto details = aws.iam("GetServiceLastAccessedDetails", {{"JobId", job["JobId"]}});
  check_ok(details);
  CHECK(details["JobStatus"] == "COMPLETED");
  CHECK(details.count("ServiceNamespace") == 2);  // kms and s3, of which one was used
  CHECK(details.count("LastAuthenticatedEntity") == 1);
  CHECK(details["LastAuthenticatedEntity"] == arn);
  CHECK(details["ActionName"] == "Encrypt");
  const auto entities = aws.iam("GetServiceLastAccessedDetailsWithEntities",
                                {{"JobId", job["JobId"]}, {"ServiceNamespace", "kms"}});
  check_ok(entities);
  CHECK(entities["Name"] == "worker");
  CHECK(aws.iam("GetServiceLastAccessedDetails", {{"JobId", std::string(36, 'x')}}).code == "NoSuchEntity");
  CHECK(aws.iam("GenerateServiceLastAccessedDetails", {{"Arn", "arn:aws:iam::000000000000:user/nobody"}})
            .code == "NoSuchEntity");
}

TEST_CASE("a credential report has a line for every user, and is made anew after four hours") {
  AwsTest aws;
  CHECK(aws.iam("GetCredentialReport").code == "ReportNotPresent");
  aws.user("alice");
  CHECK(aws.iam("GenerateCredentialReport")["State"] == "STARTED");
  CHECK(aws.iam("GenerateCredentialReport")["State"] == "COMPLETE");
  const std::string report = content_of(aws.iam("GetCredentialReport"));
  CHECK(report.find("user,arn,user_creation_time,") == 0);
  CHECK(report.find("\n<root_account>,arn:aws:iam::000000000000:root,") != std::string::npos);
  CHECK(report.find("\nalice,arn:aws:iam::000000000000:user/alice,2030-01-01T00:00:00+00:00,false,N/A,N/A,N/"
                    "A,false,true,") != std::string::npos);
  const auto columns = [](std::string_view line) { return std::count(line.begin(), line.end(), ','); };
  const std::string_view head = std::string_view(report).substr(0, report.find('\n'));
  std::size_t at = 0;
  while ((at = report.find('\n', at)) != std::string::npos) {
    const std::size_t end = report.find('\n', ++at);
    CHECK(columns(std::string_view(report).substr(at, end - at)) == columns(head));
  }
  aws.clock.advance(4 * 3'600'000 + 1);
  CHECK(aws.iam("GetCredentialReport").code == "ReportExpired");
}

TEST_CASE("whoever adds a role to an instance profile must be allowed to pass it") {
  AwsTest aws;
  check_ok(aws.iam("CreateRole", {{"RoleName", "app"}, {"AssumeRolePolicyDocument", kEc2Trust}}));
  check_ok(aws.iam("CreateInstanceProfile", {{"InstanceProfileName", "app"}}));
  const Parameters add{{"InstanceProfileName", "app"}, {"RoleName", "app"}};
  const auto refused =
      aws.iam("AddRoleToInstanceProfile", add, aws.user("half", allow("iam:AddRoleToInstanceProfile")));
  CHECK(refused.code == "AccessDenied");
  CHECK(refused.message.find("iam:PassRole on resource: arn:aws:iam::000000000000:role/app") !=
        std::string::npos);
  check_ok(aws.iam("AddRoleToInstanceProfile", add,
                   aws.user("whole", both("iam:AddRoleToInstanceProfile", "iam:PassRole"))));
  CHECK(aws.iam("DeleteRole", {{"RoleName", "app"}}).message ==
        "Cannot delete entity, must remove roles from instance profile first.");
}

TEST_CASE("a user changes its own password, under the account's policy") {
  AwsTest aws;
  const Caller user = aws.user("alice", allow("iam:ChangePassword"));
  check_ok(aws.iam("CreateLoginProfile", {{"UserName", "alice"}, {"Password", "First-Password"}}));
  const auto change = [&](const std::string& from, const std::string& to) {
    return aws.iam("ChangePassword", {{"OldPassword", from}, {"NewPassword", to}}, user);
  };
  CHECK(change("wrong", "Second-Password").code == "AccessDenied");
  CHECK(change("First-Password", "alllowercase").code == "PasswordPolicyViolation");
  check_ok(change("First-Password", "Second-Password"));
  CHECK(change("First-Password", "Third-Password").code == "AccessDenied");
  check_ok(aws.iam("UpdateAccountPasswordPolicy", {{"PasswordReusePrevention", "2"}}));
  CHECK(change("Second-Password", "Second-Password").code == "PasswordPolicyViolation");
  check_ok(change("Second-Password", "Third-Password"));
  CHECK(aws.iam("ChangePassword", {{"OldPassword", "a"}, {"NewPassword", "b"}}).code == "InvalidUserType");
  // Nothing of a password shows in the journal.
  for (const auto& entry : aws.journal.list({.action = "iam:ChangePassword"})) {
    CHECK(to_json(entry->parameters).find("Password\":\"Second") == std::string::npos);
  }
}

TEST_CASE("a user goes only without anything of its own") {
  AwsTest aws;
  check_ok(aws.iam("CreateUser", {{"UserName", "u"}}));
  const auto refused = [&] { return aws.iam("DeleteUser", {{"UserName", "u"}}).message; };
  check_ok(aws.iam("CreateLoginProfile", {{"UserName", "u"}, {"Password", "First-Password"}}));
  CHECK(refused() == "Cannot delete entity, must delete login profile first.");
  // What belongs to a user stays with it under another name.
  check_ok(aws.iam("UpdateUser", {{"UserName", "u"}, {"NewUserName", "v"}}));
  check_ok(aws.iam("DeleteLoginProfile", {{"UserName", "v"}}));
  check_ok(aws.iam("CreateServiceSpecificCredential",
                   {{"UserName", "v"}, {"ServiceName", "codecommit.amazonaws.com"}}));
  CHECK(aws.iam("DeleteUser", {{"UserName", "v"}}).message ==
        "Cannot delete entity, must remove referenced objects first.");
}

TEST_CASE("an account has one alias, and no other account can have it") {
  AwsTest aws;
  CHECK(aws.iam("CreateAccountAlias", {{"AccountAlias", "a--b"}}).code == "ValidationError");
  check_ok(aws.iam("CreateAccountAlias", {{"AccountAlias", "first"}}));
  check_ok(aws.iam("CreateAccountAlias", {{"AccountAlias", "second"}}));
  CHECK(aws.iam("ListAccountAliases").count("member") == 1);
  CHECK(aws.iam("CreateAccountAlias", {{"AccountAlias", "second"}}, {"111122223333", "test"}).code ==
        "EntityAlreadyExists");
  CHECK(aws.iam("DeleteAccountAlias", {{"AccountAlias", "first"}}).code == "NoSuchEntity");
}
