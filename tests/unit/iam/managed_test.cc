// AWS's own managed policies, those that are built in and those that a fixture adds.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "fixtures/load.h"
#include "iam/managed.h"
#include "support/aws_test.h"

namespace latchkey::test {

TEST_CASE(
    "AWS's managed policies are there with their ARNs, and every document is one that can be evaluated") {
  const auto& policies = iam::aws_managed_policies();
  CHECK(policies.size() > 100);
  for (const auto& entry : policies) {
    const ManagedPolicy& policy = *entry;
    INFO(policy.name);
    CHECK(policy.account == "aws");
    CHECK(policy.id.size() == 21);
    CHECK(policy.id.starts_with("ANPA"));
    REQUIRE(policy.versions.size() == 1);
    const auto compiled = policy::compile(policy.versions.front().document.text(), policy::Kind::identity);
    INFO((compiled.error ? compiled.error->message : ""));
    // AssumeRoot's tasks name a resource that nobody else may name; AssumeRoot has them by itself.
    if (policy.path != "/root-task/") CHECK(compiled.policy);
  }
}

TEST_CASE_METHOD(AwsTest, "the policies that users of KMS attach are AWS's, and decide") {
  const auto row = GENERATE(table<std::string, std::string, std::string>({
      {"AdministratorAccess", "ListKeys", "ok"},
      {"PowerUserAccess", "ListKeys", "ok"},
      {"ReadOnlyAccess", "ListKeys", "ok"},
      {"job-function/ViewOnlyAccess", "ListKeys", "ok"},
      {"job-function/ViewOnlyAccess", "CreateKey", "refused"},
      {"SecurityAudit", "ListKeys", "ok"},
      {"AWSKeyManagementServicePowerUser", "ListKeys", "ok"},
      {"AWSKeyManagementServicePowerUser", "CreateKey", "ok"},
      {"IAMFullAccess", "ListKeys", "refused"},
      {"IAMReadOnlyAccess", "ListKeys", "refused"},
      {"ReadOnlyAccess", "CreateKey", "refused"},
      {"SecurityAudit", "CreateKey", "refused"},
      {"service-role/ROSAKMSProviderPolicy", "CreateKey", "refused"},
      {"service-role/AWSLambdaBasicExecutionRole", "ListKeys", "refused"},
      {"service-role/AWSLambdaVPCAccessExecutionRole", "ListKeys", "refused"},
      {"AmazonSSMManagedInstanceCore", "ListKeys", "refused"},
  }));
  INFO(std::get<0>(row) << " " << std::get<1>(row));
  const Caller alice = user("alice");
  const std::string arn = "arn:aws:iam::aws:policy/" + std::get<0>(row);
  REQUIRE(iam("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", arn}}).status == 200);
  CHECK(iam("GetPolicy", {{"PolicyArn", arn}})["AttachmentCount"] == "1");
  CHECK((kms(std::get<1>(row), "{}", alice).status == 200) == (std::get<2>(row) == "ok"));
}

TEST_CASE_METHOD(AwsTest, "a fixture adds more of AWS's policies, or newer ones") {
  fixtures::load(R"({"latchkey":1,"accounts":{
                      "aws":{"policies":[
                        {"ManagedPolicyName":"BrandNew","Path":"/service-role/","PolicyDocument":
                          {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}]}}]},
                      "000000000000":{"users":[{"UserName":"bob","ManagedPolicyArns":["arn:aws:iam::aws:policy/service-role/BrandNew"],
                        "AccessKeys":[{"AccessKeyId":"AKIABOB0000000000001","SecretAccessKey":"secretsecretsecretsecretsecretsecretsecr"}]}]}}})",
                 store, random, clock.now(), "us-east-1");
  const Caller bob{"AKIABOB0000000000001", "secretsecretsecretsecretsecretsecretsecr"};
  CHECK(kms("ListKeys", "{}", bob).status == 200);
  CHECK(kms("ListAliases", "{}", bob).status == 400);
  // It is AWS's: nobody changes it, and every account sees it.
  CHECK(iam("DeletePolicy", {{"PolicyArn", "arn:aws:iam::aws:policy/service-role/BrandNew"}}).code ==
        "AccessDenied");
  CHECK(iam("GetPolicy", {{"PolicyArn", "arn:aws:iam::aws:policy/service-role/BrandNew"}},
            {"111122223333", "test"})
            .status == 200);
  CHECK_THROWS(fixtures::load(R"({"latchkey":1,"accounts":{"aws":{"users":[]}}})", store, random, clock.now(),
                              "us-east-1"));
}

TEST_CASE("ListPolicies goes through an account's policies and AWS's, a page at a time") {
  AwsTest aws;
  for (const char* name : {"c", "A", "b"})
    aws.iam("CreatePolicy",
            {{"PolicyName", name}, {"Path", "/zz/"}, {"PolicyDocument", allow("kms:ListKeys")}});
  for (const char* name : {"Zeta", "Alpha"}) {
    ManagedPolicy policy;
    policy.account = "aws";
    policy.name = name;
    policy.path = "/zz/";
    policy.id = std::string("ANPA") + name;
    policy.versions.push_back({"v1", Document(allow("kms:ListKeys"), policy::Kind::identity), {}});
    aws.store.load(std::move(policy));
  }
  const auto all = [&](const std::string& scope, const std::string& size) {
    std::string names;
    std::string marker;
    for (int page = 0; page < 20; ++page) {
      Parameters in{{"MaxItems", size}, {"Scope", scope}, {"PathPrefix", "/zz/"}};
      if (!marker.empty()) in.emplace_back("Marker", marker);
      const auto reply = aws.iam("ListPolicies", in);
      for (std::size_t at = 0; (at = reply.body.find("<PolicyName>", at)) != std::string::npos; ++at) {
        names += reply.body.substr(at + 12, reply.body.find('<', at + 12) - at - 12) + " ";
      }
      marker = reply["Marker"];
      if (reply["IsTruncated"] != "true") return names;
    }
    return std::string("without end");
  };
  for (const char* size : {"1", "2", "3", "4", "5", "100"}) {
    CHECK(all("All", size) == "A b c Alpha Zeta ");
    CHECK(all("Local", size) == "A b c ");
    CHECK(all("AWS", size) == "Alpha Zeta ");
  }
}

}  // namespace latchkey::test
