#include "core/shape.h"

#include <algorithm>
#include <charconv>

#include "core/clock.h"
#include "core/encoding.h"

namespace latchkey {
namespace {

const Member* find_member(std::span<const Member> members, std::string_view name) {
  const auto found = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == name; });
  return found == members.end() ? nullptr : &*found;
}

// --- JSON ------------------------------------------------------------------------------------------------------------

std::string_view json_type(const Value& value) {
  if (value.is<bool>()) return value.get<bool>() ? "TRUE_VALUE" : "FALSE_VALUE";
  if (value.is<std::int64_t>()) return "NUMBER_VALUE";
  if (value.is<double>()) return "DECIMAL_VALUE";
  return "STRING_VALUE";
}

[[noreturn]] void refuse(const Value& value, std::string_view wanted) {
  if (value.is<List>()) throw serialization_error("Start of list found where not expected");
  if (value.is<Members>()) throw serialization_error("Start of structure or map found where not expected.");
  throw serialization_error(std::string(json_type(value)) + " can not be converted to " + std::string(wanted));
}

Value read_json(Value&& value, const Shape& shape);

std::int64_t read_integer(const Value& value) {
  if (const auto* number = value.get_if<std::int64_t>()) {
    // AWS's integers have 32 bits; a larger one is outside every constraint, so keep it large.
    return *number;
  }
  if (const auto* number = value.get_if<double>()) {
    if (*number >= -9.2e18 && *number <= 9.2e18) return static_cast<std::int64_t>(*number);
  }
  refuse(value, "an Integer");
}

Value read_blob(const Value& value) {
  if (!value.is<std::string>()) refuse(value, "a Blob");
  auto bytes = base64_decode(value.get<std::string>());
  if (!bytes) throw serialization_error();
  return Blob{std::move(*bytes)};
}

Value read_time(const Value& value) {
  if (const auto* number = value.get_if<std::int64_t>()) {
    if (*number > -100'000'000'000LL && *number < 100'000'000'000LL) return Time{*number * 1000};
  }
  if (const auto* number = value.get_if<double>()) {
    if (*number > -1e11 && *number < 1e11) return Time{static_cast<std::int64_t>(*number * 1000)};
  }
  if (const auto* string = value.get_if<std::string>()) {
    if (const auto time = parse_iso8601(*string)) return *time;
  }
  refuse(value, "a Timestamp");
}

Value read_list(Value&& value, const Shape& shape) {
  if (!value.is<List>()) refuse(value, "a List");
  for (Value& element : value.get<List>()) element = read_json(std::move(element), *shape.element);
  return std::move(value);
}

Value read_map(Value&& value, const Shape& shape) {
  if (!value.is<Members>()) refuse(value, "a Map");
  Members out;
  for (auto& [name, element] : value.get<Members>()) {
    if (!element.is_none()) out.add(std::move(name), read_json(std::move(element), *shape.element));
  }
  return out;
}

Value read_json(Value&& value, const Shape& shape) {
  switch (shape.kind) {
    case Shape::Kind::text:
      if (!value.is<std::string>()) refuse(value, "a String");
      return std::move(value);
    case Shape::Kind::boolean:
      if (!value.is<bool>()) refuse(value, "a Boolean");
      return std::move(value);
    case Shape::Kind::integer: return read_integer(value);
    case Shape::Kind::blob: return read_blob(value);
    case Shape::Kind::time: return read_time(value);
    case Shape::Kind::list: return read_list(std::move(value), shape);
    case Shape::Kind::map: return read_map(std::move(value), shape);
    case Shape::Kind::structure: return from_json(std::move(value), shape.members);
  }
  return {};
}

// --- Forms -----------------------------------------------------------------------------------------------------------

bool any_under(const Form& form, const std::string& name) {
  if (form.contains(name)) return true;
  const std::string prefix = name + ".";
  const auto next = form.lower_bound(prefix);
  return next != form.end() && next->first.starts_with(prefix);
}

