#include "identity/totp.h"

#include <cstdint>

#include "core/cipher.h"

namespace latchkey {
namespace {

constexpr std::int64_t kStep = 30;
constexpr std::uint32_t kModulus = 1'000'000;
constexpr int kEarliestStep = -10;  // a device may have been set up some minutes ago

// RFC 4226, section 5.3.
Secret code_of_step(const Secret& seed, std::int64_t step) {
  std::string counter(8, '\0');
  for (int i = 7; i >= 0; --i, step >>= 8)
    counter[static_cast<std::size_t>(i)] = static_cast<char>(step & 0xff);
  const std::string mac = hmac_sha1(seed.reveal(), counter);
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(mac[at]));
  };
  const std::size_t offset = byte(mac.size() - 1) & 0xfU;
  const std::uint32_t number = ((byte(offset) & 0x7fU) << 24U) | (byte(offset + 1) << 16U) |
                               (byte(offset + 2) << 8U) | byte(offset + 3);
  const std::string digits = std::to_string(number % kModulus);
  return Secret(std::string(6 - digits.size(), '0') + digits);
}

}  // namespace

std::string totp(const Secret& seed, Time at) { return code_of_step(seed, at.seconds() / kStep).reveal(); }

bool totp_matches(const Secret& seed, std::string_view code, Time now) {
  bool matches = false;
  for (int offset = -1; offset <= 1; ++offset) {
    matches = code_of_step(seed, now.seconds() / kStep + offset).equals(code) || matches;
  }
  return matches;
}

bool consecutive_codes(const Secret& seed, std::string_view first, std::string_view second, Time now) {
  bool matches = false;
  for (int offset = kEarliestStep; offset <= 1; ++offset) {
    const std::int64_t step = now.seconds() / kStep + offset;
    const bool both = code_of_step(seed, step).equals(first) && code_of_step(seed, step + 1).equals(second);
    matches = matches || both;
  }
  return matches;
}

}  // namespace latchkey
