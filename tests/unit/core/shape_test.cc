#include <catch2/catch.hpp>

#include "core/json.h"
#include "core/pattern.h"
#include "core/shape.h"

using namespace latchkey;

namespace {

constexpr Shape kName = text(2, 5, R"([\w+=,.@-]*)");
constexpr Shape kCount = integer(1, 10);
constexpr Shape kSecret = secret(bytes(1, 4));
constexpr std::string_view kColours[] = {"RED", "BLUE"};
constexpr Shape kColour = one_of(kColours);
constexpr Shape kTagKey = text(1, 4);
constexpr Member kTagMembers[] = {req("TagKey", kTagKey), opt("TagValue", kTagKey)};
constexpr Shape kTag = structure(kTagMembers);
constexpr Shape kTags = list_of(kTag, 0, 2);
constexpr Shape kMap = map_of(kTagKey, kTagKey);
constexpr Shape kFlag = boolean();
constexpr Shape kWhen = timestamp();
constexpr Member kMembers[] = {req("Name", kName), opt("Count", kCount), opt("Secret", kSecret), opt("Colour", kColour),
                               opt("Tags", kTags), opt("Map", kMap),     opt("Flag", kFlag),     opt("When", kWhen)};

std::string message(std::string_view json, Wording wording = Wording::echoing) {
  try {
    validate(from_json(*parse_json(json), kMembers), kMembers, wording, Protocol::json);
  } catch (const AwsError& error) {
    return error.code() + ": " + error.message().value_or("");
  }
  return "";
}

constexpr char kOne[] = "ValidationException: 1 validation error detected: ";

}  // namespace

TEST_CASE("each broken constraint is named in AWS's words") {
  const auto [json, expected] = GENERATE(table<std::string, std::string>({
      {R"({"Name":"abc"})", ""},
      {"{}", "Value null at 'name' failed to satisfy constraint: Member must not be null"},
      {R"({"Name":"a"})", "Value 'a' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2"},
      {R"({"Name":"abcdef"})", "Value 'abcdef' at 'name' failed to satisfy constraint: Member must have length less than or equal to 5"},
      {R"({"Name":"a:b"})", "Value 'a:b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"},
      {R"({"Name":"abc","Count":0})", "Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1"},
      {R"({"Name":"abc","Count":11})", "Value '11' at 'count' failed to satisfy constraint: Member must have value less than or equal to 10"},
      {R"({"Name":"abc","Secret":"AAAAAAAA"})", "Value at 'secret' failed to satisfy constraint: Member must have length less than or equal to 4"},
      {R"({"Name":"abc","Colour":"GREEN"})", "Value 'GREEN' at 'colour' failed to satisfy constraint: Member must satisfy enum value set: [RED, BLUE]"},
      {R"({"Name":"abc","Tags":[{"TagKey":"toolong"}]})", "Value 'toolong' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length less than or equal to 4"},
      {R"({"Name":"abc","Tags":[{}]})", "Value null at 'tags.1.member.tagKey' failed to satisfy constraint: Member must not be null"},
  }));
  CAPTURE(json);
  CHECK(message(json) == (expected.empty() ? "" : kOne + expected));
}

TEST_CASE("all violations come at once") {
  CHECK(message(R"({"Count":0})") ==
        "ValidationException: 2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must "
        "not be null; Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1");
}

TEST_CASE("IAM's wording neither echoes values nor lists enums") {
  CHECK(message(R"({"Name":"abc","Colour":"GREEN"})", Wording::silent) ==
        std::string(kOne) + "Value at 'colour' failed to satisfy constraint: Member must satisfy enum value set");
}

TEST_CASE("a JSON value of the wrong type is a SerializationException") {
  const auto json = GENERATE(as<std::string>(), R"({"Name":5})", R"({"Name":["a"]})", R"({"Name":{"a":1}})",
                             R"({"Count":"5"})", R"({"Secret":"!"})", R"({"Secret":5})", R"({"Flag":"true"})",
                             R"({"Tags":{}})", R"({"Tags":["x"]})", R"({"Map":[]})", R"({"When":"soon"})", "[]", "5");
  CAPTURE(json);
  try {
    from_json(*parse_json(json), kMembers);
    FAIL("taken");
  } catch (const AwsError& error) {
    CHECK(error.code() == "SerializationException");
  }
}

