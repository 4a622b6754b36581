// Value: the one document type. Operations take it, answer with it, and entities are stored as it; JSON and XML are two
// renderings of it (core/json.h, core/render.h).
//
// Members keep their order, because AWS's answers have one. Bytes and times are types of their own: base64 and ISO 8601
// exist only at the protocol's edge.
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

  // All defined below, where Field is complete.
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
  using Variant = std::variant<std::monostate, bool, std::int64_t, double, std::string, Blob, Time, List, Members>;

  Value() = default;
  Value(bool value) : data_(value) {}                                      // NOLINT: implicit on purpose,
  Value(int value) : data_(std::int64_t{value}) {}                         // NOLINT: so that answers read as
  Value(std::int64_t value) : data_(value) {}                              // NOLINT: literals
  Value(double value) : data_(value) {}                                    // NOLINT
  Value(const char* value) : data_(std::string(value)) {}                  // NOLINT
  Value(std::string_view value) : data_(std::string(value)) {}             // NOLINT
  Value(std::string value) : data_(std::move(value)) {}                    // NOLINT
  Value(Blob value) : data_(std::move(value)) {}                           // NOLINT
  Value(Time value) : data_(value) {}                                      // NOLINT
  Value(List value) : data_(std::move(value)) {}                           // NOLINT
  Value(Members value) : data_(std::move(value)) {}                        // NOLINT

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
  bool operator==(const Value& other) const = default;

 private:
  Variant data_;
};

struct Members::Field {
  std::string name;
  Value value;
  bool operator==(const Field&) const = default;
};

inline Members::Members() = default;
inline Members::Members(std::initializer_list<Field> fields) : fields_(fields) {}
inline Members::Members(const Members& other) = default;
inline Members::Members(Members&& other) noexcept = default;
inline Members& Members::operator=(const Members& other) = default;
inline Members& Members::operator=(Members&& other) noexcept = default;
inline Members::~Members() = default;
inline bool Members::empty() const { return fields_.empty(); }
inline std::size_t Members::size() const { return fields_.size(); }
inline const Members::Field* Members::begin() const { return fields_.data(); }
inline const Members::Field* Members::end() const { return fields_.data() + fields_.size(); }
inline Members::Field* Members::begin() { return fields_.data(); }
inline Members::Field* Members::end() { return fields_.data() + fields_.size(); }

}  // namespace latchkey
