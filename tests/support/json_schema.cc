#include "support/json_schema.h"

#include <algorithm>
#include <cmath>

#include "core/encoding.h"
#include "core/json.h"
#include "core/pattern.h"
#include "fixtures/shapes.h"
#include "scenarios/expect.h"
#include "scenarios/shapes.h"
#include "scenarios/variables.h"

namespace latchkey::test {
namespace {

Members of_type(std::string_view type) { return {{"type", type}}; }
Members reference(std::string_view name) { return {{"$ref", "#/$defs/" + std::string(name)}}; }

Members document_of(std::string_view title) {
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
}

List texts(std::span<const std::string_view> words) {
  List out;
  for (const std::string_view word : words) out.emplace_back(word);
  return out;
}

// A whole text matches; \p is left to the reader, since not every validator has it.
void add_pattern(Members& to, std::string_view pattern) {
  if (pattern.empty() || pattern.find("\\p") != std::string_view::npos) return;
  if (pattern.starts_with("^")) pattern.remove_prefix(1);
  if (pattern.ends_with("$")) pattern.remove_suffix(1);
  to.add("pattern", "^(?:" + std::string(pattern) + ")$");
}

// --- Fixtures
// --------------------------------------------------------------------------------------------------------

Members schema_of(const Shape& shape);

Members text_schema(const Shape& shape) {
  if (shape.document) return reference("policyDocument");
  Members out = of_type("string");
  if (shape.min > 0) out.add("minLength", shape.min);
  if (shape.max != Shape::kNoMax) out.add("maxLength", shape.max);
  add_pattern(out, shape.pattern);
  if (!shape.values.empty()) out.add("enum", texts(shape.values));
  return out;
}

Members structure_schema(const Shape& shape) {
  Members properties;
  List required;
  for (const Member& member : shape.members) {
    properties.add(std::string(member.name), schema_of(*member.shape));
    if (member.required) required.emplace_back(member.name);
  }
  Members out = of_type("object");
  out.add("properties", std::move(properties));
  if (!required.empty()) out.add("required", std::move(required));
  return out.add("additionalProperties", false);
}

Members schema_of(const Shape& shape) {
  Members out;
  switch (shape.kind) {
    case Shape::Kind::text:
    case Shape::Kind::blob:
    case Shape::Kind::time:
      return text_schema(shape);
    case Shape::Kind::integer:
      if (shape.min == shape.max) return {{"const", shape.min}};
      return of_type("integer").add("minimum", shape.min).add("maximum", shape.max);
    case Shape::Kind::boolean:
      return of_type("boolean");
    case Shape::Kind::list:
      out = of_type("array").add("items", schema_of(*shape.element));
      if (shape.max != Shape::kNoMax) out.add("maxItems", shape.max);
      return out;
    case Shape::Kind::map:
      out = of_type("object");
      if (shape.element == nullptr) return out;
      if (!shape.key->pattern.empty()) out.add("propertyNames", text_schema(*shape.key));
      return out.add("additionalProperties", schema_of(*shape.element));
    case Shape::Kind::structure:
      return structure_schema(shape);
  }
  return out;
}

// --- Scenarios
// -------------------------------------------------------------------------------------------------------

constexpr std::string_view kVariableName = "^[A-Za-z_][A-Za-z0-9_]*$";

Members object_schema(const scenarios::Properties& properties);

Members any_of(List choices) { return {{"anyOf", std::move(choices)}}; }

Members named_values(const Members& value) {
  return of_type("object")
      .add("propertyNames", Members{{"pattern", kVariableName}})
      .add("additionalProperties", value);
}

Members with_choices(const scenarios::Property& property) {
  Members out = of_type("string");
  if (!property.choices.empty()) out.add("enum", texts(property.choices));
  return out;
}

Members object_of(const scenarios::Property& property) {
  return property.members.empty() ? of_type("object") : object_schema(property.members);
}

Members list_of(const Members& items) { return of_type("array").add("items", items); }

Members property_schema(const scenarios::Property& property) {
  using scenarios::Type;
  switch (property.type) {
    case Type::text:
      return with_choices(property);
    case Type::flag:
      return of_type("boolean");
    case Type::number:
      return of_type("integer");
    case Type::object:
      return object_of(property);
    case Type::list:
      return of_type("array");
    case Type::text_or_object:
      return any_of({of_type("string"), object_of(property)});
    case Type::text_or_list:
      return any_of({of_type("string"), of_type("array")});
    case Type::text_or_texts:
      return any_of({of_type("string"), list_of(of_type("string"))});
    case Type::texts:
      return list_of(with_choices(property)).add("minItems", 1);
    case Type::captures:
      return named_values(of_type("string"));
    case Type::variables:
      return named_values({});
    case Type::expectation:
      return reference("expectation");
    case Type::expectations:
      return of_type("object").add("additionalProperties", reference("expectation"));
    case Type::fixtures:
      return list_of(any_of({of_type("string"), of_type("object")}));
    case Type::steps: {
      List kinds;
      for (const auto& step : scenarios::step_shapes()) kinds.emplace_back(reference(step.name));
      return list_of(any_of(std::move(kinds)));
    }
    case Type::anything:
      return {};
  }
  return {};
}

Members object_schema(const scenarios::Properties& properties) {
  Members fields;
  List required;
  for (const scenarios::Property& property : properties) {
    fields.add(std::string(property.name), property_schema(property));
    if (property.required) required.emplace_back(property.name);
  }
  Members out = of_type("object");
  out.add("properties", std::move(fields));
  if (!required.empty()) out.add("required", std::move(required));
  return out.add("additionalProperties", false);
}

Members argument_schema(scenarios::Argument argument) {
  using scenarios::Argument;
  switch (argument) {
    case Argument::text:
      return of_type("string");
    case Argument::yes:
      return {{"const", true}};
    case Argument::number:
      return of_type("integer");
    case Argument::expectation:
      return reference("expectation");
    case Argument::expectations:
      return list_of(reference("expectation"));
  }
  return {};
}

Members expectation_schema() {
  Members matchers;
  for (const auto& matcher : scenarios::matcher_shapes()) {
    matchers.add(std::string(matcher.name), argument_schema(matcher.argument));
  }
  const Members plain{{"type", List{"string", "number", "boolean", "null"}}};
  return any_of({plain, list_of(reference("expectation")),
                 of_type("object")
                     .add("propertyNames", Members{{"pattern", "^(?!\\$)"}})
                     .add("additionalProperties", reference("expectation")),
                 of_type("object")
                     .add("properties", std::move(matchers))
                     .add("minProperties", 1)
                     .add("additionalProperties", false)});
}

// --- Writing
// ---------------------------------------------------------------------------------------------------------

void write(std::string& out, const Value& value, std::size_t depth) {
  const std::string indent(2 * (depth + 1), ' ');
  const std::string end = "\n" + std::string(2 * depth, ' ');
  const auto* members = value.get_if<Members>();
  const auto* list = value.get_if<List>();
  constexpr std::size_t kShort = 90;
  if (const std::string line = to_json(value);
      line.size() <= kShort || (members == nullptr && list == nullptr)) {
    out += line;
    return;
  }
  bool first = true;
  out += members != nullptr ? '{' : '[';
  const auto next = [&] {
    out += first ? "\n" : ",\n";
    out += indent;
    first = false;
  };
  if (members != nullptr) {
    for (const auto& [name, member] : *members) {
      next();
      out += to_json(Value(name)) + ": ";
      write(out, member, depth + 1);
    }
  } else {
    for (const Value& element : *list) {
      next();
      write(out, element, depth + 1);
    }
  }
  out += end + (members != nullptr ? '}' : ']');
}

// --- Checking
// --------------------------------------------------------------------------------------------------------

class Checker {
 public:
  Checker(const Value& root, std::vector<std::string>& problems) : root_(root), problems_(problems) {}

