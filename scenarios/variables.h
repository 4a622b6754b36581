// Variables of a scenario: ${name} in any text, filled in when a step runs.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/value.h"

namespace latchkey::scenarios {

// A text needs a variable that nothing has set.
struct MissingVariable : std::runtime_error {
  explicit MissingVariable(const std::string& name)
      : MissingVariable(name,
                        "${" + name + "} has no value: no step before this one has set or captured it") {}
  MissingVariable(std::string name, const std::string& message)
      : std::runtime_error(message), variable(std::move(name)) {}
  std::string variable;
};

class Variables {
 public:
  void set(std::string name, Value value) { values_[std::move(name)] = std::move(value); }
  const Value* find(std::string_view name) const;

  // The text with every ${name} filled in. A name has letters, digits and _, and begins with no digit: other
  // ${...}, such as the policy variable ${aws:username}, stays as it is, and so does $${name}, which loses
  // one $. Throws MissingVariable.
  std::string fill_text(std::string_view text) const;
  // Every text inside the value. One that is nothing but ${name} becomes the variable's value with its own
  // type.
  Value fill(const Value& value) const;
  Members fill(const Members& members) const;

 private:
  std::map<std::string, Value, std::less<>> values_;
};

// The name's rule, for whatever sets variables.
bool is_variable_name(std::string_view name);

// The value at a path such as "KeyMetadata.Arn" or "Keys[0].KeyId"; nullptr if there is none. The empty path
// is the value itself.
const Value* at_path(const Value& value, std::string_view path);
const Value* at_path(Value&& value,
                     std::string_view path) = delete;  // Members, for one, would be a copy that is gone

// A value as it stands in a text: text as it is, all else as JSON.
std::string as_text(const Value& value);

}  // namespace latchkey::scenarios
