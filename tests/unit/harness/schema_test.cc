// The JSON Schemas are what the readers go by, and the readers go by all of it.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>

#include "core/json.h"
#include "fixtures/load.h"
#include "fixtures/shapes.h"
#include "iam/managed.h"
#include "scenarios/document.h"
#include "scenarios/shapes.h"
#include "support/json_schema.h"
#include "support/paths.h"

namespace latchkey {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Value json_in(const fs::path& file) {
  const auto document = parse_json(contents(file), {.depth = 64, .values = 2'000'000});
  REQUIRE(document);
  return *document;
}

std::vector<fs::path> files_in(std::string_view folder, std::string_view ending) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(test::source_path(folder))) {
    if (entry.path().filename().string().ends_with(ending)) out.push_back(entry.path());
  }
  REQUIRE(!out.empty());
  return out;
}

void check_against(const Value& schema, const Value& document, const std::string& where) {
  INFO(where);
  CHECK(test::schema_violations(schema, document) == std::vector<std::string>());
}

std::string refusal_of_fixture(const Value& document) {
  Store store;
  for (const auto& policy : iam::aws_managed_policies()) store.load(policy);
  Random random(1);
  try {
    fixtures::load(to_json(document), store, random, Time::from_seconds(1'900'000'000), "us-east-1");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "(loaded)";
}

// --- Every property of the table, with a value that it cannot have
// ------------------------------------------------------------------------

// What a property needs to be if its shape alone does not say enough.
std::optional<Value> usual_value(std::string_view name) {
  if (name == "AssumeRolePolicyDocument")
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]})";
  if (name == "PolicyDocument")
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]})";
  if (name == "GranteePrincipal") return "arn:aws:iam::000000000000:root";
  if (name == "Operations") return List{"Decrypt"};
  if (name == "CiphertextBlob" || name == "Plaintext") return "AAAA";
  return std::nullopt;
}

// The required properties of a structure.
Members plain_structure(const Shape& shape) {
  Members out;
  for (const Member& member : shape.members) {
    if (!member.required) continue;
    const auto usual = usual_value(member.name);
    Value value = std::string(static_cast<std::size_t>(std::max<std::int64_t>(member.shape->min, 1)), 'a');
    if (member.shape->kind == Shape::Kind::integer) value = member.shape->min;
    if (member.shape->kind == Shape::Kind::list) value = List();
    if (member.shape->kind == Shape::Kind::map) value = Members();
    if (member.shape->kind == Shape::Kind::structure) value = plain_structure(*member.shape);
    out.add(std::string(member.name), usual.value_or(std::move(value)));
  }
  return out;
}

// wrap(value) puts a value of the shape into a whole document; at: its path there.
using Wrap = std::function<Value(Value)>;

void visit(const Shape& shape, const std::string& at, const Wrap& wrap, std::size_t& visited);

void visit_structure(const Shape& shape, const std::string& at, const Wrap& wrap, std::size_t& visited) {
  for (const Member& member : shape.members) {
    const std::string name(member.name);
    const std::string path = at.empty() ? name : at + "." + name;
    const Wrap put = [&](Value value) {
      Members object = plain_structure(shape);
      object.set(name, std::move(value));
      return wrap(std::move(object));
    };
    INFO(path);
    // No property takes a fraction.
    const std::string reason = refusal_of_fixture(put(0.5));
    CHECK(reason.starts_with(path + ": "));
    ++visited;
    visit(*member.shape, path, put, visited);
  }
}

void visit(const Shape& shape, const std::string& at, const Wrap& wrap, std::size_t& visited) {
  if (shape.kind == Shape::Kind::structure) return visit_structure(shape, at, wrap, visited);
  if (shape.kind == Shape::Kind::list && shape.element->kind == Shape::Kind::structure) {
    return visit(
        *shape.element, at + "[0]", [&](Value value) { return wrap(List{std::move(value)}); }, visited);
  }
  if (shape.kind == Shape::Kind::map && shape.element != nullptr &&
      shape.element->kind == Shape::Kind::structure) {
    return visit(
        *shape.element, at + ".000000000000",
        [&](Value value) {
          return wrap(Members{{"000000000000", std::move(value)}});
        },
        visited);
  }
}

}  // namespace

TEST_CASE("the schemas that are shipped are those of the tables") {
  // When this fails: build/release/tests/latchkey_schemas fixture > fixtures/fixture.schema.json, and
  // likewise scenario > scenarios/scenario.schema.json.
  CHECK(contents(test::source_path("fixtures/fixture.schema.json")) ==
        test::indented(test::fixture_schema()));
  CHECK(contents(test::source_path("scenarios/scenario.schema.json")) ==
        test::indented(test::scenario_schema()));
}