  void check(const Value& schema, const Value& value, const std::string& at) {
    const Members& rules = schema.get<Members>();
    if (const Value* target = rules.find("$ref"))
      return check(definition(target->get<std::string>()), value, at);
    if (const Value* choices = rules.find("anyOf")) return check_any(choices->get<List>(), value, at);
    if (const Value* wanted = rules.find("const"); wanted != nullptr && *wanted != value)
      problem(at, "const");
    if (const Value* type = rules.find("type"); type != nullptr && !is_of(*type, value)) {
      return problem(at, "type");
    }
    if (const Value* choices = rules.find("enum");
        choices != nullptr && !is_among(choices->get<List>(), value)) {
      problem(at, "enum");
    }
    if (value.is<std::string>()) check_text(rules, value.get<std::string>(), at);
    if (value.is<std::int64_t>()) check_number(rules, value.get<std::int64_t>(), at);
    if (value.is<List>()) check_list(rules, value.get<List>(), at);
    if (value.is<Members>()) check_object(rules, value.get<Members>(), at);
  }

 private:
  void problem(const std::string& at, std::string_view keyword) {
    problems_.push_back(at + ": " + std::string(keyword));
  }

  const Value& definition(const std::string& pointer) const {
    const std::string name = pointer.substr(std::string_view("#/$defs/").size());
    return *root_.get<Members>().find("$defs")->get<Members>().find(name);
  }

