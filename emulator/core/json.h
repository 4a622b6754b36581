// JSON text to Value and back. The only file with nlohmann/json outside the policy library.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/value.h"

namespace latchkey {

struct JsonError {
  std::string reason;      // one line
  std::size_t offset = 0;  // byte at which reading stopped
};

// What a reader of untrusted text allows. A document beyond a limit is an error, never a deep recursion.
struct JsonLimits {
  std::size_t depth = 64;
  std::size_t values = 100'000;
};

// Numbers without fraction or exponent that fit become int64_t, others double; a repeated name keeps the last value.
Result<Value, JsonError> parse_json(std::string_view text, JsonLimits limits = {});

// Compact text. Blob becomes base64, Time a number of seconds (with milliseconds as a fraction), none becomes null. Text
// that is not UTF-8 is written with replacement characters.
std::string to_json(const Value& value);
std::string to_json(const Members& members);  // without a copy of them
// The same over several lines, two blanks a level.
std::string to_json_indented(const Value& value);

}  // namespace latchkey
