// SHA256_Init and its kin are what OpenSSL's EVP digests call in the end; only their names are deprecated.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sigv4/crypto.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace latchkey::sigv4 {
namespace {

Digest finish(SHA256_CTX& context) {
  Digest digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

}  // namespace

Digest sha256(std::string_view data) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, data.data(), data.size());
  return finish(context);
}

// RFC 2104.
Digest hmac_sha256(std::string_view key, std::string_view data) {
  std::array<unsigned char, SHA256_CBLOCK> block{};
  if (key.size() > block.size()) {
    const Digest short_key = sha256(key);
    std::copy(short_key.begin(), short_key.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  constexpr unsigned char kInner = 0x36, kOuter = 0x5c;
  for (unsigned char& byte : block) byte ^= kInner;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), block.size());
  SHA256_Update(&context, data.data(), data.size());
  const Digest inner = finish(context);
  for (unsigned char& byte : block) byte ^= kInner ^ kOuter;
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), block.size());
  SHA256_Update(&context, inner.data(), inner.size());
  const Digest mac = finish(context);
  OPENSSL_cleanse(block.data(), block.size());
  OPENSSL_cleanse(&context, sizeof context);
  return mac;
}

std::string hex(std::string_view data) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(data.size() * 2, '\0');
  char* at = out.data();
  for (const char c : data) {
    const auto byte = static_cast<unsigned char>(c);
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 15];
  }
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace latchkey::sigv4
