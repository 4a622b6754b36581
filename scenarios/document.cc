#include "scenarios/document.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "core/json.h"
#include "scenarios/aws_call.h"
#include "scenarios/expect.h"
#include "scenarios/variables.h"

namespace latchkey::scenarios {
namespace {

constexpr JsonLimits kLimits{.depth = 64, .values = 2'000'000};
using Names = std::vector<std::string_view>;

[[noreturn]] void fail(const std::string& place, std::string_view reason) {
  throw std::runtime_error(place + ": " + std::string(reason));
}

enum class Type { text, flag, number, object, list, text_or_object, texts, text_or_texts, anything };

bool all_texts(const Value& value) {
  const auto* list = value.get_if<List>();
  return list != nullptr && std::all_of(list->begin(), list->end(),
                                        [](const Value& element) { return element.is<std::string>(); });
}

bool is_of(const Value& value, Type type) {
  switch (type) {
    case Type::text:
      return value.is<std::string>();
    case Type::flag:
      return value.is<bool>();
    case Type::number:
      return value.is<std::int64_t>();
    case Type::object:
      return value.is<Members>();
    case Type::list:
      return value.is<List>();
    case Type::text_or_object:
      return value.is<std::string>() || value.is<Members>();
    case Type::texts:
      return all_texts(value) && !value.get<List>().empty();
    case Type::text_or_texts:
      return value.is<std::string>() || all_texts(value);
    case Type::anything:
      return true;
  }
  return false;
}

std::string_view words_for(Type type) {
  switch (type) {
    case Type::text:
      return "must be a string";
    case Type::flag:
      return "must be true or false";
    case Type::number:
      return "must be a whole number";
    case Type::object:
      return "must be an object";
    case Type::list:
      return "must be a list";
    case Type::text_or_object:
      return "must be a string or an object";
    case Type::texts:
      return "must be a list of strings, and not empty";
    case Type::text_or_texts:
      return "must be a string or a list of strings";
    case Type::anything:
      return "";
  }
  return "";
}

struct Property {
  std::string_view name;
  Type type;
};
using Properties = std::vector<Property>;

const Property* property_named(const Properties& properties, std::string_view name) {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const Property& property) { return property.name == name; });
  return found == properties.end() ? nullptr : &*found;
}

void check(const Members& members, const std::string& place, const Properties& properties) {
  for (const auto& [name, value] : members) {
    const Property* property = property_named(properties, name);
    if (property == nullptr)
      fail(place.empty() ? name : place + "." + name, "is not a property of this object");
    if (!is_of(value, property->type))
      fail(place.empty() ? name : place + "." + name, words_for(property->type));
  }
}

// --- Steps
// -----------------------------------------------------------------------------------------------------------

struct StepKind {
  std::string_view name;
  Step::Kind kind;
  Properties properties;   // the first is the one that makes the step
  Properties expectation;  // of "expect"; none: the step has none
};

const std::vector<StepKind>& step_kinds() {
  static const std::vector<StepKind> kinds = {
      {"call",
       Step::Kind::call,
       {{"call", Type::text},
        {"name", Type::text},
        {"as", Type::text_or_object},
        {"region", Type::text},
        {"over", Type::text},
        {"input", Type::object},
        {"expect", Type::object}},
       {{"status", Type::anything},
        {"error", Type::object},
        {"answer", Type::anything},
        {"headers", Type::object},
        {"capture", Type::object}}},
      {"request",
       Step::Kind::request,
       {{"request", Type::object}, {"name", Type::text}, {"over", Type::text}, {"expect", Type::object}},
       {{"status", Type::anything},
        {"answer", Type::anything},
        {"body", Type::anything},
        {"headers", Type::object},
        {"capture", Type::object}}},
      {"run",
       Step::Kind::run,
       {{"run", Type::texts},
        {"name", Type::text},
        {"as", Type::text_or_object},
        {"env", Type::object},
        {"stdin", Type::text},
        {"timeout_seconds", Type::number},
        {"expect", Type::object}},
       {{"exit", Type::anything},
        {"stdout", Type::anything},
        {"stderr", Type::anything},
        {"stdout_contains", Type::text_or_texts},
        {"stderr_contains", Type::text_or_texts},
        {"capture", Type::object}}},
      {"identity",
       Step::Kind::identity,
       {{"identity", Type::text},
        {"name", Type::text},
        {"access_key_id", Type::text},
        {"secret_access_key", Type::text},
        {"session_token", Type::text}},
       {}},
      {"clock", Step::Kind::clock, {{"clock", Type::object}, {"name", Type::text}}, {}},
      {"faults", Step::Kind::faults, {{"faults", Type::anything}, {"name", Type::text}}, {}},
      {"nowhere",
       Step::Kind::nowhere,
       {{"nowhere", Type::text}, {"name", Type::text}, {"in", Type::texts}},
       {}},
      {"set", Step::Kind::set, {{"set", Type::object}, {"name", Type::text}}, {}},
      {"section", Step::Kind::section, {{"section", Type::text}}, {}},
  };
  return kinds;
}

