// Ciphertexts made once, which every later version must decrypt: databases and test data hold them for years.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "core/json.h"
#include "fixtures/load.h"
#include "support/aws_test.h"
#include "support/paths.h"

namespace latchkey::test {
namespace {

Members golden() {
  std::ifstream file(data_path("kms/golden.json"));
  std::ostringstream text;
  text << file.rdbuf();
  return parse_json(text.str())->get<Members>();
}

std::string text_of(const Members& members, std::string_view name) { return members.find(name)->get<std::string>(); }

}  // namespace

TEST_CASE("ciphertexts of earlier versions decrypt") {
  const Members document = golden();
  AwsTest aws;
  fixtures::load(to_json(*document.find("fixture")), aws.store, aws.random, aws.clock.now(), "us-east-1");
  const List& cases = document.find("decrypts")->get<List>();
  CHECK(cases.size() >= 7);
  for (const Value& one : cases) {
    const Members& wanted = one.get<Members>();
    const Members& request = wanted.find("request")->get<Members>();
    const auto reply = aws.kms("Decrypt", to_json(request), {}, text_of(wanted, "region"));
    INFO(text_of(wanted, "name") << reply.body);
    CHECK(reply.status == 200);
    CHECK(reply["Plaintext"] == text_of(wanted, "plaintext"));
    if (request.find("EncryptionContext") == nullptr) continue;
    Members without;
    for (const auto& [name, value] : request) {
      if (name != "EncryptionContext") without.add(name, value);
    }
    CHECK(aws.kms("Decrypt", to_json(without), {}, text_of(wanted, "region")).code == "InvalidCiphertextException");
  }
}

}  // namespace latchkey::test
