// What a refused caller reads, word for word: one case for every sentence that AWS has for it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
#include <catch2/catch.hpp>

#include "fixtures/load.h"
#include "support/aws_test.h"

namespace latchkey::test {
namespace {

constexpr char kAccount[] = "000000000000";
constexpr char kOther[] = "111122223333";

std::string deny(std::string_view action) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":")" +
         std::string(action) + R"(","Resource":"*"}]})";
}

std::string quoted(std::string_view json) {
  std::string out = "\"";
  for (const char c : json) out += c == '"' ? "\\\"" : std::string(1, c);
  return out + "\"";
}

std::string names_key(const std::string& key) { return R"({"KeyId":")" + key + R"(","Plaintext":"aGk="})"; }

std::string key_policy(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}

constexpr char kDelegate[] =
    R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"kms:*","Resource":"*"})";

void put_key_policy(AwsTest& aws, const std::string& key, const std::string& policy) {
  REQUIRE(aws.kms("PutKeyPolicy", R"({"KeyId":")" + key +
                                      R"(","BypassPolicyLockoutSafetyCheck":true,"Policy":)" +
                                      quoted(policy) + "}")
              .status == 200);
}

std::string user_arn(const std::string& name) {
  return "arn:aws:iam::" + std::string(kAccount) + ":user/" + name;
}

// "User: ARN is not authorized to perform: " and the rest.
std::string sentence(const std::string& arn, const std::string& rest) {
  return "User: " + arn + " is not authorized to perform: " + rest;
}

void check_kms_denial(const Reply& reply, const std::string& message) {
  CHECK(reply.status == 400);
  CHECK(reply.code == "AccessDeniedException");
  CHECK(reply.message == message);
  // A denial's member is written with a capital letter, that of all other errors of KMS is not.
  CHECK(reply.body.find("\"Message\":") != std::string::npos);
}

void check_query_denial(const Reply& reply, const std::string& message) {
  CHECK(reply.status == 403);
  CHECK(reply.code == "AccessDenied");
  CHECK(reply.message == message);
}

TEST_CASE("a missing or failing Allow of the identity is named as such") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string rest =
      "kms:Encrypt on resource: " + key + " because no identity-based policy allows the kms:Encrypt action";
  check_kms_denial(aws.kms("Encrypt", names_key(key), aws.user("nobody")),
                   sentence(user_arn("nobody"), rest));
  const Caller tenant = aws.user(
      "tenant",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:tenant":"a"}}}]})");
  check_kms_denial(aws.kms("Encrypt", names_key(key), tenant), sentence(user_arn("tenant"), rest));
}

TEST_CASE("the key is named by its ARN even where the call named an alias") {
  AwsTest aws;
  const std::string key = aws.key();
  aws.kms("CreateAlias", R"({"AliasName":"alias/a","TargetKeyId":")" + key + "\"}");
  check_kms_denial(
      aws.kms("Encrypt", names_key("alias/a"), aws.user("u")),
      sentence(user_arn("u"), "kms:Encrypt on resource: " + key +
                                  " because no identity-based policy allows the kms:Encrypt action"));
}

TEST_CASE("a key policy that names nobody else leaves the resource-based policy missing") {
  AwsTest aws;
  const std::string key = aws.key();
  const Caller user = aws.user("u", allow("kms:*"));
  aws.user("owner");
  put_key_policy(aws, key,
                 key_policy(R"({"Effect":"Allow","Principal":{"AWS":")" + user_arn("owner") +
                            R"("},"Action":"kms:*","Resource":"*"})"));
  check_kms_denial(
      aws.kms("Encrypt", names_key(key), user),
      sentence(user_arn("u"), "kms:Encrypt on resource: " + key +
                                  " because no resource-based policy allows the kms:Encrypt action"));
}

