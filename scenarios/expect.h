// What a scenario expects, beside what was seen.
//
// An expectation is a value: an object asks for its members and lets others be, a list for elements one by
// one, anything else for an equal. An object whose names begin with $ is a matcher: see FORMAT.md. Where an
// object is expected and a text is there, the text is read as a JSON document, URL-encoded or not, as IAM and
// KMS return policies; documents must be equal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace latchkey::scenarios {

struct Difference {
  std::string path;  // "answer.KeyMetadata.Enabled"
  std::string wanted;
  std::string seen;
};

enum class Typing {
  typed,   // JSON: 3600 is not "3600"
  untyped  // XML: everything is text, and an element without content may be a list, an object or a text
};

// seen: nullptr where there is nothing.
std::vector<Difference> compare(const Value& wanted, const Value* seen, const std::string& path,
                                Typing typing);

// What a matcher takes.
enum class Argument { text, yes, number, expectation, expectations };
struct MatcherShape {
  std::string_view name;  // "$contains"
  Argument argument;
};
std::vector<MatcherShape> matcher_shapes();

// Throws std::runtime_error with path and reason if an expectation uses a matcher that does not exist, or
// wrongly.
void check_expectation(const Value& wanted, const std::string& path);

}  // namespace latchkey::scenarios
