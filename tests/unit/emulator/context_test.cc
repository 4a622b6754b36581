// The request context, as policies see it: each case is a statement's condition and a call that meets it or
// does not.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "support/aws_test.h"

namespace latchkey::test {
namespace {

std::string conditional(const std::string& action, const std::string& condition) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" + action +
         R"(","Resource":"*","Condition":)" + condition + "}]}";
}

TEST_CASE("the global keys of a user's call are those of its connection, its identity and the time") {
  const auto [condition, met] = GENERATE(table<std::string, bool>({
      {R"({"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}})", true},
      {R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})", false},
      {R"({"Bool":{"aws:SecureTransport":"false"}})", true},
      {R"({"Bool":{"aws:SecureTransport":"true"}})", false},
      {R"({"StringEquals":{"aws:RequestedRegion":"us-east-1"}})", true},
      {R"({"StringEquals":{"aws:RequestedRegion":"eu-west-1"}})", false},
      {R"({"DateEquals":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}})", true},
      {R"({"NumericEquals":{"aws:EpochTime":"1893456000"}})", true},
      {R"({"StringEquals":{"aws:username":"u"}})", true},
      {R"({"StringEquals":{"aws:PrincipalType":"User"}})", true},
      {R"({"StringEquals":{"aws:PrincipalAccount":"000000000000"}})", true},
      {R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::000000000000:user/u"}})", true},
      {R"({"StringLike":{"aws:userid":"AIDA*"}})", true},
      {R"({"StringEquals":{"aws:PrincipalTag/team":"red"}})", true},
      {R"({"StringEquals":{"aws:PrincipalTag/TEAM":"red"}})", true},
      {R"({"StringEquals":{"aws:PrincipalTag/team":"blue"}})", false},
      {R"({"Null":{"aws:MultiFactorAuthPresent":"true"}})", true},
      {R"({"Null":{"aws:TokenIssueTime":"true"}})", true},
      {R"({"Null":{"aws:CalledVia":"true"}})", true},
      {R"({"Bool":{"aws:ViaAWSService":"false"}})", true},
      {R"({"StringEquals":{"kms:CallerAccount":"000000000000"}})", true},
      {R"({"Null":{"kms:ViaService":"true"}})", true},
  }));
  AwsTest aws;
  const Caller user = aws.user("u", conditional("kms:ListKeys", condition));
  aws.iam("TagUser", {{"UserName", "u"}, {"Tags.member.1.Key", "team"}, {"Tags.member.1.Value", "red"}});
  INFO(condition);
  CHECK((aws.kms("ListKeys", "{}", user).status == 200) == met);
}

TEST_CASE("a key's properties, its aliases, its tags and the request's encryption context are conditions") {
  const auto [condition, met] = GENERATE(table<std::string, bool>({
      {R"({"StringEquals":{"kms:KeySpec":"SYMMETRIC_DEFAULT","kms:KeyUsage":"ENCRYPT_DECRYPT","kms:KeyOrigin":"AWS_KMS"}})",
       true},
      {R"({"StringEquals":{"kms:KeySpec":"RSA_2048"}})", false},
      {R"({"Bool":{"kms:MultiRegion":"false"}})", true},
      {R"({"StringEquals":{"kms:RequestAlias":"alias/a"}})", true},
      {R"({"StringEquals":{"kms:RequestAlias":"alias/b"}})", false},
      {R"({"ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/b"}})", true},
      {R"({"ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/c"}})", false},
      {R"({"StringEquals":{"aws:ResourceTag/stage":"prod"}})", true},
      {R"({"StringEquals":{"kms:EncryptionContext:tenant":"a"}})", true},
      {R"({"StringEquals":{"kms:EncryptionContext:TENANT":"a"}})", true},
      {R"({"StringEquals":{"kms:EncryptionContext:tenant":"A"}})", false},
      {R"({"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["tenant","other"]}})", true},
      {R"({"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["other"]}})", false},
      {R"({"StringEquals":{"kms:EncryptionAlgorithm":"SYMMETRIC_DEFAULT"}})", true},
      {R"({"StringEquals":{"aws:ResourceAccount":"000000000000"}})", true},
  }));
  AwsTest aws;
  const std::string key = aws.key(R"({"Tags":[{"TagKey":"stage","TagValue":"prod"}]})");
  for (const char* alias : {"alias/a", "alias/b"}) {
    aws.kms("CreateAlias", R"({"AliasName":")" + std::string(alias) + R"(","TargetKeyId":")" + key + "\"}");
  }
  const Caller user = aws.user("u", conditional("kms:Encrypt", condition));
  INFO(condition);
  const Reply reply = aws.kms(
      "Encrypt", R"({"KeyId":"alias/a","Plaintext":"aGk=","EncryptionContext":{"tenant":"a"}})", user);
  CHECK((reply.status == 200) == met);
}

