#include <catch2/catch.hpp>

#include <algorithm>

#include "pipeline/journal.h"
#include "core/json.h"
#include "iam/service.h"
#include "kms/service.h"
#include "sts/service.h"
#include "support/aws_test.h"

using namespace latchkey;
using latchkey::test::allow;
using latchkey::test::AwsTest;
using latchkey::test::Caller;

namespace {

std::string& header(sigv4::RawRequest& request, std::string_view name) {
  const auto found = std::find_if(request.headers.begin(), request.headers.end(), [&](const auto& h) { return h.name == name; });
  REQUIRE(found != request.headers.end());
  return found->value;
}

}  // namespace

TEST_CASE("an unsigned request is refused in each protocol's words") {
  AwsTest aws;
  auto json = aws.signed_kms("ListKeys", "{}");
  std::erase_if(json.headers, [](const auto& h) { return h.name == "Authorization"; });
  const auto kms = aws.send(json);
  CHECK(kms.status == 400);
  CHECK(kms.body == R"({"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"})");
  auto form = aws.signed_query("sts", "GetCallerIdentity", {});
  std::erase_if(form.headers, [](const auto& h) { return h.name == "Authorization"; });
  const auto sts = aws.send(form);
  CHECK(sts.status == 403);
  CHECK(sts.code == "MissingAuthenticationToken");
  CHECK(sts.message == "Request is missing Authentication Token");
}

TEST_CASE("anything that changes after signing is noticed, and the journal knows the likely cause") {
  AwsTest aws;
  auto request = aws.signed_kms("ListKeys", "{}");
  SECTION("the body") { request.body = R"({"Limit":1})"; }
  SECTION("a signed header") { header(request, "X-Amz-Target") = "TrentService.ListAliases"; }
  SECTION("the host") { header(request, "Host") = "example.com"; }
  SECTION("the path") { request.target = "/x"; }
  SECTION("the query") { request.target = "/?a=b"; }
  SECTION("the method") { request.method = "PUT"; }
  SECTION("one digit of the signature") {
    std::string& value = header(request, "Authorization");
    value.back() = value.back() == '0' ? '1' : '0';
  }
  const auto refused = aws.send(request);
  CHECK(refused.status == 400);
  CHECK(refused.code == "InvalidSignatureException");
  CHECK(refused.message == "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");
  const auto entry = aws.journal.find(refused.request_id);
  REQUIRE(entry);
  CHECK(entry->outcome == Entry::Outcome::error);
  const std::string text = to_json(explained(*entry));
  CHECK(text.find("canonical_request") != std::string::npos);
  CHECK_FALSE(entry->signature->cause.empty());
}

TEST_CASE("a wrong secret, an unknown key and an inactive key are three different errors") {
  AwsTest aws;
  Caller user = aws.user("u", allow("kms:ListKeys"));
  CHECK(aws.kms("ListKeys", "{}", user).status == 200);
  CHECK(aws.kms("ListKeys", "{}", {user.access_key_id, "wrong"}).code == "InvalidSignatureException");
  CHECK(aws.kms("ListKeys", "{}", {"AKIAUNKNOWNUNKNOWN00", "x"}).message == "The security token included in the request is invalid.");
  REQUIRE(aws.iam("UpdateAccessKey", {{"UserName", "u"}, {"AccessKeyId", user.access_key_id}, {"Status", "Inactive"}}).status == 200);
  CHECK(aws.kms("ListKeys", "{}", user).code == "UnrecognizedClientException");
  CHECK(aws.iam("ListUsers", {}, user).code == "InvalidClientTokenId");
}

