// No secret reaches the log, the journal, an error's text or a sealed export, and what is written is its
// owner's alone.
#include <latchkey/emulator.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <mutex>

#include "core/secret.h"
#include "support/folder.h"

using namespace latchkey;

namespace {

// Base64 of texts that appear nowhere else.
constexpr char kPlaintext[] = "TUFSS0VSLXBsYWludGV4dC1NQVJLRVI=";
constexpr char kMaterial[] = "bWF0ZXJpYWwtTUFSS0VSLW1hdGVyaWFsLU1BUktFUi0=";
constexpr char kFixture[] = R"({"latchkey":1,"accounts":{"000000000000":{
  "users":[{"UserName":"app","AccessKeys":[{"AccessKeyId":"AKIAAPP0000000000001","SecretAccessKey":"MARKER-of-the-access-key"}]}],
  "keys":[{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","Aliases":["alias/app"],
           "KeyMaterial":"base64:bWF0ZXJpYWwtTUFSS0VSLW1hdGVyaWFsLU1BUktFUi0="}]}}})";

std::string with(std::string text, std::string_view place, std::string_view value) {
  return text.replace(text.find(place), place.size(), value);
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("a secret can be neither printed nor mistaken for a text") {
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Secret, std::string>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Secret, std::string_view>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, Secret>);
}

TEST_CASE("secrets of calls reach neither log, journal, answers nor a sealed export") {
  std::string log;
  std::mutex mutex;
  Emulator emulator(Options{.fixtures = {kFixture},
                            .log_level = Options::LogLevel::debug,
                            .log_sink = [&](const std::string& line) {
                              const std::lock_guard lock(mutex);
                              log += line;
                            }});
  std::vector<std::string> secrets{kPlaintext, "MARKER-plaintext-MARKER", kMaterial,
                                   "MARKER-of-the-access-key", "TUFSS0VSLW9mLXRoZS1hY2Nlc3Mta2V5", "MARKER-password"};
  std::string shown;
  const auto call = [&](const char* service, const char* operation, const std::string& input,
                        const char* as = "") {
    const CallAnswer answer = emulator.call(service, operation, input, as);
    shown += answer.error_message;
    return answer;
  };
  const std::string encrypt = R"({"KeyId":"KEY","Plaintext":"TEXT"})";
  for (const char* as : {"", "app"}) {
    for (const char* key : {"alias/app", "alias/none", "no key at all"}) {
      call("kms", "Encrypt", with(with(encrypt, "KEY", key), "TEXT", kPlaintext), as);
      call(
          "kms", "GenerateMac",
          with(R"({"KeyId":"alias/app","MacAlgorithm":"HMAC_SHA_256","Message":"TEXT"})", "TEXT", kPlaintext),
          as);
    }
    call("iam", "CreateLoginProfile", R"({"UserName":"app","Password":"MARKER-password-1x!"})", as);
    call("iam", "ChangePassword",
         R"({"OldPassword":"MARKER-password-1x!","NewPassword":"MARKER-password-2x!"})", as);
  }
  const CallAnswer access_key = call("iam", "CreateAccessKey", R"({"UserName":"app"})");
  const CallAnswer session = call("sts", "GetSessionToken", "{}", "app");
  for (const CallAnswer& answer : {access_key, session}) {
    REQUIRE(answer.ok());
    const std::size_t at = answer.body.find(R"("SecretAccessKey":")") + 19;
    secrets.push_back(answer.body.substr(at, answer.body.find('"', at) - at));
  }
  for (const RecordedCall& one : emulator.requests()) shown += emulator.explanation(one.id);
  shown += emulator.control("GET", "/_latchkey/requests").body + emulator.export_state() +
           emulator.metrics() + log;
  CHECK(log.find("kms:Encrypt") != std::string::npos);
  for (const std::string& secret : secrets) {
    CAPTURE(secret);
    CHECK(shown.find(secret) == std::string::npos);
  }
}

TEST_CASE("what an emulator writes is its owner's alone, but for the CA certificate") {
  const test::Folder directory;
  const std::filesystem::path data = directory.path() / "data";
  const std::filesystem::path authority = directory.path() / "ca";
  Emulator emulator(Options{.data_dir = data, .ca_dir = authority});
  emulator.call("kms", "CreateKey");
  CHECK(mode_of(data) == 0700);
  CHECK(mode_of(authority) == 0700);
  CHECK(mode_of(authority / "ca-key.pem") == 0600);
  for (const auto& file : std::filesystem::directory_iterator(data)) {
    CAPTURE(file.path().string());
    CHECK((mode_of(file.path()) & 0077U) == 0);
  }
  const Emulator private_one;
  CHECK(mode_of(std::filesystem::path(private_one.ca_path()).parent_path()) == 0700);
}

TEST_CASE("an address that others reach is announced, with the error level too") {
  std::string log;
  {
    const Emulator quiet(Options{.log_sink = [&](const std::string& line) { log += line; }});
  }
  CHECK(log.empty());
  const Emulator loud(Options{.host = "0.0.0.0", .log_sink = [&](const std::string& line) { log += line; }});
  CHECK(log.find("WARNING: listening on 0.0.0.0: everybody who reaches this port") != std::string::npos);
}
