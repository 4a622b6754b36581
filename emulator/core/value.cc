#include "core/value.h"

namespace latchkey {

const Value* Members::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name) return &field.value;
  }
  return nullptr;
}

Value* Members::find(std::string_view name) {
  for (Field& field : fields_) {
    if (field.name == name) return &field.value;
  }
  return nullptr;
}

Members& Members::set(std::string name, Value value) {
  if (Value* present = find(name)) {
    *present = std::move(value);
    return *this;
  }
  return add(std::move(name), std::move(value));
}

Members& Members::add(std::string name, Value value) {
  fields_.push_back({std::move(name), std::move(value)});
  return *this;
}

bool Members::erase(std::string_view name) {
  for (auto field = fields_.begin(); field != fields_.end(); ++field) {
    if (field->name != name) continue;
    fields_.erase(field);
    return true;
  }
  return false;
}

bool Members::operator==(const Members& other) const { return fields_ == other.fields_; }

}  // namespace latchkey