Value read_form(const Form& form, const std::string& name, const Shape& shape);

Members read_form_structure(const Form& form, const std::string& prefix, std::span<const Member> members) {
  Members out;
  for (const Member& member : members) {
    const std::string name = prefix + std::string(member.name);
    if (any_under(form, name)) out.add(std::string(member.name), read_form(form, name, *member.shape));
  }
  return out;
}

Value read_form_list(const Form& form, const std::string& name, const Shape& element) {
  List out;
  for (std::size_t index = 1; out.size() <= form.size(); ++index) {
    const std::string entry = name + ".member." + std::to_string(index);
    if (!any_under(form, entry)) break;
    out.push_back(read_form(form, entry, element));
  }
  return out;
}

Value read_form_map(const Form& form, const std::string& name, const Shape& element) {
  Members out;
  for (std::size_t index = 1; out.size() <= form.size(); ++index) {
    const std::string entry = name + ".entry." + std::to_string(index);
    const auto key = form.find(entry + ".key");
    if (key == form.end()) break;
    if (any_under(form, entry + ".value")) out.add(key->second, read_form(form, entry + ".value", element));
  }
  return out;
}

Value read_form_scalar(const std::string& value, const Shape& shape) {
  switch (shape.kind) {
    case Shape::Kind::boolean:
      if (equal_ignoring_case(value, "true")) return true;
      if (equal_ignoring_case(value, "false")) return false;
      throw malformed_input("'" + value + "' is not a valid boolean.");
    case Shape::Kind::integer: {
      std::int64_t number = 0;
      const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (problem != std::errc() || end != value.data() + value.size()) {
        throw malformed_input("'" + value + "' is not a valid integer.");
      }
      return number;
    }
    case Shape::Kind::blob: {
      auto bytes = base64_decode(value);
      if (!bytes) throw malformed_input("A blob must be base64.");
      return Blob{std::move(*bytes)};
    }
    case Shape::Kind::time: {
      const auto time = parse_iso8601(value);
      if (!time) throw malformed_input("'" + value + "' is not a valid timestamp.");
      return *time;
    }
    default: return value;
  }
}

Value read_form(const Form& form, const std::string& name, const Shape& shape) {
  switch (shape.kind) {
    case Shape::Kind::structure: return read_form_structure(form, name + ".", shape.members);
    case Shape::Kind::list: return read_form_list(form, name, *shape.element);
    case Shape::Kind::map: return read_form_map(form, name, *shape.element);
    default: break;
  }
  const auto found = form.find(name);
  if (found == form.end()) throw malformed_input("Unexpected complex element termination");
  return read_form_scalar(found->second, shape);
}

}  // namespace

Members from_json(Value document, std::span<const Member> members) {
  if (!document.is<Members>()) refuse(document, "a Structure");
  Members out;
  for (auto& [name, value] : document.get<Members>()) {
    if (value.is_none()) continue;
    if (const Member* member = find_member(members, name))
      out.set(std::move(name), read_json(std::move(value), *member->shape));
  }
  return out;
}

Members from_form(const Form& form, std::span<const Member> members) {
  return read_form_structure(form, "", members);
}

bool is_secret_tag(const Value& element) {
  const auto* tag = element.get_if<Members>();
  const Value* key = tag == nullptr ? nullptr : tag->find("TagKey");
  return key != nullptr && *key == Value("_custom_key_material_");
}

Members without_secrets(Members input, std::span<const Member> members) {
  Members out;
  for (auto& [name, value] : input) {
    const Member* member = find_member(members, name);
    if (member == nullptr || member->shape->secret) continue;
    if (member->shape->kind == Shape::Kind::structure) {
      out.add(std::move(name), without_secrets(std::move(value.get<Members>()), member->shape->members));
    } else if (value.is<List>()) {
      std::erase_if(value.get<List>(), is_secret_tag);
      out.add(std::move(name), std::move(value));
    } else {
      out.add(std::move(name), std::move(value));
    }
  }
  return out;
}

}  // namespace latchkey
