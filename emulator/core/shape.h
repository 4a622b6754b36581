// Shapes: what AWS's API models say of each input member, as constexpr tables, and the engine that reads, checks and
// names violations from them.
//
// https://smithy.io/2.0/spec/constraint-traits.html
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/value.h"

namespace latchkey {

struct Member;

struct Shape {
  enum class Kind { text, blob, integer, boolean, time, list, map, structure };
  static constexpr std::int64_t kNoMax = std::numeric_limits<std::int64_t>::max();

  Kind kind = Kind::text;
  // Length of text (characters), bytes, entries; or the range of an integer.
  std::int64_t min = 0;
  std::int64_t max = kNoMax;
  std::string_view pattern = {};                   // AWS's own text of it
  std::string_view pattern_words = {};             // where AWS says it in words: "It must contain only ..."
  std::span<const std::string_view> values = {};   // enum, in the order AWS prints it
  const Shape* key = nullptr;                      // map
  const Shape* element = nullptr;                  // list, map
  std::span<const Member> members = {};            // structure
  bool secret = false;                             // never echoed in an error, never kept in the journal
  bool document = false;                           // a policy document: kept, but not echoed
};

struct Member {
  std::string_view name;
  const Shape* shape;
  bool required = false;
};

constexpr Shape text(std::int64_t min = 0, std::int64_t max = Shape::kNoMax, std::string_view pattern = {},
                     std::string_view words = {}) {
  return {.kind = Shape::Kind::text, .min = min, .max = max, .pattern = pattern, .pattern_words = words};
}
constexpr Shape bytes(std::int64_t min, std::int64_t max) { return {.kind = Shape::Kind::blob, .min = min, .max = max}; }
constexpr Shape integer(std::int64_t min = std::numeric_limits<std::int32_t>::min(),
                        std::int64_t max = std::numeric_limits<std::int32_t>::max()) {
  return {.kind = Shape::Kind::integer, .min = min, .max = max};
}
constexpr Shape boolean() { return {.kind = Shape::Kind::boolean}; }
constexpr Shape timestamp() { return {.kind = Shape::Kind::time}; }
constexpr Shape one_of(std::span<const std::string_view> values) {
  return {.kind = Shape::Kind::text, .values = values};
}
constexpr Shape list_of(const Shape& element, std::int64_t min = 0, std::int64_t max = Shape::kNoMax) {
  return {.kind = Shape::Kind::list, .min = min, .max = max, .element = &element};
}
constexpr Shape map_of(const Shape& key, const Shape& element, std::int64_t min = 0, std::int64_t max = Shape::kNoMax) {
  return {.kind = Shape::Kind::map, .min = min, .max = max, .key = &key, .element = &element};
}
constexpr Shape structure(std::span<const Member> members) {
  return {.kind = Shape::Kind::structure, .members = members};
}
constexpr Shape secret(Shape shape) {
  shape.secret = true;
  return shape;
}
constexpr Shape document(Shape shape) {
  shape.document = true;
  return shape;
}
constexpr Member req(std::string_view name, const Shape& shape) { return {name, &shape, true}; }
constexpr Member opt(std::string_view name, const Shape& shape) { return {name, &shape, false}; }

// --- Reading ---------------------------------------------------------------------------------------------------------

// A JSON document (already parsed) to typed input. Members that the operation does not declare are ignored, nulls are
// absent. Throws SerializationException.
Members from_json(Value document, std::span<const Member> members);

// Form parameters to typed input: Name.member.1.Key=value. Throws MalformedInput.
using Form = std::map<std::string, std::string, std::less<>>;
Members from_form(const Form& form, std::span<const Member> members);

// --- Checking --------------------------------------------------------------------------------------------------------

// How a service words what is wrong.
enum class Wording {
  echoing,  // Value 'x' at 'name' ...: KMS, STS
  silent,   // Value at 'name' ..., and an enum's values are not listed: IAM since 2025
};

// Every violation, in the order of the members, as "Value ... at '...' failed to satisfy constraint: ...".
std::vector<std::string> violations(const Members& input, std::span<const Member> members, Wording wording);
// Throws the validation error that carries all of them; does nothing if there are none.
void validate(const Members& input, std::span<const Member> members, Wording wording, Protocol protocol);

// The input without what its shapes call secret, for the journal.
// The tag of CreateKey that brings a key's material (kms/custom_tags.h).
bool is_secret_tag(const Value& element);
Members without_secrets(Members input, std::span<const Member> members);

}  // namespace latchkey
