#include <catch2/catch.hpp>

#include "core/json.h"
#include "scenarios/variables.h"

namespace latchkey::scenarios {
namespace {

Variables some() {
  Variables out;
  out.set("name", "qe");
  out.set("count", 3);
  out.set("list", List{1, 2});
  return out;
}

TEST_CASE("variables are filled into texts, and nothing else is touched") {
  const auto [text, filled] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"plain $ text $", "plain $ text $"},
      {"${name}-${name}", "qe-qe"},
      {"${count}", "3"},
      {"x${list}", "x[1,2]"},
      {"${aws:username}", "${aws:username}"},
      {"${*}${?}${$}", "${*}${?}${$}"},
      {"${aws:${name}}", "${aws:qe}"},
      {"${", "${"},
      {"${}", "${}"},
      {"${1}", "${1}"},
      {"$${name}", "${name}"},
      {"$$${name}", "$${name}"},
      {"a{3}$", "a{3}$"},
  }));
  CHECK(some().fill_text(text) == filled);
}

TEST_CASE("a text that is nothing but a variable takes its type") {
  const Value value = parse_json(R"({"a":"${count}","${name}":["${list}","${name}!"],"b":true})").value();
  CHECK(to_json(some().fill(value)) == R"({"a":3,"qe":[[1,2],"qe!"],"b":true})");
}

TEST_CASE("a variable without a value is an error that names it") {
  CHECK_THROWS_AS(some().fill_text("x ${missing}"), MissingVariable);
  CHECK_THROWS_WITH(some().fill(Value("${missing}")),
                    "${missing} has no value: no step before this one has set or captured it");
}

TEST_CASE("paths lead into members and lists") {
  const Value value = parse_json(R"({"a":{"b":[1,{"c":"x"}]},"d":[[5]]})").value();
  const auto [path, found] = GENERATE(table<std::string, std::string>({
      {"a.b[0]", "1"},
      {"a.b[1].c", "\"x\""},
      {"d[0][0]", "5"},
      {"d", "[[5]]"},
  }));
  REQUIRE(at_path(value, path) != nullptr);
  CHECK(to_json(*at_path(value, path)) == found);
}

TEST_CASE("paths that lead nowhere find nothing") {
  const Value value = parse_json(R"({"a":{"b":[1]}})").value();
  const std::string path = GENERATE("x", "a.x", "a[0]", "a.b[1]", "a.b[-1]", "a.b[]", "a.b[x]", "a.b[0",
                                    "a.b.c", "a.b[0].c", "a..b", "a.b[99999999999999999999]");
  INFO(path);
  CHECK(at_path(value, path) == nullptr);
}

}  // namespace
}  // namespace latchkey::scenarios