const StepKind& kind_of(const Members& members, const std::string& place) {
  for (const StepKind& kind : step_kinds()) {
    if (members.find(kind.name) != nullptr) return kind;
  }
  std::string names;
  for (const StepKind& kind : step_kinds()) names += (names.empty() ? "" : ", ") + std::string(kind.name);
  fail(place, "is no step: it has none of " + names);
}

void check_choice(const Members& members, std::string_view name, const std::string& place,
                  const Names& choices) {
  const Value* value = members.find(name);
  if (value == nullptr) return;
  if (std::find(choices.begin(), choices.end(), value->get<std::string>()) == choices.end()) {
    fail(place + "." + std::string(name), "'" + value->get<std::string>() + "' is not one of the choices");
  }
}

void check_captures(const Members& expect, const std::string& place) {
  const Value* capture = expect.find("capture");
  if (capture == nullptr) return;
  for (const auto& [name, path] : capture->get<Members>()) {
    if (!is_variable_name(name)) fail(place + ".capture." + name, "is not a variable's name");
    if (!path.is<std::string>()) fail(place + ".capture." + name, "must be a path");
  }
}

void check_expect(const Members& members, const std::string& place, const StepKind& kind) {
  const Value* value = members.find("expect");
  if (value == nullptr) return;
  const Members& expect = value->get<Members>();
  check(expect, place, kind.expectation);
  check_captures(expect, place);
  for (const auto& [name, wanted] : expect) {
    if (name == "capture" || name.ends_with("_contains")) continue;
    check_expectation(wanted, place + "." + name);
  }
  if (const Value* error = expect.find("error")) {
    check(error->get<Members>(), place + ".error", {{"code", Type::anything}, {"message", Type::anything}});
  }
}

void check_credentials(const Members& members, const std::string& place) {
  const Value* as = members.find("as");
  if (as == nullptr || !as->is<Members>()) return;
  check(as->get<Members>(), place + ".as",
        {{"access_key_id", Type::text}, {"secret_access_key", Type::text}, {"session_token", Type::text}});
  for (const char* name : {"access_key_id", "secret_access_key"}) {
    if (as->get<Members>().find(name) == nullptr) fail(place + ".as." + name, "is missing");
  }
}

void check_call_name(const Members& members, const std::string& place) {
  const std::string& name = members.find("call")->get<std::string>();
  const std::size_t colon = name.find(':');
  if (colon == std::string::npos || colon + 1 == name.size() || !is_known_service(name.substr(0, colon))) {
    fail(place + ".call", "'" + name + "' is not SERVICE:OPERATION of kms, iam or sts");
  }
}

void check_step(const Members& members, const std::string& place, const StepKind& kind) {
  check(members, place, kind.properties);
  check_choice(members, "over", place, {"http", "https"});
  check_credentials(members, place);
  check_expect(members, place + ".expect", kind);
  if (kind.kind == Step::Kind::call) check_call_name(members, place);
  if (kind.kind == Step::Kind::request) {
    check(
        members.find("request")->get<Members>(), place + ".request",
        {{"method", Type::text}, {"path", Type::text}, {"headers", Type::object}, {"body", Type::anything}});
    if (members.find("request")->get<Members>().find("path") == nullptr)
      fail(place + ".request.path", "is missing");
  }
  if (kind.kind == Step::Kind::identity) {
    for (const char* name : {"access_key_id", "secret_access_key"}) {
      if (members.find(name) == nullptr) fail(place + "." + name, "is missing");
    }
  }
  if (const Value* in = members.find("in")) {
    for (const Value& where : in->get<List>()) {
      check_choice(Members{{"in", where}}, "in", place, {"journal", "state", "log", "later-answers"});
    }
  }
  if (const Value* set = members.find("set")) {
    for (const auto& [name, value] : set->get<Members>()) {
      if (!is_variable_name(name)) fail(place + ".set." + name, "is not a variable's name");
    }
  }
}

