// The few primitives SigV4 needs, over OpenSSL. Thread safe, and without memory of their own: a request is
// hashed half a dozen times, and OpenSSL 3's EVP interface spends longer on a context than on the hash.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::sigv4 {

template <auto Free>
struct OpensslDeleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using OpensslPtr = std::unique_ptr<T, OpensslDeleter<Free>>;

using DigestContext = OpensslPtr<EVP_MD_CTX, EVP_MD_CTX_free>;

using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view data);
Digest hmac_sha256(std::string_view key, std::string_view data);

// Bytes as a view, for chaining: hmac_sha256(view(previous), "kms").
inline std::string_view view(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hex(std::string_view bytes);
inline std::string hex(const Digest& digest) { return hex(view(digest)); }

// Takes the same time wherever the two differ, so that a signature cannot be guessed byte by byte.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace latchkey::sigv4
