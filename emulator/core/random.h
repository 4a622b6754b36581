// Ids and random bytes from one injectable source.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace latchkey {

// Thread safe. Without a seed, bytes are OpenSSL's; with one, a repeatable stream (for tests only: it is not secret).
class Random {
 public:
  Random() = default;
  explicit Random(std::uint64_t seed) : seeded_(true), state_(seed) {}
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;

  std::string bytes(std::size_t count);
  std::string uuid();  // version 4, lower case
  // Upper-case letters and digits of base 32, as AWS's ids have them: unique_id("AKIA", 16) gives 20 characters.
  std::string unique_id(std::string_view prefix, std::size_t count);
  // Letters, digits, + and /: a secret access key has 40.
  std::string secret_text(std::size_t count);
  std::uint64_t number(std::uint64_t bound);  // 0 <= number < bound

 private:
  std::string pick(std::string_view alphabet, std::size_t count);
  bool seeded_ = false;
  std::uint64_t state_ = 0;  // guarded by mutex_
  std::mutex mutex_;
};

}  // namespace latchkey