TEST_CASE("an explicit deny names the kind of policy, and a managed policy by its ARN") {
  AwsTest aws;
  const std::string key = aws.key();
  const auto refused = [&](const Caller& caller, const std::string& arn, const std::string& rest) {
    check_kms_denial(aws.kms("Encrypt", names_key(key), caller),
                     sentence(arn, "kms:Encrypt on resource: " + key + rest));
  };
  refused(aws.user("inline", deny("kms:Encrypt")), user_arn("inline"),
          " with an explicit deny in an identity-based policy");

  const Caller managed = aws.user("managed");
  const std::string policy =
      aws.iam("CreatePolicy", {{"PolicyName", "no-encrypt"}, {"PolicyDocument", deny("kms:Encrypt")}})["Arn"];
  aws.iam("AttachUserPolicy", {{"UserName", "managed"}, {"PolicyArn", policy}});
  refused(managed, user_arn("managed"), " with an explicit deny in an identity-based policy: " + policy);

  const Caller bounded = aws.user("bounded", allow("*"));
  aws.iam("PutUserPermissionsBoundary", {{"UserName", "bounded"}, {"PermissionsBoundary", policy}});
  refused(bounded, user_arn("bounded"), " with an explicit deny in a permissions boundary: " + policy);

  put_key_policy(aws, key,
                 key_policy(std::string(kDelegate) +
                            R"(,{"Effect":"Deny","Principal":"*","Action":"kms:Encrypt","Resource":"*"})"));
  refused(aws.user("plain", allow("*")), user_arn("plain"),
          " with an explicit deny in a resource-based policy");
}

TEST_CASE("calls without a resource are refused on a star") {
  AwsTest aws;
  const Caller user = aws.user("u");
  const std::string policy = aws.iam(
      "CreatePolicy", {{"PolicyName", "no-aliases"}, {"PolicyDocument", deny("kms:ListAliases")}})["Arn"];
  check_kms_denial(aws.kms("CreateKey", "{}", user),
                   sentence(user_arn("u"),
                            "kms:CreateKey on resource: * because no identity-based policy allows the "
                            "kms:CreateKey action"));
  aws.iam("AttachUserPolicy", {{"UserName", "u"}, {"PolicyArn", policy}});
  check_kms_denial(
      aws.kms("ListAliases", "{}", user),
      sentence(
          user_arn("u"),
          "kms:ListAliases on resource: * with an explicit deny in an identity-based policy: " + policy));
}

TEST_CASE("a boundary and a session policy that do not allow are named") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string only_decrypt =
      aws.iam("CreatePolicy", {{"PolicyName", "decrypt"}, {"PolicyDocument", allow("kms:Decrypt")}})["Arn"];
  const Caller bounded = aws.user("bounded", allow("*"));
  aws.iam("PutUserPermissionsBoundary", {{"UserName", "bounded"}, {"PermissionsBoundary", only_decrypt}});
  check_kms_denial(
      aws.kms("Encrypt", names_key(key), bounded),
      sentence(user_arn("bounded"), "kms:Encrypt on resource: " + key +
                                        " because no permissions boundary allows the kms:Encrypt action"));

  aws.iam(
      "CreateRole",
      {{"RoleName", "app"},
       {"AssumeRolePolicyDocument",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]})"}});
  aws.iam("PutRolePolicy", {{"RoleName", "app"}, {"PolicyName", "all"}, {"PolicyDocument", allow("*")}});
  const auto session = [&](const std::string& policy) {
    const Reply reply = aws.sts(
        "AssumeRole",
        {{"RoleArn", "arn:aws:iam::000000000000:role/app"}, {"RoleSessionName", "s1"}, {"Policy", policy}});
    return Caller{reply["AccessKeyId"], reply["SecretAccessKey"], reply["SessionToken"]};
  };
  const std::string arn = "arn:aws:sts::000000000000:assumed-role/app/s1";
  check_kms_denial(aws.kms("Encrypt", names_key(key), session(allow("kms:Decrypt"))),
                   sentence(arn, "kms:Encrypt on resource: " + key +
                                     " because no session policy allows the kms:Encrypt action"));
  check_kms_denial(
      aws.kms("Encrypt", names_key(key), session(deny("kms:Encrypt"))),
      sentence(arn, "kms:Encrypt on resource: " + key + " with an explicit deny in a session policy"));
}

