// The one table of what a scenario may hold: files are checked by it, and the JSON Schema is made of it
// (scenario.schema.json).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "scenarios/document.h"

namespace latchkey::scenarios {

enum class Type {
  text,
  flag,
  number,
  object,  // with the members of its shape, or any if it has none
  list,
  text_or_object,
  text_or_list,
  text_or_texts,
  texts,         // at least one
  captures,      // an object: paths by the variables that keep them
  variables,     // an object: values by the names of variables
  expectation,   // anything, with matchers
  expectations,  // an object of expectations by name
  fixtures,      // a list of documents and of files' names
  steps,
  anything,
};

struct Property {
  std::string_view name;
  Type type;
  bool required = false;
  std::vector<std::string_view> choices = {};  // of a text, or of each of several
  std::vector<Property> members = {};          // of an object
};
using Properties = std::vector<Property>;

const Properties& document_shape();

struct StepShape {
  std::string_view name;  // of the property that makes the step: the first
  Step::Kind kind;
  Properties properties;
};
const std::vector<StepShape>& step_shapes();

// Throws std::runtime_error("place: reason") for the first property that the shape does not have, or has
// otherwise. place: of the object; empty for the document itself.
void check_shape(const Members& members, const std::string& place, const Properties& shape);

}  // namespace latchkey::scenarios
