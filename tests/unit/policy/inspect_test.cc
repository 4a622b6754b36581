#include <catch2/catch.hpp>

#include "latchkey/policy.h"

using namespace latchkey::policy;

namespace {

std::string shown(const std::vector<Span>& spans) {
  std::string out;
  for (const Span& span : spans) {
    for (const Position& place : {span.start, span.end}) {
      out += std::to_string(place.line) + ":" + std::to_string(place.column) + " ";
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a statement stands from just after what is before it to just after its closing brace") {
  const auto [json, spans] = GENERATE(table<std::string, std::string>({
      // As AWS answered for AdministratorAccess and for compact documents.
      {"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      "
       "\"Action\": \"*\",\n      \"Resource\": \"*\"\n    }\n  ]\n}",
       "3:17 8:6 "},
      {R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["ssm:*"],"Resource":"*"}]})",
       "1:38 1:89 "},
      {R"({"Statement":[{"a":1},{"b":2}]})", "1:15 1:22 1:22 1:30 "},
      {R"({"Statement":{"a":1}})", "1:15 1:21 "},
      {"{\"Statement\":\r\n[\r\n{}\r\n]}", "2:2 3:3 "},
      {"{\"Statement\":\r[{}]}", "2:2 2:4 "},
      {"{\"Sid\":\"\xC3\xA9\",\"Statement\":[{}]}", "1:25 1:27 "},
      {R"({"Statement":[]})", ""},
      {R"({"Version":"2012-10-17"})", ""},
      {R"({"Statement":[{},{)", "1:15 1:17 "},
      {R"({"Statement":)", ""},
      {R"({"Statement":[)", ""},
      {"[]", ""},
      {"", ""},
  }));
  CAPTURE(json);
  CHECK(shown(statement_spans(json)) == spans);
}

TEST_CASE("the context keys of a document are those of conditions and variables, each once") {
  using Names = std::vector<std::string>;
  const std::string now = R"({"Version":"2012-10-17","Statement":)";
  const auto [json, keys] = GENERATE_COPY(table<std::string, Names>({
      {now + R"({"Condition":{"StringEquals":{"aws:username":"a","kms:ViaService":["b"]}}}})",
       {"aws:username", "kms:ViaService"}},
      {now + R"([{"Condition":{"Bool":{"aws:SecureTransport":true}}},)"
             R"({"Condition":{"Null":{"AWS:securetransport":"true"}}}]})",
       {"aws:SecureTransport"}},
      {now + R"([{"Resource":["arn:aws:s3:::b/${aws:username}/${ aws:PrincipalTag/team , 'x'}*"]}]})",
       {"aws:username", "aws:PrincipalTag/team"}},
      {now + R"([{"NotResource":"${aws:userid}${aws:userid}"}]})", {"aws:userid"}},
      {now + R"([{"Condition":{"StringLike":{"s3:prefix":["${aws:username}/*"]}}}]})",
       {"s3:prefix", "aws:username"}},
      {now + R"([{"Resource":"${*}${?}${$}${open"}]})", {}},
      {R"({"Version":"2008-10-17","Statement":[{"Resource":"${aws:username}"}]})", {}},
      {R"({"Statement":[{"Condition":{"Bool":{"aws:SecureTransport":true}},"Resource":"${aws:userid}"}]})",
       {"aws:SecureTransport"}},
      {now + R"([{"Condition":"x"},{"Condition":{"Bool":[]}},7]})", {}},
      {"{", {}},
      {"", {}},
  }));
  CAPTURE(json);
  CHECK(context_keys(json) == keys);
}

TEST_CASE("a request has the keys of its context and those that follow from who asks") {
  Request request;
  request.principal = Principal::parse("arn:aws:iam::123456789012:user/alice");
  request.action = "kms:Decrypt";
  request.context.set("aws:SourceIp", "10.0.0.1");
  for (const char* key : {"AWS:sourceip", "aws:username", "aws:PrincipalArn", "kms:CallerAccount"}) {
    CAPTURE(key);
    CHECK(has_key(request, key));
  }
  for (const char* key : {"aws:CurrentTime", "aws:userid", "s3:prefix", "", "aws:"}) {
    CAPTURE(key);
    CHECK_FALSE(has_key(request, key));
  }
}

TEST_CASE("a value is of a type or it is not") {
  const auto [type, good, bad] = GENERATE(table<ValueType, std::string, std::string>({
      {ValueType::number, "-1.5", "one"},
      {ValueType::boolean, "True", "yes"},
      {ValueType::address, "10.0.0.0/8", "10.0.0"},
      {ValueType::date, "2030-01-01T00:00:00Z", "tomorrow"},
  }));
  CHECK(valid_value(type, good));
  CHECK_FALSE(valid_value(type, bad));
  CHECK(valid_value(ValueType::text, bad));
}
