#include "core/secret.h"

#include <openssl/crypto.h>

namespace latchkey {

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  wipe();
  bytes_ = other.bytes_;
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  bytes_ = std::move(other.bytes_);
  other.wipe();
  return *this;
}

bool Secret::equals(std::string_view other) const {
  return bytes_.size() == other.size() && CRYPTO_memcmp(bytes_.data(), other.data(), other.size()) == 0;
}

void Secret::wipe() noexcept {
  bytes_.resize(bytes_.capacity());  // a moved-from or shortened text may leave bytes behind its end
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
  bytes_.clear();
}

}  // namespace latchkey
