#include <catch2/catch.hpp>

#include "core/clock.h"

#include "core/arn.h"
#include "core/encoding.h"
#include "core/random.h"
#include "core/secret.h"

using namespace latchkey;

TEST_CASE("ISO 8601 times are read and written") {
  const auto [text, seconds] = GENERATE(table<std::string, std::int64_t>({
      {"1970-01-01T00:00:00Z", 0},
      {"2030-01-01", 1893456000},
      {"2030-01-01T02:00:00+02:00", 1893456000},
      {"2029-12-31T20:30:00-0330", 1893456000},
      {"2024-02-29T23:59:59Z", 1709251199},
      {"1969-12-31T23:59:59Z", -1},
  }));
  CAPTURE(text);
  const auto time = parse_iso8601(text);
  REQUIRE(time);
  CHECK(time->seconds() == seconds);
  CHECK(parse_iso8601(format_iso8601(*time)) == time);
}

TEST_CASE("what is no ISO 8601 time is refused") {
  const auto text = GENERATE(as<std::string>(), "", "2030", "2030-13-01", "2023-02-29", "2030-01-01T25:00:00Z",
                             "2030-01-01T00:00:60Z", "2030-01-01T00:00:00Zx", "2030-01-01T00:00:00+99:00", "tomorrow",
                             "2030-01-01T00:00:00.Z");
  CHECK_FALSE(parse_iso8601(text));
}

TEST_CASE("durations have weeks, days, hours, minutes and seconds") {
  const auto [text, ms] = GENERATE(table<std::string, std::int64_t>({
      {"P7D", 604'800'000}, {"PT1H30M", 5'400'000}, {"P1W", 604'800'000}, {"-PT5M", -300'000}, {"PT0.5S", 500},
      {"P1DT1S", 86'401'000}}));
  CHECK(parse_duration(text) == ms);
}

TEST_CASE("durations without a fixed length, and nonsense, are refused") {
  const auto text = GENERATE(as<std::string>(), "", "P", "PT", "P1Y", "P1M", "1D", "P1", "PD", "PT1D", "P1H", "P-1D", "P1e9D",
                             "P9999999999999999D");
  CHECK_FALSE(parse_duration(text));
}

TEST_CASE("a frozen clock stands, moves when told, and is released to real time") {
  Clock clock;
  clock.freeze(Time{1'000});
  CHECK(clock.now() == Time{1'000});
  clock.advance(500);
  CHECK(clock.now() == Time{1'500});
  CHECK(clock.frozen());
  clock.release();
  CHECK(clock.real().ms - clock.now().ms < 5'000);
  clock.advance(3'600'000);
  CHECK(clock.now().ms - clock.real().ms > 3'500'000);
}

TEST_CASE("base64 is strict") {
  CHECK(base64_decode("AP8=") == std::string("\0\xff", 2));
  CHECK(base64_decode("") == std::string());
  const auto text = GENERATE(as<std::string>(), "AP8", "A", "====", "AP8=AP8=", "A P8", "AP8-", " AP8=", "AP8=\n", "=AAA");
  CHECK_FALSE(base64_decode(text));
}

TEST_CASE("percent-encoding keeps only the unreserved characters") {
  CHECK(percent_encode("a-._~ /+\xc3\xa9") == "a-._~%20%2F%2B%C3%A9");
  CHECK(percent_decode("a%2Fb+c%zz%4", Plus::is_blank) == "a/b c%zz%4");
  CHECK(percent_decode("a+b", Plus::is_plus) == "a+b");
}

TEST_CASE("UTF-8 is checked and counted in characters") {
  CHECK(is_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
  CHECK(character_count("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == 4);
  const auto bad = GENERATE(as<std::string>(), "\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82");
  CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("ARNs have six parts") {
  const auto arn = Arn::parse("arn:aws:kms:us-east-1:123456789012:key/a:b");
  REQUIRE(arn);
  CHECK(arn->resource == "key/a:b");
  CHECK(arn->str() == "arn:aws:kms:us-east-1:123456789012:key/a:b");
  const auto bad = GENERATE(as<std::string>(), "", "arn", "arn:aws:kms:us-east-1:123456789012", "urn:a:b:c:d:e");
  CHECK_FALSE(Arn::parse(bad));
}

TEST_CASE("region names are told from other words") {
  const auto good = GENERATE(as<std::string>(), "us-east-1", "us-gov-west-1", "ap-southeast-2", "cn-north-1");
  CHECK(is_region_name(good));
  const auto bad = GENERATE(as<std::string>(), "", "us", "us-east", "us-1", "US-EAST-1", "us-east-one", "-us-east-1", "us-east-123");
  CHECK_FALSE(is_region_name(bad));
}

TEST_CASE("a seeded source repeats itself and ids have AWS's form") {
  Random one(7);
  Random two(7);
  CHECK(one.uuid() == two.uuid());
  CHECK(one.unique_id("AKIA", 16).size() == 20);
  Random real;
  CHECK(real.bytes(16) != real.bytes(16));
  const std::string uuid = real.uuid();
  CHECK(uuid.size() == 36);
  CHECK(uuid[14] == '4');
}

TEST_CASE("a secret compares without giving itself away") {
  const Secret secret("key");
  CHECK(secret.equals("key"));
  CHECK_FALSE(secret.equals("kez"));
  CHECK_FALSE(secret.equals("ke"));
}
