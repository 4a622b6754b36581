// Instance metadata and container credentials, as SDKs ask for them.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "imds/metadata.h"
#include "support/aws_test.h"

namespace latchkey::test {
namespace {

constexpr char kTrust[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]})";
constexpr char kPath[] = "/latest/meta-data/iam/security-credentials/";

struct OnInstance : AwsTest {
  OnInstance() : metadata(settings, store, clock, random) {
    for (const std::string name : {"App", "other"}) {
      iam("CreateRole", {{"RoleName", name}, {"AssumeRolePolicyDocument", kTrust}});
      metadata.expose("000000000000", name);
    }
    iam("PutRolePolicy", {{"RoleName", "App"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:ListKeys")}});
  }

  http::Answer ask(const std::string& target, std::vector<sigv4::Header> headers = {}, const std::string& method = "GET") {
    http::Message message;
    message.request.method = method;
    message.request.target = target;
    message.request.headers = std::move(headers);
    return metadata.answer(message);
  }

  static Members document(const http::Answer& answer) { return parse_json(answer.body)->get<Members>(); }
  static std::string text(const Members& members, std::string_view name) { return members.find(name)->get<std::string>(); }
  static Caller caller(const Members& d) { return {text(d, "AccessKeyId"), text(d, "SecretAccessKey"), text(d, "Token")}; }

  Metadata metadata;
};

}  // namespace

TEST_CASE_METHOD(OnInstance, "an SDK finds the instance's role and its credentials, which verify as the role's session") {
  const auto token = ask("/latest/api/token", {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}}, "PUT");
  REQUIRE(token.status == 200);
  CHECK(std::count(token.headers.begin(), token.headers.end(),
                   std::pair<std::string, std::string>("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "300")) == 1);
  const std::vector<sigv4::Header> with{{"x-aws-ec2-metadata-token", token.body}};
  CHECK(ask(kPath, with).body == "App");
  const auto found = document(ask(std::string(kPath) + "App", with));
  CHECK(text(found, "Code") == "Success");
  CHECK(text(found, "Type") == "AWS-HMAC");
  CHECK(text(found, "Expiration") == "2030-01-01T06:00:00Z");
  const Caller session = caller(found);
  CHECK(sts("GetCallerIdentity", {}, session)["Arn"] ==
        "arn:aws:sts::000000000000:assumed-role/App/i-0123456789abcdef0");
  CHECK(kms("ListKeys", "{}", session).status == 200);
  CHECK(kms("ListAliases", "{}", session).code == "AccessDeniedException");
}

TEST_CASE_METHOD(OnInstance, "requests of version 1 are answered, and wrong tokens are not") {
  CHECK(ask(kPath).body == "App");
  CHECK(ask(kPath, {{"x-aws-ec2-metadata-token", "wrong"}}).status == 401);
  CHECK(ask("/latest/api/token", {}, "PUT").status == 400);
  CHECK(ask("/latest/api/token", {{"x-aws-ec2-metadata-token-ttl-seconds", "21601"}}, "PUT").status == 400);
  CHECK(ask("/latest/api/token", {{"x-aws-ec2-metadata-token-ttl-seconds", "60"}, {"X-Forwarded-For", "10.0.0.1"}}, "PUT")
            .status == 403);
  CHECK(ask("/latest/api/token").status == 405);
  CHECK(ask(std::string(kPath) + "nothing").status == 404);
  CHECK(ask("/latest/meta-data/placement/region").body == "us-east-1");
  CHECK(text(document(ask("/latest/dynamic/instance-identity/document")), "region") == "us-east-1");
}

TEST_CASE_METHOD(OnInstance, "credentials stay the same until they are about to end, and are then made anew") {
  const auto asked = [&] { return text(document(ask(std::string(kPath) + "App")), "AccessKeyId"); };
  const std::string first = asked();
  clock.advance(5 * 3'600'000);
  CHECK(asked() == first);
  const Caller old = caller(document(ask(std::string(kPath) + "App")));
  clock.advance(46 * 60'000);
  CHECK(asked() != first);
  CHECK(kms("ListKeys", "{}", old).status == 200);
  clock.advance(15 * 60'000);
  CHECK(kms("ListKeys", "{}", old).code == "ExpiredTokenException");
}

TEST_CASE_METHOD(OnInstance, "containers get the credentials of any exposed role, and one role can stand alone") {
  http::Message message;
  message.request.method = "GET";
  const auto found = document(metadata.container_answer(message, "other"));
  CHECK(text(found, "RoleArn") == "arn:aws:iam::000000000000:role/other");
  CHECK(sts("GetCallerIdentity", {}, caller(found)).status == 200);
  CHECK(metadata.container_answer(message, "none").status == 404);
  metadata.expose_alone("000000000000", "other");
  metadata.clear();
  CHECK(ask(kPath).body == "other");
  CHECK(metadata.container_answer(message, "App").status == 404);
  CHECK_THROWS(metadata.expose_alone("000000000000", "nobody"));
}

}  // namespace latchkey::test