TEST_CASE("control policies of the organization are named, and bind the root user") {
  AwsTest aws;
  const std::string key = aws.key();
  const Caller user = aws.user("u", allow("*"));
  const auto organization = [&](const std::string& kind, const std::string& levels) {
    fixtures::load(R"({"latchkey":1,"accounts":{"000000000000":{")" + kind + "\":" + levels + "}}}",
                   aws.store, aws.random, aws.clock.now(), "us-east-1");
  };
  const std::string start = "kms:Encrypt on resource: " + key;
  organization("scp", "[[" + allow("*") + "],[" + allow("iam:*") + "]]");
  const std::string missing = start + " because no service control policy allows the kms:Encrypt action";
  check_kms_denial(aws.kms("Encrypt", names_key(key), user), sentence(user_arn("u"), missing));
  check_kms_denial(aws.kms("Encrypt", names_key(key)), sentence("arn:aws:iam::000000000000:root", missing));
  organization("scp", "[[" + deny("kms:Encrypt") + "]]");
  check_kms_denial(aws.kms("Encrypt", names_key(key), user),
                   sentence(user_arn("u"), start + " with an explicit deny in a service control policy"));
  organization("scp", "[[" + allow("*") + "]]");
  CHECK(aws.kms("Encrypt", names_key(key), user).status == 200);

  organization("rcp", R"([[{"Version":"2012-10-17","Statement":[)"
                      R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},)"
                      R"({"Effect":"Deny","Principal":"*","Action":"kms:Encrypt","Resource":"*"}]}]])");
  check_kms_denial(aws.kms("Encrypt", names_key(key), user),
                   sentence(user_arn("u"), start + " with an explicit deny in a resource control policy"));
}

TEST_CASE("a key of another account is neither shown nor said to exist") {
  AwsTest aws;
  const std::string key = aws.key("{}", Caller{kOther, "test", ""});
  const Caller user = aws.user("u", allow("*"));
  const std::string hidden =
      " because the resource does not exist in this Region, no resource-based policies allow access, or a "
      "resource-based "
      "policy explicitly denies access";
  check_kms_denial(aws.kms("Encrypt", names_key(key), user),
                   sentence(user_arn("u"), "kms:Encrypt on this resource" + hidden));
  const std::string absent = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  check_kms_denial(aws.kms("Encrypt", names_key(absent), user),
                   sentence(user_arn("u"), "kms:Encrypt on this resource" + hidden));
  const Reply blob = aws.kms("Encrypt", names_key(key), Caller{kOther, "test", ""});
  check_kms_denial(
      aws.kms("Decrypt", R"({"CiphertextBlob":")" + blob["CiphertextBlob"] + "\"}", user),
      sentence(user_arn("u"), "kms:Decrypt on the resource associated with this ciphertext" + hidden));
}

TEST_CASE("a decryption without a key id speaks of the ciphertext's resource") {
  AwsTest aws;
  const std::string key = aws.key();
  const Reply blob = aws.kms("Encrypt", names_key(key));
  check_kms_denial(
      aws.kms("Decrypt", R"({"CiphertextBlob":")" + blob["CiphertextBlob"] + "\"}", aws.user("u")),
      sentence(user_arn("u"),
               "kms:Decrypt on the resource associated with this ciphertext because no "
               "identity-based policy allows the kms:Decrypt action"));
}

TEST_CASE("making an alias takes the permission on both, and the one that is missing is named") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string alias = "arn:aws:kms:us-east-1:000000000000:alias/a";
  const std::string body = R"({"AliasName":"alias/a","TargetKeyId":")" + key + "\"}";
  const auto refused_on = [](const std::string& name, const std::string& resource) {
    return sentence(user_arn(name),
                    "kms:CreateAlias on resource: " + resource +
                        " because no identity-based policy allows the kms:CreateAlias action");
  };
  check_kms_denial(aws.kms("CreateAlias", body, aws.user("key-only", allow("kms:CreateAlias", key))),
                   refused_on("key-only", alias));
  check_kms_denial(aws.kms("CreateAlias", body, aws.user("alias-only", allow("kms:CreateAlias", alias))),
                   refused_on("alias-only", key));
}

