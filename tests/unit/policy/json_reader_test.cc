#include <catch2/catch.hpp>

#include "policy/json_reader.h"

using namespace latchkey::policy;

TEST_CASE("JSON that is not exactly one value is refused") {
  const char* const text = GENERATE(
      "", " ", "{", "}", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{'a':1}", "01", "1.", ".5", "1e", "+1",
      "- 1", "nul", "truex", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
      "\"\t\"", "1 2", "{} {}", "{\"a\":1 \"b\":2}", "[1 2]", "NaN", "Infinity", "/**/1", "\"\xC0\x80\"",
      "\"\xED\xA0\x80\"", "\"\xF5\x80\x80\x80\"", "\"\xE2\x82\"", "\"\xFF\"", "{\"a\":1,\"a\":2}",
      "{\"a\":1,\"\\u0061\":2}", "{\"b\":{\"a\":1,\"c\":0,\"a\":2}}");
  CAPTURE(text);
  Json out;
  CHECK_FALSE(read_json(text, 32, out));
}

TEST_CASE("JSON is read as written") {
  Json out;
  REQUIRE(read_json(
      R"( {"s":"aé\n\u00e9\ud83d\ude00","n":10.0,"e":-1E+2,"t":true,"z":null,"l":[1,"2",[]],"o":{}} )", 32,
      out));
  CHECK(out.find("s")->text == "aé\né😀");
  CHECK(out.find("n")->text == "10.0");
  CHECK(out.find("e")->text == "-1E+2");
  CHECK(out.find("t")->text == "true");
  CHECK(out.find("z")->is(Json::Type::null));
  CHECK(out.find("l")->items.size() == 3);
  CHECK(out.find("o")->is(Json::Type::object));
  CHECK(out.find("absent") == nullptr);
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  Json out, more;
  CHECK(read_json(nested(32), 32, out));
  CHECK_FALSE(read_json(nested(33), 32, more));
  const std::string deep = nested(100'000);
  JsonCursor deep_cursor(deep, 32);
  std::string_view span;
  CHECK_FALSE(deep_cursor.skip_value(span));
}

TEST_CASE("a skipped value is checked and given as written") {
  const std::string text = R"({"a": [1, {"b" : "x\"y"}] , "c":0})";
  JsonCursor cursor(text, 8);
  std::string_view a;
  REQUIRE(cursor.read_object([&](const std::string& name) {
    std::string_view other;
    return cursor.skip_value(name == "a" ? a : other);
  }));
  CHECK(a == R"([1, {"b" : "x\"y"}])");
  CHECK(cursor.at_end());
}

TEST_CASE("strings are written so that they read back") {
  const std::string text("a\"b\\c\n\x01\x1f é", 12);
  std::string json;
  append_json_string(json, text);
  Json out;
  REQUIRE(read_json(json, 1, out));
  CHECK(out.text == text);
}
