#include "core/value.h"

template class std::vector<latchkey::Value>;

namespace latchkey {

Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;
Value::Value(const char* value) : data_(std::string(value)) {}
Value::Value(std::string_view value) : data_(std::string(value)) {}
Value::Value(std::string value) : data_(std::move(value)) {}
Value::Value(Blob value) : data_(std::move(value)) {}
Value::Value(List value) : data_(std::move(value)) {}
Value::Value(Members value) : data_(std::move(value)) {}
// Not defaulted: clang 14 loses its way in a comparison that is defaulted and recursive.
bool Value::operator==(const Value& other) const { return data_ == other.data_; }

Members::Field::Field(std::string field_name, Value field_value)
    : name(std::move(field_name)), value(std::move(field_value)) {}
Members::Field::Field(const Field&) = default;
Members::Field::Field(Field&&) noexcept = default;
Members::Field& Members::Field::operator=(const Field&) = default;
Members::Field& Members::Field::operator=(Field&&) noexcept = default;
Members::Field::~Field() = default;

Members::Members() = default;
Members::Members(std::initializer_list<Field> fields) : fields_(fields) {}
Members::Members(const Members& other) = default;
Members::Members(Members&& other) noexcept = default;
Members& Members::operator=(const Members& other) = default;
Members& Members::operator=(Members&& other) noexcept = default;
Members::~Members() = default;

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
  if (fields_.empty()) fields_.reserve(4);
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
