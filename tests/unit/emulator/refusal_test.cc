// What the server refuses before there is a call, and what the journal keeps of calls that are too long to
// keep.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "pipeline/abridge.h"
#include "support/aws_test.h"

using namespace latchkey;
using test::AwsTest;

namespace {

http::Message message(const sigv4::RawRequest& request) {
  http::Message out;
  out.request = request;
  out.peer_address = "127.0.0.1";
  return out;
}

std::string request_id(const http::Answer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name == "x-amzn-RequestId") return value;
  }
  return {};
}

}  // namespace

TEST_CASE("a request that is refused for its size is answered in the words of the service it is for") {
  AwsTest aws;
  const http::Answer json =
      aws.pipeline.refuse(message(aws.signed_kms("Encrypt", "{}")), 413, "It is too large.");
  CHECK(json.status == 413);
  CHECK(json.body == R"({"__type":"RequestEntityTooLargeException","message":"It is too large."})");
  const http::Answer xml =
      aws.pipeline.refuse(message(aws.signed_query("iam", "CreateUser", {})), 413, "It is too large.");
  CHECK(xml.status == 413);
  CHECK(xml.body.find("https://iam.amazonaws.com/doc/2010-05-08/") != std::string::npos);
  CHECK(xml.body.find("<Code>RequestEntityTooLargeException</Code>") != std::string::npos);
  CHECK(xml.body.find("<Message>It is too large.</Message>") != std::string::npos);
  CHECK(aws.journal.find(request_id(xml))->status == 413);
  CHECK(aws.journal.find(request_id(json))->operation == "Encrypt");
}

TEST_CASE("a request that cannot be read is answered in XML, and in the journal") {
  AwsTest aws;
  const http::Answer answer = aws.pipeline.refuse(message({}), 400, "The method is not a token.");
  CHECK(answer.status == 400);
  CHECK(answer.body.find("<Code>MalformedHttpRequestException</Code>") != std::string::npos);
  CHECK(answer.body.find("<Message>The method is not a token.</Message>") != std::string::npos);
  CHECK(aws.journal.find(request_id(answer))->error_code == "MalformedHttpRequestException");
}

TEST_CASE("the journal keeps what people read and cuts what nobody does") {
  Entry entry;
  entry.operation = std::string(1'000'000, 'o');
  entry.user_agent = std::string(60'000, 'u');
  entry.error_message = std::string(1'000'000, 'e');
  entry.signature = SignatureTrace{std::string(200'000, 'c'), "short", ""};
  entry.parameters = {{"Policy", std::string(60'000, 'p')}, {"Name", "n"}};
  abridge(entry);
  CHECK(entry.operation.size() < 1'100);
  CHECK(entry.operation.ends_with("o... (998976 bytes more)"));
  CHECK(entry.user_agent.size() < 2'200);
  CHECK(entry.error_message.size() < 2'200);
  CHECK(entry.signature->canonical_request.size() < 17'000);
  CHECK(entry.signature->string_to_sign == "short");
  CHECK(entry.parameters.find("Policy")->get<std::string>().size() == 60'000);

  entry.parameters = {
      {"Policy", std::string(1'000'000, 'p')}, {"Name", "n"}, {"Blob", Blob{std::string(90'000, 'b')}}};
  abridge(entry);
  CHECK(to_json(entry.parameters).size() < 2'000);
  CHECK(entry.parameters.find("Name")->get<std::string>() == "n");

  List many(200'000, Value("x"));
  entry.parameters = {{"Keys", many}};
  abridge(entry);
  CHECK(to_json(entry.parameters).size() < 100);
}

TEST_CASE("a cut text is still UTF-8") {
  Entry entry;
  entry.user_agent = "x";
  for (int i = 0; i < 2'000; ++i) entry.user_agent += "\xE2\x82\xAC";
  abridge(entry);
  CHECK(parse_json(to_json(entry.user_agent))->get<std::string>() == entry.user_agent);
}