TEST_CASE("unknown members are ignored and nulls are absent") {
  const Members input = from_json(*parse_json(R"({"Name":null,"Other":{"x":[1]},"Count":3})"), kMembers);
  CHECK(to_json(input) == R"({"Count":3})");
}

TEST_CASE("form parameters become lists and structures") {
  const Form form{{"Name", "abc"},           {"Count", "3"},      {"Tags.member.1.TagKey", "k"}, {"Tags.member.1.TagValue", "v"},
                  {"Tags.member.2.TagKey", "l"}, {"Flag", "TRUE"}, {"Map.entry.1.key", "a"},     {"Map.entry.1.value", "b"}};
  CHECK(to_json(from_form(form, kMembers)) ==
        R"({"Name":"abc","Count":3,"Tags":[{"TagKey":"k","TagValue":"v"},{"TagKey":"l"}],"Map":{"a":"b"},"Flag":true})");
}

TEST_CASE("form values that cannot be read are MalformedInput") {
  const auto [name, value] = GENERATE(table<std::string, std::string>(
      {{"Count", "x"}, {"Count", "99999999999999999999"}, {"Flag", "yes"}, {"Secret", "*"}, {"When", "x"}, {"Name.x", "y"}}));
  CHECK_THROWS_AS(from_form(Form{{name, value}}, kMembers), AwsError);
}

TEST_CASE("secrets stay out of the journal's copy") {
  const Members input = from_json(*parse_json(R"({"Name":"abc","Secret":"AAAA"})"), kMembers);
  CHECK(to_json(without_secrets(input, kMembers)) == R"({"Name":"abc"})");
}

TEST_CASE("patterns of AWS's models match as AWS means them") {
  const auto [pattern, text, expected] = GENERATE(table<std::string, std::string, bool>({
      {R"([\w+=,.@-]*)", "", true},
      {R"([\w+=,.@-]*)", "a+=,.@-Z9_", true},
      {R"([\w+=,.@-]*)", "a b", false},
      {R"(^[a-zA-Z0-9:/_-]+$)", "alias/x", true},
      {R"(^[a-zA-Z0-9:/_-]+$)", "", false},
      {R"((\u002F)|(\u002F[\u0021-\u007E]+\u002F))", "/", true},
      {R"((\u002F)|(\u002F[\u0021-\u007E]+\u002F))", "/a/b/", true},
      {R"((\u002F)|(\u002F[\u0021-\u007E]+\u002F))", "/a", false},
      {R"([\u0020-\u00FF]*)", "\xc3\xbf", true},
      {R"([\u0020-\u00FF]*)", "\xc4\x80", false},
      {R"([\p{L}\p{Z}\p{N}_.:/=+\-@]+)", "\xc3\xa9 1", true},
      {R"([\d]*)", "12a", false},
      {R"(v[1-9][0-9]*(\.[A-Za-z0-9-]*)?)", "v12.x", true},
      {R"(v[1-9][0-9]*(\.[A-Za-z0-9-]*)?)", "v0", false},
      {R"([a-z]{2,3}x?)", "abx", true},
      {R"([a-z]{2,3}x?)", "a", false},
      {R"(.*)", "any", true},
      {R"(\S+)", "a b", false},
  }));
  CAPTURE(pattern, text);
  CHECK(matches_pattern(pattern, text) == expected);
}

TEST_CASE("a long text is matched without recursion") {
  CHECK(matches_pattern(R"([\u0009\u000A\u000D\u0020-\u00FF]+)", std::string(200'000, 'a')));
  CHECK_FALSE(matches_pattern(R"((a|b)*c)", std::string(100'000, 'a')));
}