TEST_CASE("IAM is asked in one region, whichever a request was signed for") {
  AwsTest aws;
  const Caller user =
      aws.user("u", conditional("iam:ListUsers", R"({"StringEquals":{"aws:RequestedRegion":"us-east-1"}})"));
  CHECK(aws.send(aws.signed_query("iam", "ListUsers", {}, user, "eu-central-1")).status == 200);
}

TEST_CASE("deleting an alias does not tell a policy which aliases the key has") {
  AwsTest aws;
  const std::string key = aws.key();
  aws.kms("CreateAlias", R"({"AliasName":"alias/a","TargetKeyId":")" + key + "\"}");
  const Caller user = aws.user(
      "u",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:DeleteAlias","Resource":"arn:aws:kms:*:*:alias/*"},)"
      R"({"Effect":"Allow","Action":["kms:DeleteAlias","kms:DescribeKey"],"Resource":"arn:aws:kms:*:*:key/*","Condition":{"ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/a"}}}]})");
  CHECK(aws.kms("DescribeKey", R"({"KeyId":")" + key + "\"}", user).status == 200);
  CHECK(aws.kms("DeleteAlias", R"({"AliasName":"alias/a"})", user).code == "AccessDeniedException");
}

TEST_CASE("a role's session has its role's ARN and tags, its own tags first, and the time of its token") {
  const auto [condition, met] = GENERATE(table<std::string, bool>({
      {R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::000000000000:role/path/r"}})", true},
      {R"({"StringEquals":{"aws:PrincipalType":"AssumedRole"}})", true},
      {R"({"StringLike":{"aws:userid":"AROA*:s1"}})", true},
      {R"({"StringEquals":{"aws:PrincipalTag/team":"blue"}})", true},
      {R"({"StringEquals":{"aws:PrincipalTag/kind":"app"}})", true},
      {R"({"StringEquals":{"aws:SourceIdentity":"me.1"}})", true},
      {R"({"DateEquals":{"aws:TokenIssueTime":"2030-01-01T00:00:00Z"}})", true},
      {R"({"Bool":{"aws:MultiFactorAuthPresent":"false"}})", true},
      {R"({"Null":{"aws:username":"true"}})", true},
  }));
  AwsTest aws;
  aws.iam(
      "CreateRole",
      {{"RoleName", "r"},
       {"Path", "/path/"},
       {"AssumeRolePolicyDocument",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}]})"}});
  aws.iam("TagRole", {{"RoleName", "r"},
                      {"Tags.member.1.Key", "team"},
                      {"Tags.member.1.Value", "red"},
                      {"Tags.member.2.Key", "kind"},
                      {"Tags.member.2.Value", "app"}});
  aws.iam(
      "PutRolePolicy",
      {{"RoleName", "r"}, {"PolicyName", "p"}, {"PolicyDocument", conditional("kms:ListKeys", condition)}});
  const Reply made = aws.sts("AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/path/r"},
                                            {"RoleSessionName", "s1"},
                                            {"SourceIdentity", "me.1"},
                                            {"Tags.member.1.Key", "team"},
                                            {"Tags.member.1.Value", "blue"}});
  REQUIRE(made.status == 200);
  INFO(condition);
  const Caller session{made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]};
  CHECK((aws.kms("ListKeys", "{}", session).status == 200) == met);
}

TEST_CASE("what a request tags is a condition, key by key and all keys together") {
  const auto [condition, met] = GENERATE(table<std::string, bool>({
      {R"({"StringEquals":{"aws:RequestTag/a":"1"}})", true},
      {R"({"StringEquals":{"aws:RequestTag/a":"2"}})", false},
      {R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}})", true},
      {R"({"ForAllValues:StringEquals":{"aws:TagKeys":["b"]}})", false},
  }));
  AwsTest aws;
  const Caller user = aws.user("u", conditional("iam:*", condition));
  INFO(condition);
  const Reply reply = aws.iam(
      "CreateUser", {{"UserName", "n"}, {"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "1"}}, user);
  CHECK((reply.status == 200) == met);
}

}  // namespace
}  // namespace latchkey::test
