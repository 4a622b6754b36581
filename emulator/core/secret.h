// Secret: bytes that nobody prints by mistake. Wiped on destruction; no stream operator, no implicit conversion.
#pragma once

#include <string>
#include <string_view>

namespace latchkey {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.wipe(); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  // The bytes themselves: for cryptography, for the one answer that carries them, and for the state on disk.
  const std::string& reveal() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  bool equals(std::string_view other) const;  // takes the same time wherever they differ

 private:
  void wipe() noexcept;
  std::string bytes_;
};

}  // namespace latchkey
