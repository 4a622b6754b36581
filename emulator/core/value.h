// Value: the one document type. Operations take it, answer with it, and entities are stored as it; JSON and
// XML are two renderings of it (core/json.h, core/render.h).
//
// Members keep their order, because AWS's answers have one. Bytes and times are types of their own: base64
// and ISO 8601 exist only at the protocol's edge.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey {

class Value;

struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};

// Milliseconds since the UNIX epoch.
struct Time {
  std::int64_t ms = 0;
  auto operator<=>(const Time&) const = default;
  std::int64_t seconds() const { return ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000); }
  static Time from_seconds(std::int64_t seconds) { return {seconds * 1000}; }
  Time plus_seconds(std::int64_t seconds) const { return {ms + seconds * 1000}; }
};

using List = std::vector<Value>;

// An ordered set of named values. Names are looked up from front to back: answers and inputs are short.
class Members {
 public:
  struct Field;

  // All defined in value.cc, once: answers are built of these in every handler.
  Members();
  Members(std::initializer_list<Field> fields);
  Members(const Members& other);
  Members(Members&& other) noexcept;
  Members& operator=(const Members& other);
  Members& operator=(Members&& other) noexcept;
  ~Members();

  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
  // Appends, or replaces the value of a name that is already there.
  Members& set(std::string name, Value value);
  // Appends without looking for the name first.
  Members& add(std::string name, Value value);
  bool erase(std::string_view name);

  bool empty() const;
  std::size_t size() const;
  const Field* begin() const;
  const Field* end() const;
  Field* begin();
  Field* end();
  bool operator==(const Members& other) const;

 private:
  std::vector<Field> fields_;
};

class Value {
 public:
  using Variant =
      std::variant<std::monostate, bool, std::int64_t, double, std::string, Blob, Time, List, Members>;

  // What a value is made of is copied and taken apart in value.cc, once.
  Value() = default;
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();
  Value(bool value) : data_(value) {}               // NOLINT: implicit on purpose,
  Value(int value) : data_(std::int64_t{value}) {}  // NOLINT: so that answers read as
  Value(std::int64_t value) : data_(value) {}       // NOLINT: literals
  Value(double value) : data_(value) {}             // NOLINT
  Value(const char* value);                         // NOLINT
  Value(std::string_view value);                    // NOLINT
  Value(std::string value);                         // NOLINT
  Value(Blob value);                                // NOLINT
  Value(Time value) : data_(value) {}               // NOLINT
  Value(List value);                                // NOLINT
  Value(Members value);                             // NOLINT

  bool is_none() const { return std::holds_alternative<std::monostate>(data_); }
  template <class T>
  bool is() const {
    return std::holds_alternative<T>(data_);
  }
  // Throws std::bad_variant_access on another type: a programming error.
  template <class T>
  const T& get() const {
    return std::get<T>(data_);
  }
  template <class T>
  T& get() {
    return std::get<T>(data_);
  }
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&data_);
  }
  const Variant& variant() const { return data_; }
  bool operator==(const Value& other) const;

 private:
  Variant data_;
};

struct Members::Field {
  Field(std::string field_name, Value field_value);
  Field(const Field&);
  Field(Field&&) noexcept;
  Field& operator=(const Field&);
  Field& operator=(Field&&) noexcept;
  ~Field();
  std::string name;
  Value value;
  bool operator==(const Field&) const = default;
};

inline bool Members::empty() const { return fields_.empty(); }
inline std::size_t Members::size() const { return fields_.size(); }
inline const Members::Field* Members::begin() const { return fields_.data(); }
inline const Members::Field* Members::end() const { return fields_.data() + fields_.size(); }
inline Members::Field* Members::begin() { return fields_.data(); }
inline Members::Field* Members::end() { return fields_.data() + fields_.size(); }

}  // namespace latchkey

extern template class std::vector<latchkey::Value>;
