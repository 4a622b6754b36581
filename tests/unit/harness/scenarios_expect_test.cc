#include <catch2/catch.hpp>

#include "core/json.h"
#include "scenarios/expect.h"

namespace latchkey::scenarios {
namespace {

Value json(const std::string& text) { return parse_json(text).value(); }

// "path: wanted / seen" of the first difference; empty if there is none.
std::string first(const std::string& wanted, const std::string& seen, Typing typing = Typing::typed) {
  const Value value = json(seen);
  const auto differences = compare(json(wanted), &value, "answer", typing);
  if (differences.empty()) return "";
  return differences[0].path + ": " + differences[0].wanted + " / " + differences[0].seen;
}

TEST_CASE("what is as expected has no difference") {
  const auto [wanted, seen] = GENERATE(table<std::string, std::string>({
      {"1", "1"},
      {"1", "1.0"},
      {"null", "null"},
      {R"({"a":1})", R"({"b":2,"a":1})"},
      {R"([{"a":1}])", R"([{"a":1,"b":2}])"},
      {R"({"$matches":"arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/.+"})",
       R"("arn:aws:kms:us-east-1:000000000000:key/x")"},
      {R"({"$present":true})", "0"},
      {R"({"a":{"$absent":true}})", R"({"b":1})"},
      {R"({"$contains":"b"})", R"("abc")"},
      {R"({"$contains":{"a":1}})", R"([{"a":2},{"a":1,"b":1}])"},
      {R"({"$exactly":{"a":{"b":1}}})", R"({"a":{"b":1}})"},
      {R"({"$length":2})", "[1,2]"},
      {R"({"$length":3})", R"("abc")"},
      {R"({"$not":1})", "2"},
      {R"({"a":{"$not":{"$absent":true}}})", R"({"a":1})"},
      {R"({"$one_of":[1,2]})", "2"},
      {R"({"$base64":"hello"})", R"("aGVsbG8=")"},
      {R"({"$length":3,"$matches":"[a-c]+"})", R"("abc")"},
      // Documents come as text: as it is from KMS, percent-encoded from IAM.
      {R"({"Version":"2012-10-17","Id":"x"})", R"("{\"Id\" : \"x\", \"Version\":\"2012-10-17\"}")"},
      {R"({"Version":"2012-10-17"})", R"("%7B%22Version%22%3A%222012-10-17%22%7D")"},
  }));
  CHECK(first(wanted, seen) == "");
}

TEST_CASE("a difference says where it is, what was wanted and what was seen") {
  const auto [wanted, seen, difference] = GENERATE(table<std::string, std::string, std::string>({
      {"1", "2", "answer: 1 / 2"},
      {"1", R"("1")", R"(answer: 1 / "1")"},
      {"1", "1.5", "answer: 1 / 1.5"},
      {"true", R"("true")", R"(answer: true / "true")"},
      {R"({"a":{"b":1}})", R"({"a":{"b":2}})", "answer.a.b: 1 / 2"},
      {R"({"a":1})", "{}", "answer.a: 1 / nothing"},
      {R"({"a":1})", "[]", R"(answer: {"a":1} / [])"},
      {R"({"a":1})", "null", R"(answer: {"a":1} / null)"},
      {"[1]", "[1,2]", "answer: [1] / [1,2]"},
      {"[1,3]", "[1,2]", "answer[1]: 3 / 2"},
      {"[]", "{}", "answer: [] / {}"},
      {"[]", "null", "answer: [] / null"},
      {R"({"$matches":"a+"})", R"("aab")", R"(answer: text that matches a+ / "aab")"},
      {R"({"$matches":"1"})", "1", "answer: text that matches 1 / 1"},
      {R"({"$present":true})", "null", "answer: something / null"},
      {R"({"a":{"$present":true}})", "{}", "answer.a: something / nothing"},
      {R"({"a":{"$absent":true}})", R"({"a":null})", "answer.a: nothing / null"},
      {R"({"$contains":"x"})", R"("abc")", R"(answer: something that contains "x" / "abc")"},
      {R"({"$contains":3})", "[1,2]", "answer: something that contains 3 / [1,2]"},
      {R"({"$contains":1})", R"({"a":1})", R"(answer: something that contains 1 / {"a":1})"},
      {R"({"$exactly":{"a":1}})", R"({"a":1,"b":2})", "answer.b: nothing / 2"},
      {R"({"$exactly":{"a":{}}})", R"({"a":{"b":2}})", "answer.a.b: nothing / 2"},
      {R"({"$length":1})", "[]", "answer: a length of 1 / []"},
      {R"({"$length":0})", "{}", "answer: a length of 0 / {}"},
      {R"({"$not":1})", "1", "answer: anything but 1 / 1"},
      {R"({"$one_of":[1,2]})", "3", "answer: one of [1,2] / 3"},
      {R"({"$base64":"hello"})", R"("hello")", R"(answer: the base64 of "hello" / "hello")"},
      {R"({"a":1})", R"("no json")", R"(answer: {"a":1} / "no json")"},
      {R"({"a":1})", R"("{\"a\":1,\"b\":2}")", "answer.b: nothing / 2"},
  }));
  CHECK(first(wanted, seen) == difference);
}

TEST_CASE("every difference is found, not only the first") {
  const Value seen = json(R"({"a":2,"b":3})");
  CHECK(compare(json(R"({"a":1,"b":2,"c":3})"), &seen, "", Typing::typed).size() == 3);
}

TEST_CASE("in XML everything is text, and emptiness has no type") {
  CHECK(first("3600", R"("3600")", Typing::untyped) == "");
  CHECK(first("true", R"("true")", Typing::untyped) == "");
  CHECK(first("[]", "null", Typing::untyped) == "");
  CHECK(first("{}", "null", Typing::untyped) == "");
  CHECK(first(R"("")", "null", Typing::untyped) == "");
  CHECK(first(R"({"$length":0})", "null", Typing::untyped) == "");
  CHECK(first("3600", R"("360")", Typing::untyped) == R"(answer: 3600 / "360")");
  CHECK(first(R"({"a":1})", "null", Typing::untyped) == "answer.a: 1 / nothing");
  CHECK(first("[1]", "null", Typing::untyped) == "answer: [1] / null");
}

TEST_CASE("a pattern that a variable has broken is a difference, not a crash") {
  CHECK(first(R"({"$matches":"("})", R"("x")") ==
        R"(answer: text that matches ( (a pattern that cannot be read) / "x")");
}

TEST_CASE("expectations with unknown or misused matchers are refused") {
  const auto [wanted, reason] = GENERATE(table<std::string, std::string>({
      {R"({"a":{"$macthes":"x"}})", "expect.a.$macthes: is not a matcher"},
      {R"([{"$matches":1}])", "expect[0].$matches: must be a string"},
      {R"({"$present":false})", "expect.$present: must be true"},
      {R"({"$length":"2"})", "expect.$length: must be a number"},
      {R"({"$one_of":1})", "expect.$one_of: must be a list"},
      {R"({"$not":{"$nothing":1}})", "expect.$not.$nothing: is not a matcher"},
      {R"({"$contains":"a","name":1})", "expect.name: is not a matcher"},
  }));
  CHECK_THROWS_WITH(check_expectation(json(wanted), "expect"), reason);
}

}  // namespace
}  // namespace latchkey::scenarios
