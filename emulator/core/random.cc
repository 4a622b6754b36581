#include "core/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstring>
#include <stdexcept>

#include "core/encoding.h"

namespace latchkey {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a short, well-mixed generator for repeatable tests.
std::uint64_t next(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

void fill_random(char* to, std::size_t count) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(to), static_cast<int>(count)) != 1) {
    throw std::runtime_error("the operating system gives no random bytes");
  }
}

// How often this process is a child: what a parent has in store must not be given out twice.
std::atomic<unsigned>& forks() {
  static std::atomic<unsigned> count = [] {
    ::pthread_atfork(nullptr, nullptr, [] { ++forks(); });
    return 0U;
  }();
  return count;
}

// A thread's store of random bytes. OpenSSL needs a system call and a lock for every request, be it for sixteen bytes or
// for a thousand. Bytes that were given out are wiped.
class RandomStore {
 public:
  static constexpr std::size_t kLargest = 64;

  void take(char* to, std::size_t count) {
    const unsigned now = forks().load(std::memory_order_relaxed);
    if (bytes_.size() - used_ < count || now != forks_) {
      fill_random(bytes_.data(), bytes_.size());
      used_ = 0;
      forks_ = now;
    }
    std::memcpy(to, bytes_.data() + used_, count);
    OPENSSL_cleanse(bytes_.data() + used_, count);
    used_ += count;
  }

 private:
  std::array<char, 1024> bytes_;
  std::size_t used_ = bytes_.size();
  unsigned forks_ = 0;
};

}  // namespace

std::string Random::bytes(std::size_t count) {
  std::string out(count, '\0');
  if (!seeded_) {
    thread_local RandomStore store;
    if (count <= RandomStore::kLargest) {
      store.take(out.data(), count);
    } else {
      fill_random(out.data(), count);
    }
    return out;
  }
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < count; i += 8) {
    const std::uint64_t word = next(state_);
    std::memcpy(out.data() + i, &word, std::min<std::size_t>(8, count - i));
  }
  return out;
}

std::string Random::uuid() {
  std::string raw = bytes(16);
  raw[6] = static_cast<char>((raw[6] & 0x0f) | 0x40);
  raw[8] = static_cast<char>((raw[8] & 0x3f) | 0x80);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(36, '-');
  std::size_t at = 0;
  for (const char c : raw) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    out[at++] = kDigits[static_cast<unsigned char>(c) >> 4];
    out[at++] = kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string Random::pick(std::string_view alphabet, std::size_t count) {
  // The alphabets have 32 or 64 characters, so taking a byte modulo their size is even.
  std::string out = bytes(count);
  for (char& c : out) c = alphabet[static_cast<unsigned char>(c) % alphabet.size()];
  return out;
}

std::string Random::unique_id(std::string_view prefix, std::size_t count) {
  return std::string(prefix) + pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", count);
}

std::string Random::secret_text(std::size_t count) {
  return pick("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", count);
}

std::uint64_t Random::number(std::uint64_t bound) {
  std::uint64_t word = 0;
  const std::string raw = bytes(sizeof word);
  std::memcpy(&word, raw.data(), sizeof word);
  return word % bound;
}

}  // namespace latchkey