TEST_CASE("a request is fresh by the emulator's clock or by the real one, within the service's window") {
  AwsTest aws;
  const auto kms = aws.signed_kms("ListKeys", "{}");
  const auto sts = aws.signed_query("sts", "GetCallerIdentity", {});
  aws.clock.advance(301'000);
  const auto late = aws.send(kms);
  CHECK(late.code == "InvalidSignatureException");
  CHECK(late.message.find("Signature expired: 20300101T000000Z is now earlier than") == 0);
  CHECK(late.message.find("- 5 min.)") != std::string::npos);
  CHECK(aws.send(sts).status == 200);
  aws.clock.advance(600'000);
  CHECK(aws.send(sts).message.find("- 15 min.)") != std::string::npos);
}

TEST_CASE("a scope for another service is refused, naming the right one") {
  AwsTest aws;
  auto request = aws.signed_query("s3", "ListUsers", {});
  const auto reply = aws.send(request);
  CHECK(reply.status == 403);
  CHECK(reply.code == "SignatureDoesNotMatch");
  CHECK(reply.message.find("Credential should be scoped to correct service: '") == 0);
}

TEST_CASE("query services name what they do not know") {
  AwsTest aws;
  CHECK(aws.iam("Nonsense").message == "Could not find operation Nonsense for version 2010-05-08");
  CHECK(aws.iam("Nonsense").code == "InvalidAction");
  CHECK(aws.iam("CreateUser").message == "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must not be null");
}

TEST_CASE("with enforcement off a refused call goes through and is journaled as would-deny") {
  AwsTest aws(Settings{.enforce_iam = false});
  const Caller nobody = aws.user("nobody");
  const auto reply = aws.kms("ListKeys", "{}", nobody);
  CHECK(reply.status == 200);
  const auto entries = aws.journal.list({.outcome = "would-deny"});
  REQUIRE(entries.size() == 1);
  CHECK(entries.front()->id == reply.request_id);
}

TEST_CASE("the journal filters, hides secrets, and explains a denial in one sentence") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:tenant":"a"}}}]})";
  const Caller user = aws.user("u", policy);
  const auto refused = aws.kms("Encrypt", R"({"KeyId":")" + key + R"(","Plaintext":"c2VjcmV0IHBsYWludGV4dA=="})", user);
  CHECK(refused.message.ends_with("because no identity-based policy allows the kms:Encrypt action"));
  const auto entries = aws.journal.list({.action = "kms:Encrypt", .principal = "arn:aws:iam::000000000000:user/u", .outcome = "denied"});
  REQUIRE(entries.size() == 1);
  const std::string text = to_json(explained(*entries.front()));
  CHECK(text.find("c2VjcmV0") == std::string::npos);
  CHECK(text.find(user.secret_access_key) == std::string::npos);
  const std::string sentence = reason_of(*entries.front());
  CHECK(sentence.find("kms:EncryptionContext:tenant") != std::string::npos);
  CHECK(aws.log_text.find(sentence) != std::string::npos);
  CHECK(aws.journal.list({.since = refused.request_id}).empty());
  CHECK(aws.journal.list({.account = "111122223333"}).empty());
}

TEST_CASE("every operation has an access rule, and the unchecked ones are known") {
  std::vector<std::string> unchecked;
  for (const Service* service : {&kms::service(), &iam::service(), &sts::service()}) {
    std::vector<std::string_view> names = service->not_yet;
    for (const Operation& operation : service->operations) {
      names.push_back(operation.name);
      if (!operation.access.unchecked_because().empty()) unchecked.emplace_back(operation.name);
    }
    std::sort(names.begin(), names.end());
    CAPTURE(service->name);
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    CHECK(names.size() == (service->name == "kms" ? 54U : service->name == "iam" ? 176U : 11U));
  }
  CHECK(unchecked == std::vector<std::string>{"GetCallerIdentity", "GetSessionToken"});
}

TEST_CASE("whatever bytes come as a body, the answer is AWS's and no server error") {
  AwsTest aws;
  Random noise(3);
  const auto operations = kms::service().operations;
  for (int i = 0; i < 2'000; ++i) {
    const Operation& operation = operations[static_cast<std::size_t>(noise.number(operations.size()))];
    std::string body = R"({"KeyId":"alias/x","Limit":1,"Marker":"a","Tags":[{"TagKey":"a","TagValue":"b"}],"CiphertextBlob":"AAAA"})";
    for (int changes = 0; changes < 3; ++changes) {
      body[static_cast<std::size_t>(noise.number(body.size()))] = static_cast<char>(noise.number(256));
    }
    const auto reply = aws.kms(operation.name, body);
    CAPTURE(operation.name, body, reply.body);
    CHECK((reply.status == 200 || reply.status == 400));
    CHECK_FALSE(reply.request_id.empty());
  }
}

TEST_CASE("a query that is no UTF-8 gets nowhere") {
  AwsTest aws;
  auto request = aws.signed_query("iam", "CreateUser", {{"UserName", "ab\xc1/"}});
  const auto refused = aws.send(request);
  CHECK(refused.status == 400);
  CHECK(refused.code == "MalformedInput");
  CHECK(aws.iam("CreateUser", {{"UserName", "a\xc3\xa4"}}).code == "ValidationError");
}

TEST_CASE("what a query must not have kept is not in the canonical request that the journal shows") {
  AwsTest aws;
  auto request = aws.signed_query("iam", "CreateLoginProfile", {{"UserName", "u"}});
  request.target = "/?NewPassword=kept&Password=SECRET%21x&UserName=u&Action=CreateLoginProfile&Version=2010-05-08";
  const auto refused = aws.send(request);
  CHECK(refused.code == "SignatureDoesNotMatch");
  const auto entry = aws.journal.find(refused.request_id);
  REQUIRE(entry);
  REQUIRE(entry->signature);
  CHECK(entry->signature->canonical_request.find("SECRET") == std::string::npos);
  CHECK(entry->signature->canonical_request.find("&Password=***&") != std::string::npos);
  CHECK(entry->signature->canonical_request.find("NewPassword=kept") != std::string::npos);
}

TEST_CASE("a key's material in a tag is not repeated where it is too long") {
  AwsTest aws;
  const std::string material(300, 'S');
  const auto refused = aws.kms("CreateKey", R"({"Tags":[{"TagKey":"_custom_key_material_","TagValue":")" + material + "\"}]}");
  CHECK(refused.code == "ValidationException");
  CHECK(refused.message.find("SSS") == std::string::npos);
  CHECK(aws.log_text.find("SSS") == std::string::npos);
  const auto other = aws.kms("CreateKey", R"({"Tags":[{"TagKey":"_custom_key_material_","TagValue":"x"},{"TagKey":"k","TagValue":")" + material + "\"}]}");
  CHECK(other.message.find("SSS") != std::string::npos);
}

TEST_CASE("an encryption context of thousands of names is a matter of moments") {
  AwsTest aws;
  std::string context;
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = std::to_string(i);
    context.append(i == 0 ? "\"" : ",\"").append(name).append("\":\"v\"");
  }
  const std::string key = aws.key();
  const auto sealed = aws.kms("Encrypt", R"({"KeyId":")" + key + R"(","Plaintext":"eA==","EncryptionContext":{)" + context + "}}");
  CHECK(sealed.status == 200);
  const auto entry = aws.journal.find(sealed.request_id);
  REQUIRE(entry);
  CHECK(entry->decisions.front().request.context.find("kms:EncryptionContext:19999").front() == "v");
}

TEST_CASE("of a name that an object of any size has twice, the last counts") {
  std::string text = R"({"twice":1)";
  for (int i = 0; i < 100; ++i) text += ",\"n" + std::to_string(i) + "\":0";
  const auto document = parse_json(text + R"(,"twice":2})");
  REQUIRE(document);
  CHECK(document->get<Members>().size() == 101);
  CHECK(document->get<Members>().find("twice")->get<std::int64_t>() == 2);
}