TEST_CASE("every fixture that comes with Latchkey is what the schema says, and loads") {
  const Value schema = test::fixture_schema();
  for (const fs::path& file : files_in("fixtures/examples", ".json")) {
    const Value document = json_in(file);
    check_against(schema, document, file);
    CHECK(refusal_of_fixture(document) == "(loaded)");
  }
}

TEST_CASE("every scenario that comes with Latchkey is what the schemas say") {
  const Value schema = test::scenario_schema();
  const Value of_fixtures = test::fixture_schema();
  for (const char* folder : {"scenarios", "scenarios/library"}) {
    for (const fs::path& file : files_in(folder, ".scenario.json")) {
      const Value document = json_in(file);
      check_against(schema, document, file);
      CHECK_NOTHROW(scenarios::read_scenario(file));
      const Value* fixtures = document.get<Members>().find("fixtures");
      for (const Value& fixture : fixtures == nullptr ? List() : fixtures->get<List>()) {
        if (fixture.is<Members>()) check_against(of_fixtures, fixture, file);
      }
    }
  }
}

TEST_CASE("the pages of both formats name every property") {
  const auto check = [](const char* page, const std::vector<std::string>& names) {
    const std::string text = contents(test::source_path(page));
    for (const std::string& name : names) {
      INFO(page << " does not name " << name);
      CHECK((text.find("`" + name + "`") != std::string::npos ||
             text.find("\"" + name + "\"") != std::string::npos));
    }
  };
  std::vector<std::string> names;
  const std::function<void(const Shape&)> collect = [&](const Shape& shape) {
    for (const Member& member : shape.members) {
      names.emplace_back(member.name);
      collect(*member.shape);
    }
    if (shape.element != nullptr) collect(*shape.element);
  };
  collect(fixtures::shape::Document);
  check("fixtures/FORMAT.md", names);
  names.clear();
  const std::function<void(const scenarios::Properties&)> gather = [&](const scenarios::Properties& shape) {
    for (const scenarios::Property& property : shape) {
      names.emplace_back(property.name);
      gather(property.members);
    }
  };
  gather(scenarios::document_shape());
  for (const auto& step : scenarios::step_shapes()) gather(step.properties);
  check("scenarios/FORMAT.md", names);
}

TEST_CASE("the reader of fixtures looks at every property that its table has") {
  std::size_t visited = 0;
  visit(
      fixtures::shape::Document, "", [](Value value) { return value; }, visited);
  CHECK(visited > 60);
}

TEST_CASE("a schema finds what its reader refuses") {
  const Value fixture = test::fixture_schema();
  for (const char* wrong :
       {R"({})", R"({"latchkey":2,"accounts":{}})", R"({"latchkey":1,"accounts":{"12":{}}})",
        R"({"latchkey":1,"accounts":{"000000000000":{"user":[]}}})",
        R"({"latchkey":1,"accounts":{"000000000000":{"users":[{}]}}})",
        R"({"latchkey":1,"accounts":{"000000000000":{"users":[{"UserName":"a b"}]}}})",
        R"({"latchkey":1,"accounts":{"000000000000":{"keys":[{"KeySpec":"DES"}]}}})",
        R"({"latchkey":1,"accounts":{"000000000000":{"keys":[{"PendingWindowInDays":31}]}}})",
        R"({"latchkey":1,"accounts":{"000000000000":{"keys":[{"Enabled":"yes"}]}}})"}) {
    INFO(wrong);
    const auto document = parse_json(wrong);
    REQUIRE(document);
    CHECK(!test::schema_violations(fixture, *document).empty());
    CHECK(refusal_of_fixture(*document) != "(loaded)");
  }
  const Value scenario = test::scenario_schema();
  for (const char* step :
       {R"({})", R"({"call":"kms:ListKeys","inputs":{}})", R"({"call":"kms:ListKeys","over":"ftp"})",
        R"({"call":"kms:ListKeys","expect":{"answer":{"a":{"$is":1}}}})",
        R"({"call":"kms:ListKeys","expect":{"capture":{"a b":"x"}}})", R"({"run":[]})",
        R"({"nowhere":"x","in":["attic"]})", R"({"journal":{"outcome":"lost"}})",
        R"({"clock":{"stop":true}})", R"({"identity":"a","access_key_id":"x"})"}) {
    INFO(step);
    const std::string text = R"({"latchkey-scenario":1,"steps":[)" + std::string(step) + "]}";
    const auto document = parse_json(text);
    REQUIRE(document);
    CHECK(!test::schema_violations(scenario, *document).empty());
    CHECK_THROWS(scenarios::parse_scenario(text, "s.json"));
  }
}

}  // namespace latchkey
