// The constraint half of core/shape.h: every violation of an input, in AWS's words. No other file composes them.
#include <algorithm>

#include "core/encoding.h"
#include "core/pattern.h"
#include "core/shape.h"

namespace latchkey {
namespace {

constexpr char kMust[] = "failed to satisfy constraint: Member must ";

// AWS writes paths with the first letter of each member in lower case: tags.1.member.tagKey.
std::string path_name(std::string_view name) {
  std::string out(name);
  if (!out.empty()) out[0] = to_lower(out.substr(0, 1))[0];
  return out;
}

class Checker {
 public:
  explicit Checker(Wording wording) : wording_(wording) {}

  void structure(const Members& input, std::span<const Member> members, const std::string& prefix) {
    for (const Member& member : members) {
      const Value* value = input.find(member.name);
      if (value == nullptr && !member.required) continue;
      const std::string path = prefix + path_name(member.name);
      if (value != nullptr) {
        check(*value, *member.shape, path, member.name);
      } else if (member.required) {
        found_.push_back((wording_ == Wording::echoing ? "Value null at '" : "Value at '") + path + "' " + kMust +
                         "not be null");
      }
    }
  }

  std::vector<std::string> take() { return std::move(found_); }

 private:
  void add(const Value& value, const Shape& shape, const std::string& path, std::string_view must) {
    found_.push_back("Value " + echo(value, shape) + "at '" + path + "' " + kMust + std::string(must));
  }

  // "'x' ", or nothing where AWS keeps the value to itself.
  std::string echo(const Value& value, const Shape& shape) const {
    if (wording_ == Wording::silent || quiet_ || shape.secret || shape.document) return "";
    if (const auto* string = value.get_if<std::string>()) return "'" + *string + "' ";
    if (const auto* number = value.get_if<std::int64_t>()) return "'" + std::to_string(*number) + "' ";
    if (const auto* list = value.get_if<List>()) return list_text(*list);
    return "";
  }

  static std::string list_text(const List& list) {
    std::string out = "'[";
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out += ", ";
      if (list[i].is<std::string>()) out += list[i].get<std::string>();
    }
    return out + "]' ";
  }

  void bounds(const Value& value, const Shape& shape, const std::string& path, std::int64_t seen,
              std::string_view what) {
    if (seen > shape.max) {
      add(value, shape, path, "have " + std::string(what) + " less than or equal to " + std::to_string(shape.max));
    }
    if (seen < shape.min) {
      add(value, shape, path, "have " + std::string(what) + " greater than or equal to " + std::to_string(shape.min));
    }
  }

  void words(const Value& value, const Shape& shape, const std::string& path, std::string_view name) {
    const std::string& string = value.get<std::string>();
    if (!shape.values.empty()) {
      if (std::find(shape.values.begin(), shape.values.end(), string) == shape.values.end()) {
        add(value, shape, path, "satisfy enum value set" + enum_text(shape));
      }
      return;
    }
    if (!shape.pattern.empty() && !matches_pattern(shape.pattern, string)) {
      if (shape.pattern_words.empty()) {
        add(value, shape, path, "satisfy regular expression pattern: " + std::string(shape.pattern));
      } else {
        worded_.push_back("The specified value for " + path_name(name) + " is invalid. " +
                          std::string(shape.pattern_words));
      }
    }
    bounds(value, shape, path, static_cast<std::int64_t>(character_count(string)), "length");
  }

  std::string enum_text(const Shape& shape) const {
    if (wording_ == Wording::silent) return "";
    std::string out = ": [";
    for (std::size_t i = 0; i < shape.values.size(); ++i) {
      if (i > 0) out += ", ";
      out += shape.values[i];
    }
    return out + "]";
  }

  void check(const Value& value, const Shape& shape, const std::string& path, std::string_view name) {
    switch (shape.kind) {
      case Shape::Kind::boolean:
      case Shape::Kind::time: return;
      case Shape::Kind::text: return words(value, shape, path, name);
      case Shape::Kind::integer: return bounds(value, shape, path, value.get<std::int64_t>(), "value");
      case Shape::Kind::blob:
        return bounds(value, shape, path, static_cast<std::int64_t>(value.get<Blob>().bytes.size()), "length");
      case Shape::Kind::structure: return structure(value.get<Members>(), shape.members, path + ".");
      case Shape::Kind::list: return list(value, shape, path, name);
      case Shape::Kind::map: return map(value, shape, path, name);
    }
  }

  void list(const Value& value, const Shape& shape, const std::string& path, std::string_view name) {
    const List& elements = value.get<List>();
    bounds(value, shape, path, static_cast<std::int64_t>(elements.size()), "length");
    for (std::size_t i = 0; i < elements.size(); ++i) {
      quiet_ = is_secret_tag(elements[i]);
      check(elements[i], *shape.element, path + "." + std::to_string(i + 1) + ".member", name);
    }
    quiet_ = false;
  }

  void map(const Value& value, const Shape& shape, const std::string& path, std::string_view name) {
    const Members& entries = value.get<Members>();
    bounds(value, shape, path, static_cast<std::int64_t>(entries.size()), "length");
    for (const auto& [key, element] : entries) {
      check(Value(key), *shape.key, path, name);
      check(element, *shape.element, path + "." + key + ".member", name);
    }
  }

 public:
  // Where AWS has a sentence of its own for a pattern, that sentence is the whole message.
  const std::vector<std::string>& worded() const { return worded_; }

 private:
  Wording wording_;
  bool quiet_ = false;  // no value of what is being looked at may be repeated
  std::vector<std::string> found_;
  std::vector<std::string> worded_;
};

}  // namespace

std::vector<std::string> violations(const Members& input, std::span<const Member> members, Wording wording) {
  Checker checker(wording);
  checker.structure(input, members, "");
  std::vector<std::string> found = checker.take();
  found.insert(found.end(), checker.worded().begin(), checker.worded().end());
  return found;
}

void validate(const Members& input, std::span<const Member> members, Wording wording, Protocol protocol) {
  Checker checker(wording);
  checker.structure(input, members, "");
  const std::vector<std::string> found = checker.take();
  if (found.empty()) {
    if (checker.worded().empty()) return;
    throw validation_error(protocol, checker.worded().front());
  }
  std::string message = std::to_string(found.size()) +
                        (found.size() == 1 ? " validation error detected: " : " validation errors detected: ");
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) message += "; ";
    message += found[i];
  }
  throw validation_error(protocol, std::move(message));
}

}  // namespace latchkey
