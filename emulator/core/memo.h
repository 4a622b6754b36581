// Memo: what is computed from an immutable entity once and kept with it: a parsed key, for instance. Copies
// of the entity take what was computed so far. Thread safe; two threads that find it empty both compute, and
// one result stays.
#pragma once

#include <memory>
#include <mutex>

namespace latchkey {

template <class T>
class Memo {
 public:
  Memo() = default;
  Memo(const Memo& other) : value_(other.get()) {}
  Memo& operator=(const Memo& other) {
    set(other.get());
    return *this;
  }

  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const T> value) const {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }

 private:
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const T> value_;
};

}  // namespace latchkey
