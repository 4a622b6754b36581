#include <catch2/catch.hpp>

#include "core/json.h"
#include "scenarios/aws_call.h"
#include "scenarios/query.h"

namespace latchkey::scenarios {
namespace {

Members members(const std::string& text) { return parse_json(text).value().get<Members>(); }

TEST_CASE("query input is flattened as AWS's SDKs do it") {
  const auto [input, body] = GENERATE(table<std::string, std::string>({
      {"{}", "Action=Do&Version=1"},
      {R"({"UserName":"a b+/&=é"})", "Action=Do&Version=1&UserName=a%20b%2B%2F%26%3D%C3%A9"},
      {R"({"A":true,"B":-5,"C":null})", "Action=Do&Version=1&A=true&B=-5"},
      {R"({"Tags":[{"Key":"k","Value":"v"},{"Key":"l","Value":""}]})",
       "Action=Do&Version=1&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.2.Key=l&Tags.member.2."
       "Value="},
      {R"({"Names":[]})", "Action=Do&Version=1&Names="},
      {R"({"Names":["x","y"]})", "Action=Do&Version=1&Names.member.1=x&Names.member.2=y"},
      {R"({"S":{"T":{"U":1}}})", "Action=Do&Version=1&S.T.U=1"},
  }));
  CHECK(to_query("Do", "1", members(input)) == body);
}

const Endpoint kEndpoint{false, "127.0.0.1", 4566};

TEST_CASE("a KMS call is a signed JSON request") {
  AwsCall call{"kms", "Encrypt", "us-east-1", sigv4::Credentials{"test", "test", "token"},
               members(R"({"KeyId":"k","Plaintext":{"$base64":"hello"}})")};
  const auto request = make_request(call, kEndpoint);
  CHECK(request.method == "POST");
  CHECK(request.target == "/");
  CHECK(request.header("host") == "127.0.0.1:4566");
  CHECK(request.header("x-amz-target") == "TrentService.Encrypt");
  CHECK(request.header("content-type") == "application/x-amz-json-1.1");
  CHECK(request.header("x-amz-security-token") == "token");
  CHECK(request.body == R"({"KeyId":"k","Plaintext":"aGVsbG8="})");
  const auto read = sigv4::read_claim(request, sigv4::Dialect::json);
  REQUIRE(read.claim);
  CHECK(read.claim->region == "us-east-1");
  CHECK(read.claim->service == "kms");
  const auto key = sigv4::signing_key("test", read.claim->scope_date, "us-east-1", "kms");
  CHECK(sigv4::verify_signature(request, *read.claim, key).ok);
}

TEST_CASE("policies that are given as objects are sent as text") {
  const AwsCall kms{"kms", "PutKeyPolicy", "us-east-1", std::nullopt,
                    members(R"({"Policy":{"Version":"2012-10-17"}})")};
  CHECK(make_request(kms, kEndpoint).body == R"({"Policy":"{\"Version\":\"2012-10-17\"}"})");
  const AwsCall iam{"iam", "CreateRole", "us-east-1", std::nullopt,
                    members(R"({"AssumeRolePolicyDocument":{"a":1},"X":{"$json":[1]}})")};
  CHECK(make_request(iam, kEndpoint).body ==
        "Action=CreateRole&Version=2010-05-08&AssumeRolePolicyDocument=%7B%22a%22%3A1%7D&X=%5B1%5D");
}

TEST_CASE("without credentials nothing is signed") {
  const AwsCall call{"sts", "GetCallerIdentity", "us-east-1", std::nullopt, {}};
  CHECK_FALSE(make_request(call, kEndpoint).header("authorization"));
}

AwsAnswer answer(const std::string& service, int status, const std::string& body) {
  return read_answer({service, "GetUser", "us-east-1", std::nullopt, {}},
                     {status, {{"X-Amzn-RequestId", "1"}}, body});
}

TEST_CASE("answers and errors of both protocols are read alike") {
  CHECK(to_json(answer("kms", 200, R"({"a":1})").answer) == R"({"a":1})");
  CHECK(to_json(answer("kms", 200, "").answer) == "{}");
  CHECK(to_json(answer("kms", 400, R"({"__type":"x#DisabledException","message":"m"})").error) ==
        R"({"code":"DisabledException","message":"m"})");
  CHECK(to_json(answer("kms", 400, R"({"__type":"AccessDeniedException","Message":"m"})").error) ==
        R"({"code":"AccessDeniedException","message":"m"})");
  CHECK(to_json(answer("kms", 400, R"({"__type":"InvalidCiphertextException"})").error) ==
        R"({"code":"InvalidCiphertextException"})");
  CHECK(
      to_json(answer("iam", 200, "<GetUserResponse><GetUserResult><A>1</A></GetUserResult></GetUserResponse>")
                  .answer) == R"({"A":"1"})");
  CHECK(to_json(answer("iam", 200, "<GetUserResponse><ResponseMetadata/></GetUserResponse>").answer) == "{}");
  const auto refused =
      answer("iam", 403,
             "<ErrorResponse><Error><Code>AccessDenied</Code><Message>m</Message></Error></ErrorResponse>");
  CHECK(to_json(refused.error) == R"({"code":"AccessDenied","message":"m"})");
  CHECK(refused.request_id == "1");
}

TEST_CASE("an answer that is none is an error") {
  CHECK_THROWS_WITH(answer("kms", 200, "<html>"), "the answer is not JSON: <html>");
  CHECK_THROWS_WITH(answer("iam", 200, "{}"), "the answer is not XML (an element is missing): {}");
  CHECK_THROWS_WITH(answer("iam", 200, "<ListUsersResponse/>"), "the answer is a <ListUsersResponse>");
}

TEST_CASE("endpoints are read from their URLs") {
  CHECK(Endpoint::parse("http://127.0.0.1:4566")->url() == "http://127.0.0.1:4566");
  CHECK(Endpoint::parse("https://localhost:1/")->tls);
  CHECK(Endpoint::parse("http://[::1]:80")->host == "::1");
  CHECK(Endpoint::parse("http://[::1]:80")->authority() == "[::1]:80");
  const char* url = GENERATE("", "127.0.0.1:4566", "ftp://a:1", "http://a", "http://a:", "http://a:x",
                             "http://a:70000", "http://:1", "http://a:1/x", "http://u@a:1");
  INFO(url);
  CHECK_FALSE(Endpoint::parse(url));
}

}  // namespace
}  // namespace latchkey::scenarios
