// Result<T, E>: what a parser returns when failing is ordinary. Either a value or an error, never both.
#pragma once

#include <utility>
#include <variant>

namespace latchkey {

template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}    // NOLINT: implicit on purpose
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}    // NOLINT: implicit on purpose

  explicit operator bool() const { return state_.index() == 0; }
  // Precondition of value(), * and ->: the result holds a value; of error(): it does not.
  T& value() { return std::get<0>(state_); }
  const T& value() const { return std::get<0>(state_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const E& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, E> state_;
};

}  // namespace latchkey
