#include <catch2/catch.hpp>

#include "core/json.h"
#include "support/aws_test.h"

namespace latchkey::test {
namespace {

std::string arn(const std::string& name) { return "arn:aws:iam::000000000000:user/" + name; }

struct Grants {
  AwsTest aws;
  std::string key = aws.key();
  Caller grantee = aws.user("grantee");
  Caller retirer = aws.user("retirer");

  Reply create(const std::string& more, const Caller& caller = {}) {
    return aws.kms("CreateGrant",
                   R"({"KeyId":")" + key + R"(","GranteePrincipal":")" + arn("grantee") + "\"," + more + "}",
                   caller);
  }
  Reply encrypt(const Caller& caller, const std::string& context = "{}") {
    return aws.kms("Encrypt",
                   R"({"KeyId":")" + key + R"(","Plaintext":"aGk=","EncryptionContext":)" + context + "}",
                   caller);
  }
  std::string on_key(const std::string& more = "") { return R"({"KeyId":")" + key + "\"" + more + "}"; }
  std::size_t count() {
    return aws.kms("ListGrants", on_key()).document.get<Members>().find("Grants")->get<List>().size();
  }
};

TEST_CASE("a grant lets its grantee do its operations on its key, and nothing else") {
  Grants grants;
  CHECK(grants.encrypt(grants.grantee).code == "AccessDeniedException");
  const Reply made = grants.create(R"("Operations":["Encrypt","DescribeKey"],"Name":"g")");
  REQUIRE(made.status == 200);
  CHECK(made["GrantId"].size() == 64);
  CHECK(grants.encrypt(grants.grantee).status == 200);
  CHECK(grants.aws.kms("DescribeKey", grants.on_key(), grants.grantee).status == 200);
  CHECK(grants.aws.kms("DisableKey", grants.on_key(), grants.grantee).code == "AccessDeniedException");
  CHECK(grants.encrypt(grants.retirer).code == "AccessDeniedException");
  const std::string other = grants.aws.key();
  CHECK(grants.aws.kms("DescribeKey", R"({"KeyId":")" + other + "\"}", grants.grantee).code ==
        "AccessDeniedException");
  // The explanation names the grant.
  const Reply allowed = grants.encrypt(grants.grantee);
  const auto entry = grants.aws.journal.find(allowed.request_id);
  REQUIRE(entry);
  CHECK(to_json(explained(*entry)).find("grant " + made["GrantId"] + " (g)") != std::string::npos);
}

TEST_CASE("an explicit deny wins over a grant") {
  Grants grants;
  const Caller denied = grants.aws.user(
      "denied",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"kms:Encrypt","Resource":"*"}]})");
  REQUIRE(grants.aws
              .kms("CreateGrant", R"({"KeyId":")" + grants.key + R"(","GranteePrincipal":")" + arn("denied") +
                                      R"(","Operations":["Encrypt"]})")
              .status == 200);
  CHECK(grants.encrypt(denied).message.ends_with("with an explicit deny in an identity-based policy"));
}

TEST_CASE("a grant's constraint limits the encryption context, not operations that take none") {
  const auto [constraint, context, allowed] = GENERATE(table<std::string, std::string, bool>({
      {"EncryptionContextEquals", R"({"a":"1"})", true},
      {"EncryptionContextEquals", R"({"a":"1","b":"2"})", false},
      {"EncryptionContextEquals", R"({"A":"1"})", false},
      {"EncryptionContextEquals", "{}", false},
      {"EncryptionContextSubset", R"({"a":"1","b":"2"})", true},
      {"EncryptionContextSubset", R"({"a":"2","b":"2"})", false},
      {"EncryptionContextSubset", "{}", false},
  }));
  Grants grants;
  REQUIRE(grants
              .create(R"("Operations":["Encrypt","DescribeKey"],"Constraints":{")" + constraint +
                      R"(":{"a":"1"}})")
              .status == 200);
  INFO(constraint << " " << context);
  CHECK((grants.encrypt(grants.grantee, context).status == 200) == allowed);
  CHECK(grants.aws.kms("DescribeKey", grants.on_key(), grants.grantee).status == 200);
}

