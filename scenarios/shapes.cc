#include "scenarios/shapes.h"

#include <algorithm>
#include <stdexcept>

#include "scenarios/expect.h"
#include "scenarios/variables.h"

namespace latchkey::scenarios {
namespace {

// --- The table
// -------------------------------------------------------------------------------------------------------

constexpr bool kRequired = true;

Property who() {
  return {"as",
          Type::text_or_object,
          false,
          {},
          {{"access_key_id", Type::text, kRequired},
           {"secret_access_key", Type::text, kRequired},
           {"session_token", Type::text}}};
}

Property transport() { return {"over", Type::text, false, {"http", "https"}}; }

Property expect(Properties members) { return {"expect", Type::object, false, {}, std::move(members)}; }

Properties call_properties() {
  return {
      {"call", Type::text, kRequired},
      {"name", Type::text},
      who(),
      {"region", Type::text},
      transport(),
      {"input", Type::object},
      expect(
          {{"status", Type::expectation},
           {"error", Type::object, false, {}, {{"code", Type::expectation}, {"message", Type::expectation}}},
           {"answer", Type::expectation},
           {"headers", Type::expectations},
           {"capture", Type::captures}})};
}

Properties request_properties() {
  return {{"request",
           Type::object,
           kRequired,
           {},
           {{"method", Type::text},
            {"path", Type::text, kRequired},
            {"headers", Type::object},
            {"body", Type::anything}}},
          {"name", Type::text},
          transport(),
          expect({{"status", Type::expectation},
                  {"answer", Type::expectation},
                  {"body", Type::expectation},
                  {"headers", Type::expectations},
                  {"capture", Type::captures}})};
}

Properties run_properties() {
  return {{"run", Type::texts, kRequired},
          {"name", Type::text},
          who(),
          {"env", Type::object},
          {"stdin", Type::text},
          {"timeout_seconds", Type::number},
          expect({{"exit", Type::expectation},
                  {"stdout", Type::expectation},
                  {"stderr", Type::expectation},
                  {"stdout_contains", Type::text_or_texts},
                  {"stderr_contains", Type::text_or_texts},
                  {"capture", Type::captures}})};
}

Properties journal_properties() {
  return {{"journal",
           Type::object,
           kRequired,
           {},
           {{"action", Type::text},
            {"principal", Type::text},
            {"account", Type::text},
            {"outcome", Type::text, false, {"allowed", "denied", "would-deny", "error"}},
            {"since", Type::text}}},
          {"name", Type::text},
          expect({{"count", Type::expectation},
                  {"first", Type::expectation},
                  {"last", Type::expectation},
                  {"entries", Type::expectation},
                  {"capture", Type::captures}})};
}

}  // namespace

const std::vector<StepShape>& step_shapes() {
  static const std::vector<StepShape> shapes = {
      {"call", Step::Kind::call, call_properties()},
      {"request", Step::Kind::request, request_properties()},
      {"run", Step::Kind::run, run_properties()},
      {"journal", Step::Kind::journal, journal_properties()},
      {"identity",
       Step::Kind::identity,
       {{"identity", Type::text, kRequired},
        {"name", Type::text},
        {"access_key_id", Type::text, kRequired},
        {"secret_access_key", Type::text, kRequired},
        {"session_token", Type::text}}},
      {"clock",
       Step::Kind::clock,
       {{"clock",
         Type::object,
         kRequired,
         {},
         {{"freeze", Type::text}, {"advance", Type::text}, {"release", Type::flag}}},
        {"name", Type::text}}},
      {"faults", Step::Kind::faults, {{"faults", Type::text_or_list, kRequired}, {"name", Type::text}}},
      {"nowhere",
       Step::Kind::nowhere,
       {{"nowhere", Type::text, kRequired},
        {"name", Type::text},
        {"in", Type::texts, false, {"journal", "state", "log", "later-answers"}}}},
      {"set", Step::Kind::set, {{"set", Type::variables, kRequired}, {"name", Type::text}}},
      {"section", Step::Kind::section, {{"section", Type::text, kRequired}}},
  };
  return shapes;
}

const Properties& document_shape() {
  static const Properties shape = {{"$schema", Type::text},
                                   {"latchkey-scenario", Type::number, kRequired},
                                   {"name", Type::text},
                                   {"description", Type::anything},
                                   {"options",
                                    Type::object,
                                    false,
                                    {},
                                    {{"account_id", Type::text},
                                     {"region", Type::text},
                                     {"clock", Type::text},
                                     {"enforce_iam", Type::flag},
                                     {"root_assume_role", Type::flag}}},
                                   {"variables", Type::variables},
                                   {"fixtures", Type::fixtures},
                                   {"steps", Type::steps, kRequired}};
  return shape;
}

// --- The check
// -------------------------------------------------------------------------------------------------------

namespace {

[[noreturn]] void fail(const std::string& place, const std::string& reason) {
  throw std::runtime_error(place + ": " + reason);
}

bool all_texts(const Value& value) {
  const auto* list = value.get_if<List>();
  return list != nullptr && std::all_of(list->begin(), list->end(),
                                        [](const Value& element) { return element.is<std::string>(); });
}

// What is wrong with a value's type; empty: nothing.
std::string_view type_problem(const Value& value, Type type) {
  const auto unless = [](bool right, std::string_view words) { return right ? std::string_view() : words; };
  switch (type) {
    case Type::text:
      return unless(value.is<std::string>(), "must be a string");
    case Type::flag:
      return unless(value.is<bool>(), "must be true or false");
    case Type::number:
      return unless(value.is<std::int64_t>(), "must be a whole number");
    case Type::object:
    case Type::captures:
    case Type::variables:
    case Type::expectations:
      return unless(value.is<Members>(), "must be an object");
    case Type::list:
    case Type::fixtures:
    case Type::steps:
      return unless(value.is<List>(), "must be a list");
    case Type::text_or_object:
      return unless(value.is<std::string>() || value.is<Members>(), "must be a string or an object");
    case Type::text_or_list:
      return unless(value.is<std::string>() || value.is<List>(), "must be a list");
    case Type::texts:
      return unless(all_texts(value) && !value.get<List>().empty(),
                    "must be a list of strings, and not empty");
    case Type::text_or_texts:
      return unless(value.is<std::string>() || all_texts(value), "must be a string or a list of strings");
    case Type::expectation:
    case Type::anything:
      return "";
  }
  return "";
}

void check_choice(const Value& value, const std::string& place, const Property& property) {
  if (property.choices.empty()) return;
  const List texts = value.is<List>() ? value.get<List>() : List{value};
  for (const Value& text : texts) {
    const std::string& word = text.get<std::string>();
    if (std::find(property.choices.begin(), property.choices.end(), word) == property.choices.end()) {
      fail(place, "'" + word + "' is not one of the choices");
    }
  }
}

void check_variable_names(const Members& members, const std::string& place) {
  for (const auto& [name, value] : members) {
    if (!is_variable_name(name)) fail(place + "." + name, "is not a variable's name");
  }
}

void check_inside(const Value& value, const std::string& place, const Property& property) {
  if (property.type == Type::expectation || property.type == Type::expectations) {
    check_expectation(value, place);
  }
  const auto* members = value.get_if<Members>();
  if (members == nullptr) return;
  if (!property.members.empty()) check_shape(*members, place, property.members);
  if (property.type == Type::variables || property.type == Type::captures) {
    check_variable_names(*members, place);
  }
  if (property.type != Type::captures) return;
  for (const auto& [name, path] : *members) {
    if (!path.is<std::string>()) fail(place + "." + name, "must be a path");
  }
}

}  // namespace

void check_shape(const Members& members, const std::string& place, const Properties& shape) {
  const auto at = [&](std::string_view name) {
    return place.empty() ? std::string(name) : place + "." + std::string(name);
  };
  for (const auto& [name, value] : members) {
    const std::string& wanted = name;
    const auto property =
        std::find_if(shape.begin(), shape.end(), [&](const Property& known) { return known.name == wanted; });
    if (property == shape.end()) fail(at(name), "is not a property of this object");
    const std::string_view problem = type_problem(value, property->type);
    if (!problem.empty()) fail(at(name), std::string(problem));
    check_choice(value, at(name), *property);
    check_inside(value, at(name), *property);
  }
  for (const Property& property : shape) {
    if (property.required && members.find(property.name) == nullptr) fail(at(property.name), "is missing");
  }
}

}  // namespace latchkey::scenarios