  void check_any(const List& choices, const Value& value, const std::string& at) {
    for (const Value& choice : choices) {
      std::vector<std::string> problems;
      Checker(root_, problems).check(choice, value, at);
      if (problems.empty()) return;
    }
    problem(at, "anyOf");
  }

  static bool is_among(const List& list, const Value& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }

  static bool is_of(const Value& type, const Value& value) {
    if (const auto* many = type.get_if<List>()) {
      return std::any_of(many->begin(), many->end(), [&](const Value& one) { return is_of(one, value); });
    }
    const std::string& name = type.get<std::string>();
    if (name == "string") return value.is<std::string>();
    if (name == "integer") return value.is<std::int64_t>();
    if (name == "number") return value.is<std::int64_t>() || value.is<double>();
    if (name == "boolean") return value.is<bool>();
    if (name == "array") return value.is<List>();
    if (name == "object") return value.is<Members>();
    return name == "null" && value.is_none();
  }

  static std::int64_t number(const Members& rules, std::string_view name, std::int64_t otherwise) {
    const Value* value = rules.find(name);
    return value == nullptr ? otherwise : value->get<std::int64_t>();
  }

  void check_text(const Members& rules, const std::string& text, const std::string& at) {
    const auto length = static_cast<std::int64_t>(character_count(text));
    if (length < number(rules, "minLength", 0) || length > number(rules, "maxLength", length))
      problem(at, "length");
    const Value* pattern = rules.find("pattern");
    if (pattern != nullptr && !fits(pattern->get<std::string>(), text)) problem(at, "pattern");
  }

  static bool fits(const std::string& pattern, const std::string& text) {
    if (pattern == "^(?!\\$)") return !text.starts_with("$");
    if (pattern == kVariableName) return scenarios::is_variable_name(text);
    constexpr std::string_view kHead = "^(?:";
    constexpr std::string_view kTail = ")$";
    return matches_pattern(pattern.substr(kHead.size(), pattern.size() - kHead.size() - kTail.size()), text);
  }

  void check_number(const Members& rules, std::int64_t value, const std::string& at) {
    if (value < number(rules, "minimum", value) || value > number(rules, "maximum", value))
      problem(at, "range");
  }

  void check_list(const Members& rules, const List& list, const std::string& at) {
    const auto size = static_cast<std::int64_t>(list.size());
    if (size < number(rules, "minItems", 0) || size > number(rules, "maxItems", size)) problem(at, "items");
    const Value* items = rules.find("items");
    if (items == nullptr) return;
    for (std::size_t i = 0; i < list.size(); ++i) check(*items, list[i], at + "[" + std::to_string(i) + "]");
  }

  void check_object(const Members& rules, const Members& members, const std::string& at) {
    if (static_cast<std::int64_t>(members.size()) < number(rules, "minProperties", 0))
      problem(at, "minProperties");
    if (const Value* required = rules.find("required")) {
      for (const Value& name : required->get<List>()) {
        if (members.find(name.get<std::string>()) == nullptr)
          problem(at + "." + name.get<std::string>(), "required");
      }
    }
    const Value* properties = rules.find("properties");
    const Value* others = rules.find("additionalProperties");
    const Value* names = rules.find("propertyNames");
    for (const auto& [name, value] : members) {
      const std::string place = at + "." + name;
      if (names != nullptr) check(*names, Value(name), place);
      const Value* known = properties == nullptr ? nullptr : properties->get<Members>().find(name);
      if (known != nullptr)
        check(*known, value, place);
      else if (others != nullptr && *others == Value(false))
        problem(place, "additionalProperties");
      else if (others != nullptr)
        check(*others, value, place);
    }
  }

  const Value& root_;
  std::vector<std::string>& problems_;
};

}  // namespace

Value fixture_schema() {
  Members out = document_of("A fixture document of Latchkey");
  for (auto& [name, value] : structure_schema(fixtures::shape::Document)) out.add(name, value);
  const Members policy = any_of({of_type("string"), of_type("object")});
  return out.add("$defs", Members{{"policyDocument", policy}});
}

Value scenario_schema() {
  Members out = document_of("A scenario file of Latchkey");
  for (auto& [name, value] : object_schema(scenarios::document_shape())) out.add(name, value);
  Members definitions{{"expectation", expectation_schema()}};
  for (const auto& step : scenarios::step_shapes()) {
    definitions.add(std::string(step.name), object_schema(step.properties));
  }
  return out.add("$defs", std::move(definitions));
}

std::string indented(const Value& value) {
  std::string out;
  write(out, value, 0);
  return out + "\n";
}

std::vector<std::string> schema_violations(const Value& schema, const Value& document) {
  std::vector<std::string> problems;
  Checker(schema, problems).check(schema, document, "");
  return problems;
}

}  // namespace latchkey::test
