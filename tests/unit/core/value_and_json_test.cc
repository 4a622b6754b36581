#include <catch2/catch.hpp>

#include "core/json.h"
#include "core/render.h"

using namespace latchkey;

TEST_CASE("JSON text becomes a Value and comes back the same") {
  const auto text = GENERATE(as<std::string>(), R"({"b":1,"a":[true,false,null,"x",-5,1.5],"c":{"d":{}}})", "[]", "\"\"",
                             R"({"text":"\"\\\n\u0001 é"})");
  const auto value = parse_json(text);
  REQUIRE(value);
  const auto again = parse_json(to_json(*value));
  REQUIRE(again);
  CHECK(*again == *value);
}

TEST_CASE("members keep their order and a repeated name keeps the last value") {
  const auto value = parse_json(R"({"z":1,"a":2,"z":3})");
  REQUIRE(value);
  CHECK(to_json(*value) == R"({"z":3,"a":2})");
}

TEST_CASE("what is not JSON is refused") {
  const auto text = GENERATE(as<std::string>(), "", "{", "{]", "nul", "{\"a\":1,}", "'a'", "\"\xff\"", "{}x", "01", "[1 2]");
  CHECK_FALSE(parse_json(text));
}

TEST_CASE("deep and large documents are refused without recursion") {
  CHECK_FALSE(parse_json(std::string(100'000, '[')));
  CHECK_FALSE(parse_json(std::string(65, '[') + std::string(65, ']')));
  CHECK(parse_json(std::string(64, '[') + std::string(64, ']')));
  std::string wide = "[0";
  for (int i = 0; i < 100'001; ++i) wide += ",0";
  CHECK_FALSE(parse_json(wide + "]"));
}

TEST_CASE("times are seconds with milliseconds as a fraction, blobs are base64") {
  CHECK(to_json(Members{{"t", Time{1'500}}, {"b", Blob{std::string("\0\xff", 2)}}}) == R"({"t":1.500,"b":"AP8="})");
  CHECK(to_json(Time{-500}) == "-1.500");
  CHECK(to_json(Time{2'000}) == "2");
}

TEST_CASE("a query answer nests lists as member and leaves the result out where there is none") {
  const Value result = Members{{"Users", List{Members{{"UserName", "a<b"}}}}, {"Empty", List()}};
  CHECK(query_answer("ListUsers", "urn:x", result, "id-1") ==
        "<ListUsersResponse xmlns=\"urn:x\">\n  <ListUsersResult>\n    <Users>\n      <member>\n"
        "        <UserName>a&lt;b</UserName>\n      </member>\n    </Users>\n    <Empty/>\n  </ListUsersResult>\n"
        "  <ResponseMetadata>\n    <RequestId>id-1</RequestId>\n  </ResponseMetadata>\n</ListUsersResponse>\n");
  CHECK(query_answer("DeleteUser", "urn:x", Value(), "i").find("Result") == std::string::npos);
}

TEST_CASE("a query error has the bytes that AWS sends") {
  const AwsError error(403, "InvalidClientTokenId", "The security token included in the request is invalid");
  const std::string text =
      query_error(error, "https://sts.amazonaws.com/doc/2011-06-15/", "16fc956c-311e-4199-bee1-1680236e9698");
  CHECK(text.size() == 305);  // the Content-Length of a recorded answer
}

TEST_CASE("a JSON error without a message has no message member") {
  CHECK(json_error(AwsError(400, "InvalidCiphertextException")) == R"({"__type":"InvalidCiphertextException"})");
  CHECK(json_error(AwsError(400, "X", "y").with_capital_message()) == R"({"__type":"X","Message":"y"})");
}
