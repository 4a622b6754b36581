#include <catch2/catch.hpp>

#include "core/json.h"
#include "core/render.h"
#include "scenarios/xml.h"

namespace latchkey::scenarios {
namespace {

std::string read(std::string_view text) {
  const auto root = read_xml(text);
  return root ? root->name + " " + to_json(root->value) : "failure: " + root.error();
}

TEST_CASE("XML becomes text, lists and members") {
  const auto [text, value] = GENERATE(table<std::string, std::string>({
      {"<a/>", "a null"},
      {"<a></a>", "a null"},
      {"<a> x </a>", R"(a " x ")"},
      {"<?xml version=\"1.0\"?>\n<!-- c --><a b='1' c=\"2\"/>\n", "a null"},
      {"<a><b>1</b><c>2</c></a>", R"(a {"b":"1","c":"2"})"},
      {"<a>\n  <member>1</member>\n  <member><b/></member>\n</a>", R"(a ["1",{"b":null}])"},
      {"<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x20AC;</a>", "a \"<&>\\\"'A\xe2\x82\xac\""},
      {"<a><![CDATA[<b>&amp;]]></a>", R"(a "<b>&amp;")"},
      {"<n:a xmlns:n=\"x\"><n:b>1</n:b></n:a>", R"(a {"b":"1"})"},
      {"<a>x<!-- y -->z</a>", R"(a "xz")"},
  }));
  CHECK(read(text) == value);
}

TEST_CASE("the answers that the emulator writes are read back") {
  const Members result{{"User", Members{{"UserName", "a<&>\"'\r\n b"}, {"Path", "/"}}},
                       {"Names", List{"x", "y"}}};
  const auto root =
      read_xml(query_answer("GetUser", "https://iam.amazonaws.com/doc/2010-05-08/", result, "id-1"));
  REQUIRE(root);
  CHECK(root->name == "GetUserResponse");
  CHECK(*root->value.get<Members>().find("GetUserResult") == Value(result));
}

TEST_CASE("what is no XML is refused with a reason") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {"", "an element is missing"},
      {"x", "an element is missing"},
      {"<", "a name is missing"},
      {"<a", "a name is missing"},
      {"<a>", "<a> has no end"},
      {"<a></b>", "<a> is closed by another name"},
      {"<a/><b/>", "text after the root element"},
      {"<a b/>", "an attribute without a value"},
      {"<a b=1/>", "an attribute without quotes"},
      {"<a b=\"1/>", "the text ends too early"},
      {"<a>&x;</a>", "unknown entity &x;"},
      {"<a>&amp</a>", "an & that begins no entity"},
      {"<a>&#xD800;</a>", "a character reference that is none"},
      {"<a>&#0;</a>", "a character reference that is none"},
      {"<a>&#x110000;</a>", "a character reference that is none"},
      {"<a>&#99999999999;</a>", "an & that begins no entity"},
      {"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "a document type is not allowed"},
      {"<a><!-- </a>", "the text ends too early"},
  }));
  CHECK(read(text) == "failure: " + reason);
}

TEST_CASE("documents that are nested too deeply or have too many elements are refused") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  CHECK(read(deep) == "failure: elements are nested too deeply");
  const auto wide = read_xml("<a><b/><b/><b/></a>", {.depth = 8, .elements = 3});
  REQUIRE_FALSE(wide);
  CHECK(wide.error() == "too many elements");
}

}  // namespace
}  // namespace latchkey::scenarios
