#include "identity/totp.h"

#include <catch2/catch.hpp>

#include "core/cipher.h"
#include "core/encoding.h"

namespace latchkey {

TEST_CASE("codes are RFC 6238's, and the codes of RFC 4226's appendix D by their counters") {
  const Secret seed(std::string("12345678901234567890"));
  // RFC 6238, appendix B, SHA-1: the last six of its eight digits.
  const std::pair<std::int64_t, std::string> vectors[] = {{59, "287082"},
                                                          {1111111109, "081804"},
                                                          {1111111111, "050471"},
                                                          {1234567890, "005924"},
                                                          {2000000000, "279037"}};
  for (const auto& [seconds, code] : vectors) CHECK(totp(seed, Time{seconds * 1000}) == code);
}

TEST_CASE("a code counts for its step and those beside it") {
  const Secret seed(std::string("12345678901234567890"));
  const Time at{1111111109 * 1000LL};
  CHECK(totp_matches(seed, "081804", at));
  CHECK(totp_matches(seed, "081804", at.plus_seconds(30)));
  CHECK(totp_matches(seed, "081804", at.plus_seconds(-30)));
  CHECK_FALSE(totp_matches(seed, "081804", at.plus_seconds(61)));
  CHECK_FALSE(totp_matches(seed, "", at));
  CHECK(consecutive_codes(seed, "081804", totp(seed, at.plus_seconds(30)), at));
  CHECK_FALSE(consecutive_codes(seed, totp(seed, at.plus_seconds(30)), "081804", at));
}

TEST_CASE("base 32 is RFC 4648's") {
  CHECK(base32_encode("") == "");
  CHECK(base32_encode("f") == "MY======");
  CHECK(base32_encode("foobar") == "MZXW6YTBOI======");
  CHECK(base32_encode("fooba") == "MZXW6YTB");
}

}  // namespace latchkey