std::vector<Step> read_steps(const List& list) {
  std::vector<Step> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = "steps[" + std::to_string(i) + "]";
    if (!list[i].is<Members>()) fail(place, "must be an object");
    const Members& members = list[i].get<Members>();
    const StepKind& kind = kind_of(members, place);
    check_step(members, place, kind);
    out.push_back({kind.kind, place, members});
  }
  return out;
}

// --- The rest of the file
// --------------------------------------------------------------------------------------------

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw std::runtime_error("cannot be read");
  return text.str();
}

void read_options(const Members& members, Options& options) {
  check(members, "options",
        {{"account_id", Type::text},
         {"region", Type::text},
         {"clock", Type::text},
         {"enforce_iam", Type::flag},
         {"root_assume_role", Type::flag}});
  if (const Value* value = members.find("account_id")) options.account_id = value->get<std::string>();
  if (const Value* value = members.find("region")) options.region = value->get<std::string>();
  if (const Value* value = members.find("clock")) options.clock = value->get<std::string>();
  if (const Value* value = members.find("enforce_iam")) options.enforce_iam = value->get<bool>();
  if (const Value* value = members.find("root_assume_role")) options.root_assume_role = value->get<bool>();
}

void read_fixtures(const List& list, const std::filesystem::path& folder, Options& options) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = "fixtures[" + std::to_string(i) + "]";
    if (list[i].is<Members>()) {
      options.fixtures.push_back(to_json(list[i]));
    } else if (const auto* name = list[i].get_if<std::string>()) {
      try {
        options.fixtures.push_back(read_text(folder / *name));
      } catch (const std::exception& error) {
        fail(place, *name + " " + error.what());
      }
    } else {
      fail(place, "must be a fixture document or a file's name");
    }
  }
}

Scenario read_members(const Members& members, const std::filesystem::path& file) {
  check(members, "",
        {{"latchkey-scenario", Type::number},
         {"name", Type::text},
         {"description", Type::anything},
         {"options", Type::object},
         {"variables", Type::object},
         {"fixtures", Type::list},
         {"steps", Type::list}});
  const Value* version = members.find("latchkey-scenario");
  if (version == nullptr || *version != Value(1)) fail("latchkey-scenario", "must be 1");
  const Value* steps = members.find("steps");
  if (steps == nullptr) fail("steps", "is missing");
  Scenario out;
  out.file = file;
  const Value* name = members.find("name");
  out.name = name == nullptr ? file.filename().string() : name->get<std::string>();
  if (const Value* options = members.find("options")) read_options(options->get<Members>(), out.options);
  if (const Value* variables = members.find("variables")) out.variables = variables->get<Members>();
  for (const auto& [variable, value] : out.variables) {
    if (!is_variable_name(variable)) fail("variables." + variable, "is not a variable's name");
  }
  if (const Value* fixtures = members.find("fixtures")) {
    read_fixtures(fixtures->get<List>(), file.parent_path(), out.options);
  }
  out.steps = read_steps(steps->get<List>());
  return out;
}

}  // namespace

Scenario parse_scenario(std::string_view text, const std::filesystem::path& file) {
  try {
    const auto document = parse_json(text, kLimits);
    if (!document) {
      throw std::runtime_error("is not JSON: " + document.error().reason + " at byte " +
                               std::to_string(document.error().offset));
    }
    if (!document->is<Members>()) throw std::runtime_error("must be a JSON object");
    return read_members(document->get<Members>(), file);
  } catch (const std::exception& error) {
    throw ScenarioError(file.string() + ": " + error.what());
  }
}

Scenario read_scenario(const std::filesystem::path& file) {
  std::string text;
  try {
    text = read_text(file);
  } catch (const std::exception& error) {
    throw ScenarioError(file.string() + ": " + error.what());
  }
  return parse_scenario(text, file);
}

}  // namespace latchkey::scenarios
