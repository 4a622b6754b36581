#include "least_privilege.h"

#include <catch2/catch.hpp>
#include <functional>

#include "core/json.h"
#include "iam/service.h"
#include "kms/service.h"
#include "sts/service.h"
#include "support/aws_test.h"

namespace latchkey::test {
namespace {

std::string arn(const std::string& name) { return "arn:aws:iam::000000000000:user/" + name; }

// An application: envelope encryption with a context, key look-up by alias, a role, its own user name with a
// star in it.
struct Application {
  AwsTest aws;
  std::string key = aws.key();

  Application() {
    aws.kms("CreateAlias", R"({"AliasName":"alias/master","TargetKeyId":")" + key + "\"}");
    aws.iam(
        "CreateRole",
        {{"RoleName", "helper"},
         {"AssumeRolePolicyDocument",
          R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"e-1"}}}]})"}});
  }

  // Whether every call of the application succeeds.
  bool run(const Caller& caller) {
    const Reply made =
        aws.kms("GenerateDataKey",
                R"({"KeyId":"alias/master","KeySpec":"AES_256","EncryptionContext":{"tenant":"a"}})", caller);
    const std::string blob = made["CiphertextBlob"];
    const Reply opened = aws.kms(
        "Decrypt", R"({"CiphertextBlob":")" + blob + R"(","EncryptionContext":{"tenant":"a"}})", caller);
    bool good = made.status == 200 && opened.status == 200;
    // The same action under two contexts: no condition is certain.
    for (const char* step : {"1", "2"}) {
      good = aws.kms("Encrypt",
                     R"({"KeyId":")" + key + R"(","Plaintext":"aGk=","EncryptionContext":{"step":")" + step +
                         "\"}}",
                     caller)
                     .status == 200 &&
             good;
    }
    good = aws.kms("ListAliases", "{}", caller).status == 200 && good;
    good = aws.sts("AssumeRole",
                   {{"RoleArn", "arn:aws:iam::000000000000:role/helper"},
                    {"RoleSessionName", "s1"},
                    {"ExternalId", "e-1"}},
                   caller)
                   .status == 200 &&
           good;
    return aws.sts("GetCallerIdentity", {}, caller).status == 200 && good;
  }

  Members policy_of(const std::string& principal) {
    return least_privilege_policy(calls_of(aws.journal.list({}), principal));
  }
};

TEST_CASE(
    "the policy made from an administrator's run lets a fresh user run the same, and has no statement too "
    "many") {
  Application app;
  REQUIRE(app.run(app.aws.user("admin", allow("*"))));
  const Members policy = app.policy_of(arn("admin"));
  const List statements = policy.find("Statement")->get<List>();
  INFO(to_json(policy));
  CHECK(statements.size() == 4);
  CHECK(app.run(app.aws.user("fresh", to_json(policy))));
  for (std::size_t left_out = 0; left_out < statements.size(); ++left_out) {
    List rest = statements;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(left_out));
    const Members less{{"Version", "2012-10-17"}, {"Statement", rest}};
    INFO("without statement " << left_out);
    CHECK_FALSE(app.run(app.aws.user("less-" + std::to_string(left_out), to_json(less))));
  }
}

TEST_CASE("what was the same in every call is a condition, what differed is none") {
  Application app;
  app.run(app.aws.user("admin", allow("*")));
  const std::string policy = to_json(app.policy_of(arn("admin")));
  CHECK(policy.find(R"("Condition":{"StringEquals":{"kms:EncryptionContext:tenant":"a"}})") !=
        std::string::npos);
  CHECK(policy.find(R"("sts:ExternalId":"e-1")") != std::string::npos);
  CHECK(policy.find("EncryptionContext:step") == std::string::npos);
  CHECK(policy.find("alias/master") == std::string::npos);  // the key is what was used
  CHECK(policy.find("GetCallerIdentity") == std::string::npos);
}

TEST_CASE("calls that were refused add nothing, calls that were only let through do") {
  Application app;
  app.run(app.aws.user("nobody"));
  CHECK(app.policy_of(arn("nobody")).find("Statement")->get<List>().empty());
  Settings settings;
  settings.enforce_iam = false;
  AwsTest open(settings);
  open.kms("ListKeys", "{}", open.user("nobody"));
  const std::string policy = to_json(least_privilege_policy(calls_of(open.journal.list({}), arn("nobody"))));
  CHECK(policy.find("kms:ListKeys") != std::string::npos);
}

TEST_CASE("a role's ARN stands for all its sessions") {
  AwsTest aws;
  aws.iam(
      "CreateRole",
      {{"RoleName", "r"},
       {"AssumeRolePolicyDocument",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]})"}});
  aws.iam("PutRolePolicy", {{"RoleName", "r"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:*")}});
  for (const char* session : {"s1", "s2"}) {
    const Reply made = aws.sts(
        "AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/r"}, {"RoleSessionName", session}});
    aws.kms("ListKeys", "{}", {made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]});
  }
  CHECK(calls_of(aws.journal.list({}), "arn:aws:iam::000000000000:role/r").size() == 2);
  CHECK(calls_of(aws.journal.list({}), "arn:aws:sts::000000000000:assumed-role/r/s2").size() == 1);
}

TEST_CASE("what is granted and never used is listed, wildcards spelled out") {
  AwsTest aws;
  const std::string key = aws.key();
  const Caller user = aws.user(
      "u",
      R"({"Version":"2012-10-17","Statement":[{"Sid":"used","Effect":"Allow","Action":"kms:ListKeys","Resource":"*"},)"
      R"({"Sid":"part","Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt","kms:*Alias"],"Resource":"*"},)"
      R"({"Sid":"none","Effect":"Allow","Action":"s3:GetObject","Resource":"*"},)"
      R"({"Effect":"Deny","Action":"kms:CreateKey","Resource":"*"}]})");
  aws.kms("ListKeys", "{}", user);
  aws.kms("Encrypt", R"({"KeyId":")" + key + R"(","Plaintext":"aGk="})", user);
  const std::vector<const Service*> services{&kms::service(), &iam::service(), &sts::service()};
  const List unused =
      unused_permissions(aws.store, services, calls_of(aws.journal.list({}), arn("u")), arn("u"));
  REQUIRE(unused.size() == 2);
  CHECK(
      to_json(unused[0]) ==
      R"({"policy":"inline policy inline of user/u","statement":1,"sid":"part","actions":["kms:CreateAlias","kms:Decrypt","kms:DeleteAlias","kms:UpdateAlias"],"resources":["*"],"whole_statement":false})");
  CHECK(
      to_json(unused[1]) ==
      R"({"policy":"inline policy inline of user/u","statement":2,"sid":"none","actions":["s3:GetObject"],"resources":["*"],"whole_statement":true})");
  CHECK_THROWS_WITH(unused_permissions(aws.store, services, {}, arn("absent")),
                    Catch::Contains("there is no user"));
  CHECK_THROWS_WITH(unused_permissions(aws.store, services, {}, "arn:aws:iam::000000000000:root"),
                    Catch::Contains("no policies of its own"));
}

}  // namespace
}  // namespace latchkey::test
