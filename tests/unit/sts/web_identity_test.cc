// AssumeRoleWithWebIdentity: the request bears no signature, the token does.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "identity/issuers.h"
#include "identity/jwt.h"
#include "support/aws_test.h"

namespace latchkey::test {
namespace {

constexpr char kIssuer[] = "https://idp.example.com/tenant";
constexpr char kProvider[] = "arn:aws:iam::000000000000:oidc-provider/idp.example.com/tenant";

struct WebIdentity : AwsTest {
  WebIdentity() {
    iam("CreateOpenIDConnectProvider", {{"Url", kIssuer}, {"ClientIDList.member.1", "app"}});
    trust(R"("StringEquals":{"idp.example.com/tenant:sub":"alice"})");
    iam("PutRolePolicy", {{"RoleName", "web"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:ListKeys")}});
  }

  void trust(const std::string& condition, const std::string& action = "\"sts:AssumeRoleWithWebIdentity\"") {
    const std::string document =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" + std::string(kProvider) +
        R"("},"Action":[)" + action + R"(],"Condition":{)" + condition + "}}]}";
    if (iam("CreateRole", {{"RoleName", "web"}, {"AssumeRolePolicyDocument", document}}).status != 200) {
      iam("UpdateAssumeRolePolicy", {{"RoleName", "web"}, {"PolicyDocument", document}});
    }
  }

  std::string token(Members more = {}, std::string_view algorithm = "RS256") {
    Members claims{{"sub", "alice"}, {"aud", "app"}};
    Members all = std::move(more);
    for (const auto& [name, value] : claims) {
      if (all.find(name) == nullptr) all.add(name, value);
    }
    return issue_token(store, random, settings, kIssuer, std::move(all), clock.now(), algorithm);
  }

