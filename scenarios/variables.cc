#include "scenarios/variables.h"

#include <algorithm>
#include <charconv>

#include "core/json.h"

namespace latchkey::scenarios {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The name at "${name}" where a text begins with that; empty for anything else.
std::string_view reference_at(std::string_view text) {
  if (!text.starts_with("${")) return {};
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos) return {};
  const std::string_view name = text.substr(2, end - 2);
  return is_variable_name(name) ? name : std::string_view();
}

constexpr std::size_t kAroundName = 3;  // the characters of ${}

}  // namespace

bool is_variable_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

std::string as_text(const Value& value) {
  const std::string* text = value.get_if<std::string>();
  return text == nullptr ? to_json(value) : *text;
}

const Value* Variables::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

std::string Variables::fill_text(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    out.append(text.substr(0, dollar));
    text.remove_prefix(dollar);
    if (text.empty()) break;
    const std::string_view escaped = reference_at(text.substr(1));
    const std::string_view name = reference_at(text);
    if (!escaped.empty()) {
      out.append(text.substr(1, escaped.size() + kAroundName));
      text.remove_prefix(escaped.size() + kAroundName + 1);
    } else if (!name.empty()) {
      const Value* value = find(name);
      if (value == nullptr) throw MissingVariable(std::string(name));
      out += as_text(*value);
      text.remove_prefix(name.size() + kAroundName);
    } else {
      out += '$';
      text.remove_prefix(1);
    }
  }
  return out;
}

Value Variables::fill(const Value& value) const {
  if (const auto* text = value.get_if<std::string>()) {
    const std::string_view name = reference_at(*text);
    if (name.empty() || name.size() + kAroundName != text->size()) return fill_text(*text);
    const Value* found = find(name);
    if (found == nullptr) throw MissingVariable(std::string(name));
    return *found;
  }
  if (const auto* list = value.get_if<List>()) {
    List out;
    for (const Value& element : *list) out.push_back(fill(element));
    return out;
  }
  if (const auto* members = value.get_if<Members>()) return fill(*members);
  return value;
}

Members Variables::fill(const Members& members) const {
  Members out;
  for (const auto& [name, member] : members) out.add(fill_text(name), fill(member));
  return out;
}

const Value* at_path(const Value& value, std::string_view path) {
  const Value* at = &value;
  while (!path.empty()) {
    if (path.front() == '[') {
      const std::size_t end = path.find(']');
      const List* list = at->get_if<List>();
      if (end == std::string_view::npos || list == nullptr) return nullptr;
      std::size_t index = 0;
      const auto [stopped, problem] = std::from_chars(path.data() + 1, path.data() + end, index);
      if (problem != std::errc() || stopped != path.data() + end || index >= list->size()) return nullptr;
      at = &(*list)[index];
      path.remove_prefix(end + 1);
    } else {
      const std::string_view name = path.substr(0, std::min(path.find_first_of(".["), path.size()));
      const Members* members = at->get_if<Members>();
      at = members == nullptr ? nullptr : members->find(name);
      if (at == nullptr) return nullptr;
      path.remove_prefix(name.size());
    }
    if (path.starts_with(".")) path.remove_prefix(1);
  }
  return at;
}

}  // namespace latchkey::scenarios
