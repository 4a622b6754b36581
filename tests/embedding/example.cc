// How a test suite uses the embedded emulator.
#include <latchkey/emulator.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <iostream>

#if defined(CPPHTTPLIB_VERSION) || defined(NLOHMANN_JSON_VERSION_MAJOR) || defined(OPENSSL_VERSION_NUMBER)
#error "the public header lets others in"
#endif

// What the application under test would do through its SDK.
static latchkey::CallAnswer encrypt(latchkey::Emulator& emulator, const char* as) {
  return emulator.call("kms", "Encrypt", R"({"KeyId":"alias/app","Plaintext":"c2VjcmV0"})", as);
}

static const char* const kFixture = R"({"latchkey":1,"accounts":{"000000000000":{
  "users":[{"UserName":"app","AccessKeys":[{"AccessKeyId":"AKIAAPP0000000000001","SecretAccessKey":"app-secret"}]}],
  "keys":[{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","Aliases":["alias/app"]}]}}})";

TEST_CASE("the application may not encrypt, and the journal says why") {
  latchkey::Emulator emulator({.fixtures = {kFixture}});
  setenv("AWS_ENDPOINT_URL", emulator.url().c_str(), 1);
  const auto answer = encrypt(emulator, "app");
  CHECK(answer.error_code == "AccessDeniedException");
  CHECK(emulator.reason(answer.request_id).find("User app has no policy") != std::string::npos);
  CHECK(encrypt(emulator, "").ok());
  CHECK(emulator.requests({.outcome = latchkey::RecordedCall::Outcome::denied}).size() == 1);
}

TEST_CASE("a throttled call, a week later") {
  latchkey::Emulator emulator({.fixtures = {kFixture}});
  emulator.add_fault({.action = "kms:Encrypt", .preset = "kms:throttling", .count = 1});
  CHECK(encrypt(emulator, "").error_code == "ThrottlingException");
  const auto before = emulator.now();
  emulator.advance(std::chrono::hours(7 * 24));
  CHECK(emulator.now() - before >= std::chrono::hours(7 * 24));
  CHECK(encrypt(emulator, "").ok());
}

TEST_CASE("many of them side by side, each with its own state") {
  std::deque<latchkey::Emulator> emulators;
  for (int i = 0; i < 20; ++i) emulators.emplace_back(latchkey::Options{});
  emulators[3].call("kms", "CreateKey");
  for (std::size_t i = 0; i < emulators.size(); ++i)
    CHECK(emulators[i].requests().size() == (i == 3 ? 1 : 0));
}

// Not a test: `example [measure]` prints how long it takes from nothing to a first answer.
TEST_CASE("from start to first answer", "[.measure]") {
  for (int i = 0; i < 10; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t used = std::clock();
    latchkey::Emulator emulator;
    const bool ok = emulator.call("sts", "GetCallerIdentity").ok();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::cout << took.count() << " ms, of that "
              << 1000.0 * static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC << " ms of processor time"
              << (ok ? "" : " (failed)") << "\n";
  }
}