  Reply assume(const std::string& with, const std::string& role = "web") {
    sigv4::RawRequest request;
    request.method = "POST";
    request.target = "/";
    request.headers = {{"Host", "localhost"}, {"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2F" +
                   role + "&RoleSessionName=me&WebIdentityToken=" + with;
    return send(std::move(request));
  }
};

}  // namespace

TEST_CASE_METHOD(WebIdentity, "who brings a provider's token gets the role's credentials without a signature") {
  const auto algorithm = GENERATE(as<std::string>(), "RS256", "ES384");
  const auto reply = assume(token({}, algorithm));
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  CHECK(reply["SubjectFromWebIdentityToken"] == "alice");
  CHECK(reply["Audience"] == "app");
  CHECK(reply["Provider"] == kProvider);
  CHECK(reply["Arn"] == "arn:aws:sts::000000000000:assumed-role/web/me");
  const Caller session{reply["AccessKeyId"], reply["SecretAccessKey"], reply["SessionToken"]};
  CHECK(kms("ListKeys", "{}", session).status == 200);
  CHECK(kms("ListAliases", "{}", session).code == "AccessDeniedException");
  const auto entry = journal.find(reply.request_id);
  REQUIRE(entry);
  CHECK(entry->principal == kProvider);
  CHECK(to_json(entry->parameters).find(token()) == std::string::npos);
}

TEST_CASE_METHOD(WebIdentity, "the trust policy decides on the token's claims, and says no more than that it refuses") {
  const auto refused = assume(token({{"sub", "bob"}}));
  CHECK(refused.status == 403);
  CHECK(refused.code == "AccessDenied");
  CHECK(refused.message == "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  CHECK(assume(token(), "nothing").message == "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  trust(R"("StringEquals":{"idp.example.com/tenant:aud":"other"})");
  CHECK(assume(token()).code == "AccessDenied");
}

TEST_CASE_METHOD(WebIdentity, "a token that is not in order is refused before anything is decided") {
  CHECK(assume("not-a-token").code == "InvalidIdentityToken");
  const std::string good = token();
  std::string forged = good;
  forged[forged.size() - 5] = forged[forged.size() - 5] == 'A' ? 'B' : 'A';
  CHECK(assume(forged).code == "InvalidIdentityToken");
  CHECK(assume(token({{"aud", "another"}})).message == "Incorrect token audience");
  const auto elsewhere = assume(issue_token(store, random, settings, "https://other.example.com",
                                            {{"sub", "alice"}, {"aud", "app"}}, clock.now()));
  CHECK(elsewhere.message == "No OpenIDConnect provider found in your account for https://other.example.com");
  // An unsigned token is none.
  const Jwt parsed = *parse_jwt(good);
  const std::string unsigned_token =
      base64url_encode(R"({"alg":"none"})") + parsed.signed_part.substr(parsed.signed_part.find('.')) + ".";
  CHECK(assume(unsigned_token).code == "InvalidIdentityToken");
  clock.advance(3'600'000);
  const auto expired = assume(good);
  CHECK(expired.status == 400);
  CHECK(expired.code == "ExpiredTokenException");
  CHECK(expired.message ==
        "Token expired: current date/time 1893459600 must be before the expiration date/time 1893459600");
}

TEST_CASE_METHOD(WebIdentity, "session tags of a token need the permission to tag") {
  const Members tags{{"principal_tags", Members{{"team", List{"blue"}}}}};
  CHECK(assume(token({{"https://aws.amazon.com/tags", tags}})).message == "Not authorized to perform sts:TagSession");
  trust(R"("StringEquals":{"idp.example.com/tenant:sub":"alice","aws:RequestTag/team":"blue"})",
        R"("sts:AssumeRoleWithWebIdentity","sts:TagSession")");
  CHECK(assume(token({{"https://aws.amazon.com/tags", tags}})).status == 200);
}

TEST_CASE_METHOD(WebIdentity, "what the provider said about its user is there for the session's own requests") {
  const auto reply = assume(token());
  const Caller session{reply["AccessKeyId"], reply["SecretAccessKey"], reply["SessionToken"]};
  const auto with = [&](const std::string& condition) {
    iam("PutRolePolicy", {{"RoleName", "web"},
                          {"PolicyName", "p"},
                          {"PolicyDocument", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:ListKeys",)"
                                             R"("Resource":"*","Condition":{"StringEquals":{)" +
                                                 condition + "}}}]}"}});
    return kms("ListKeys", "{}", session).status;
  };
  CHECK(with(R"("idp.example.com/tenant:sub":"alice","idp.example.com/tenant:aud":"app")") == 200);
  CHECK(with(R"("aws:FederatedProvider":")" + std::string(kProvider) + '"') == 200);
  CHECK(with(R"("idp.example.com/tenant:sub":"bob")") == 400);
}

TEST_CASE("an account's outbound tokens can be checked with its issuer's keys") {
  AwsTest aws;
  const Parameters wanted{{"Audience.member.1", "https://api.example.com"}, {"SigningAlgorithm", "ES384"}};
  CHECK(aws.sts("GetWebIdentityToken", wanted).code == "OutboundWebIdentityFederationDisabledException");
  aws.iam("EnableOutboundWebIdentityFederation");
  const auto reply = aws.sts("GetWebIdentityToken", wanted);
  REQUIRE(reply.status == 200);
  const auto token = parse_jwt(reply["WebIdentityToken"]);
  REQUIRE(token);
  CHECK(*token->claims.find("sub") == Value("arn:aws:iam::000000000000:root"));
  CHECK(verify_jwt(*token, *issuer_keys(aws.store, outbound_issuer("000000000000"))));
  CHECK_FALSE(verify_jwt(*token, {}));
}

TEST_CASE("a session of another account's root user may do its task only") {
  AwsTest aws;
  const Parameters wanted{{"TargetPrincipal", "111122223333"},
                          {"TaskPolicyArn.arn", "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}};
  CHECK(aws.sts("AssumeRoot", wanted).code == "AccessDenied");
  aws.iam("EnableOrganizationsRootSessions");
  const auto reply = aws.sts("AssumeRoot", wanted);
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  const Caller root{reply["AccessKeyId"], reply["SecretAccessKey"], reply["SessionToken"]};
  CHECK(aws.sts("GetCallerIdentity", {}, root)["Arn"] == "arn:aws:iam::111122223333:root");
  CHECK(aws.iam("GetAccountSummary", {}, root).status == 200);
  CHECK(aws.iam("CreateUser", {{"UserName", "u"}}, root).code == "AccessDenied");
  aws.clock.advance(901'000);
  CHECK(aws.iam("GetAccountSummary", {}, root).status == 403);
}

}  // namespace latchkey::test