TEST_CASE("role trust policies have sentences of their own") {
  AwsTest aws;
  const std::string role = "arn:aws:iam::000000000000:role/r";
  const auto trust = [&](const std::string& statement) {
    const std::string document = R"({"Version":"2012-10-17","Statement":[)" + statement + "]}";
    if (aws.iam("GetRole", {{"RoleName", "r"}}).status == 200) {
      REQUIRE(aws.iam("UpdateAssumeRolePolicy", {{"RoleName", "r"}, {"PolicyDocument", document}}).status ==
              200);
    } else {
      REQUIRE(aws.iam("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", document}}).status ==
              200);
    }
  };
  const auto assume = [&](const Caller& caller, const Parameters& more = {}) {
    Parameters all{{"RoleArn", role}, {"RoleSessionName", "s1"}};
    all.insert(all.end(), more.begin(), more.end());
    return aws.sts("AssumeRole", all, caller);
  };
  const Caller admin = aws.user("admin", allow("*"));
  const Caller nobody = aws.user("nobody");
  const std::string account = R"("Principal":{"AWS":"000000000000"},)";
  const std::string other = R"("Principal":{"AWS":"111122223333"},)";

  trust(R"({"Effect":"Allow",)" + other + R"("Action":"sts:AssumeRole"})");
  check_query_denial(assume(admin), sentence(user_arn("admin"),
                                             "sts:AssumeRole because no role trust policy allows the "
                                             "sts:AssumeRole action"));
  trust(R"({"Effect":"Allow",)" + account + R"("Action":"sts:*"},{"Effect":"Deny","Principal":{"AWS":")" +
        user_arn("admin") + R"("},"Action":"sts:AssumeRole"})");
  check_query_denial(
      assume(admin),
      sentence(user_arn("admin"), "sts:AssumeRole with an explicit deny in the role trust policy"));
  check_query_denial(assume(nobody), sentence(user_arn("nobody"), "sts:AssumeRole on resource: " + role));
  // From another account AWS gives no reason, nor for a role that does not exist.
  const Caller stranger{kOther, "test", ""};
  check_query_denial(assume(stranger),
                     sentence("arn:aws:iam::111122223333:root", "sts:AssumeRole on resource: " + role));
  const std::string absent = "arn:aws:iam::111122223333:role/absent";
  check_query_denial(aws.sts("AssumeRole", {{"RoleArn", absent}, {"RoleSessionName", "s1"}}, admin),
                     sentence(user_arn("admin"), "sts:AssumeRole on resource: " + absent));

  // Tags and a source identity are permissions of their own, on both sides.
  const Caller plain = aws.user("plain", allow("sts:AssumeRole"));
  trust(R"({"Effect":"Allow",)" + account + R"("Action":"sts:*"})");
  check_query_denial(assume(plain, {{"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}}),
                     sentence(user_arn("plain"), "sts:TagSession on resource: " + role));
  check_query_denial(assume(plain, {{"SourceIdentity", "me"}}),
                     sentence(user_arn("plain"), "sts:SetSourceIdentity on resource: " + role));
}

TEST_CASE("root credentials assume no role where the emulator is told to follow AWS") {
  Settings settings;
  settings.root_may_assume_roles = false;
  AwsTest aws(settings);
  check_query_denial(
      aws.sts("AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/r"}, {"RoleSessionName", "s1"}}),
      "Roles may not be assumed by root accounts.");
}

TEST_CASE("sessions cannot make sessions, and cannot call IAM without MFA") {
  AwsTest aws;
  const Caller user = aws.user("u", allow("*"));
  const Reply made = aws.sts("GetSessionToken", {}, user);
  const Caller session{made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]};
  check_query_denial(aws.sts("GetSessionToken", {}, session),
                     "Cannot call GetSessionToken with session credentials");
  check_query_denial(aws.sts("GetFederationToken", {{"Name", "bob"}}, session),
                     "Cannot call GetFederationToken with session credentials");
  const Reply refused = aws.iam("ListUsers", {}, session);
  CHECK(refused.status == 403);
  CHECK(refused.code == "InvalidClientTokenId");
  CHECK(refused.message == "The security token included in the request is invalid");
}

TEST_CASE("IAM's denials name what is about to be made by its ARN") {
  AwsTest aws;
  check_query_denial(
      aws.iam("CreateRole", {{"RoleName", "x"}, {"AssumeRolePolicyDocument", "{}"}}, aws.user("u")),
      sentence(user_arn("u"),
               "iam:CreateRole on resource: arn:aws:iam::000000000000:role/x because no identity-based "
               "policy allows the iam:CreateRole action"));
}

}  // namespace
}  // namespace latchkey::test