TEST_CASE("a role's grant is its sessions'; another account's grantee needs its own policies too") {
  Grants grants;
  grants.aws.iam(
      "CreateRole",
      {{"RoleName", "r"},
       {"AssumeRolePolicyDocument",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]})"}});
  REQUIRE(grants.aws
              .kms("CreateGrant",
                   R"({"KeyId":")" + grants.key +
                       R"(","GranteePrincipal":"arn:aws:iam::000000000000:role/r","Operations":["Encrypt"]})")
              .status == 200);
  const Reply made = grants.aws.sts(
      "AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/r"}, {"RoleSessionName", "s1"}});
  CHECK(grants.encrypt({made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]}).status == 200);

  const Caller other_root{"111122223333", "test", ""};
  REQUIRE(grants.aws
              .kms("CreateGrant",
                   R"({"KeyId":")" + grants.key +
                       R"(","GranteePrincipal":"arn:aws:iam::111122223333:root","Operations":["Encrypt"]})")
              .status == 200);
  CHECK(grants.encrypt(other_root).status == 200);
  CHECK(grants.encrypt(Caller{"222233334444", "test", ""}).code == "AccessDeniedException");
}

TEST_CASE("a grantee that is made again under its old name is somebody else") {
  Grants grants;
  grants.create(R"("Operations":["Encrypt"])");
  const std::string id = grants.aws.iam("GetUser", {{"UserName", "grantee"}})["UserId"];
  grants.aws.iam("DeleteAccessKey", {{"UserName", "grantee"}, {"AccessKeyId", grants.grantee.access_key_id}});
  REQUIRE(grants.aws.iam("DeleteUser", {{"UserName", "grantee"}}).status == 200);
  CHECK(grants.encrypt(grants.aws.user("grantee")).code == "AccessDeniedException");
  CHECK(grants.aws.kms("ListGrants", grants.on_key())["Grants.0.GranteePrincipal"] == id);
}

TEST_CASE("CreateGrant refuses what AWS refuses") {
  const auto [more, code, message] = GENERATE(table<std::string, std::string, std::string>({
      {R"("Operations":["CreateGrant"])", "ValidationException",
       "Grants must not contain only the CreateGrant operation."},
      {R"("Operations":[])", "ValidationException", ""},
      {R"("Operations":["Sign"])", "ValidationException", ""},
      {R"("Operations":["None"])", "ValidationException", ""},
      {R"("Operations":["Encrypt"],"Constraints":{"EncryptionContextEquals":{"a":"1"},"EncryptionContextSubset":{"a":"1"}})",
       "ValidationException", "More than one constraint supplied"},
      {R"("Operations":["Encrypt"],"RetiringPrincipal":"nobody")", "InvalidArnException", ""},
      {R"("Operations":["Encrypt"],"RetiringPrincipal":"arn:aws:iam::000000000000:user/absent")",
       "InvalidArnException", ""},
      {R"("Operations":["Encrypt"],"GrantTokens":["none"])", "InvalidGrantTokenException", ""},
      {R"("Operations":["Encrypt"],"DryRun":true)", "DryRunOperationException", ""},
  }));
  Grants grants;
  const Reply refused = grants.create(more);
  INFO(more);
  CHECK(refused.code == code);
  if (!message.empty()) CHECK(refused.message == message);
  CHECK(grants.count() == 0);
}

TEST_CASE("grants are of keys, not of aliases") {
  Grants grants;
  grants.aws.kms("CreateAlias", R"({"AliasName":"alias/a","TargetKeyId":")" + grants.key + "\"}");
  for (const std::string& alias :
       {std::string("alias/a"), std::string("arn:aws:kms:us-east-1:000000000000:alias/a")}) {
    const Reply refused = grants.aws.kms("ListGrants", R"({"KeyId":")" + alias + "\"}");
    CHECK(refused.code == "InvalidArnException");
    CHECK(refused.message == "Key Aliases are not supported for this operation.");
  }
}

TEST_CASE(
    "a named grant is made once, an unnamed one as often as it is asked for; each answer has its own token") {
  Grants grants;
  const Reply first = grants.create(R"("Operations":["Encrypt"],"Name":"n")");
  const Reply again = grants.create(R"("Operations":["Encrypt"],"Name":"n")");
  CHECK(first["GrantId"] == again["GrantId"]);
  CHECK(first["GrantToken"] != again["GrantToken"]);
  CHECK(grants.create(R"("Operations":["Decrypt"],"Name":"n")")["GrantId"] != first["GrantId"]);
  grants.create(R"("Operations":["Encrypt"])");
  grants.create(R"("Operations":["Encrypt"])");
  CHECK(grants.count() == 4);
  const std::string tokens = R"(,"GrantTokens":[")" + again["GrantToken"] + "\"]";
  CHECK(grants.aws.kms("DescribeKey", grants.on_key(tokens)).status == 200);
}

TEST_CASE(
    "who may retire a grant: its retiring principal, a grantee that was told so, or whoever a policy lets") {
  Grants grants;
  const std::string retiring = R"("Operations":["Encrypt"],"RetiringPrincipal":")" + arn("retirer") + "\"";
  const auto retire = [&](const Reply& made, const Caller& caller) {
    return grants.aws.kms("RetireGrant", R"({"GrantToken":")" + made["GrantToken"] + "\"}", caller);
  };
  const Reply one = grants.create(retiring);
  CHECK(retire(one, grants.grantee).code == "AccessDeniedException");
  CHECK(grants.aws.kms("ListRetirableGrants", R"({"RetiringPrincipal":")" + arn("retirer") +
                                                  "\"}")["Grants.0.GrantId"] == one["GrantId"]);
  CHECK(retire(one, grants.retirer).status == 200);
  CHECK(retire(one, grants.retirer).code == "InvalidGrantTokenException");
  CHECK(grants.encrypt(grants.grantee).code == "AccessDeniedException");
  const Reply two = grants.create(R"("Operations":["Encrypt","RetireGrant"])");
  CHECK(retire(two, grants.grantee).status == 200);
  const Reply three = grants.create(R"("Operations":["Encrypt"])");
  const std::string by_id = grants.on_key(R"(,"GrantId":")" + three["GrantId"] + "\"");
  CHECK(grants.aws.kms("RetireGrant", by_id, grants.aws.user("admin", allow("kms:RetireGrant"))).status ==
        200);
  CHECK(grants.aws.kms("RetireGrant", by_id).code == "NotFoundException");
  CHECK(grants.aws.kms("RetireGrant", "{}").code == "ValidationException");
}

TEST_CASE("a grant that is revoked is gone") {
  Grants grants;
  const Reply made = grants.create(R"("Operations":["Encrypt"])");
  const std::string body = grants.on_key(R"(,"GrantId":")" + made["GrantId"] + "\"");
  CHECK(grants.aws.kms("RevokeGrant", body, grants.grantee).code == "AccessDeniedException");
  CHECK(grants.aws.kms("RevokeGrant", body).status == 200);
  CHECK(grants.aws.kms("RevokeGrant", body).code == "NotFoundException");
  CHECK(grants.encrypt(grants.grantee).code == "AccessDeniedException");
}

TEST_CASE("a grantee passes on no more than its own grant allows") {
  Grants grants;
  const std::string constraint = R"(,"Constraints":{"EncryptionContextSubset":{"a":"1"}})";
  grants.create(R"("Operations":["CreateGrant","Encrypt"])" + constraint);
  CHECK(grants.create(R"("Operations":["Encrypt","Decrypt"])" + constraint, grants.grantee).code ==
        "AccessDeniedException");
  CHECK(grants.create(R"("Operations":["Encrypt"])", grants.grantee).code == "AccessDeniedException");
  CHECK(grants
            .create(R"("Operations":["Encrypt"],"Constraints":{"EncryptionContextSubset":{"a":"1","b":"2"}})",
                    grants.grantee)
            .status == 200);
}

TEST_CASE("lists of grants are filtered and paged") {
  Grants grants;
  for (int i = 0; i < 5; ++i) grants.create(R"("Operations":["Encrypt"])");
  std::string marker;
  std::size_t seen = 0;
  for (int page = 0; page < 3; ++page) {
    const Reply reply = grants.aws.kms("ListGrants", grants.on_key(R"(,"Limit":2)" + marker));
    seen += reply.document.get<Members>().find("Grants")->get<List>().size();
    CHECK(reply["Truncated"] == (page < 2 ? "true" : "false"));
    marker = R"(,"Marker":")" + reply["NextMarker"] + "\"";
  }
  CHECK(seen == 5);
  const std::string none = R"(,"GranteePrincipal":")" + arn("retirer") + "\"";
  CHECK(grants.aws.kms("ListGrants", grants.on_key(none))["Grants"] == "[]");
}

}  // namespace
}  // namespace latchkey::test
