// The tables of policy cases: ours in tests/data/policy, and the shared ones where they are at hand.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "latchkey/policy.h"
#include "policy/json_reader.h"
#include "support/paths.h"

namespace {

using latchkey::policy::Json;

// Decides each line as simulate does and reports the ids that were decided differently.
std::size_t check_file(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::size_t count = 0;
  while (std::getline(in, line)) {
    ++count;
    Json wanted, answer;
    REQUIRE(latchkey::policy::read_json(line, 64, wanted));
    bool malformed = true;
    const std::string text = latchkey::policy::simulate_line(line, &malformed);
    REQUIRE(latchkey::policy::read_json(text, 64, answer));
    INFO(wanted.find("id")->text << ": " << wanted.find("why")->text << "\n" << text);
    CHECK_FALSE(malformed);
    REQUIRE(answer.find("decision"));
    CHECK(answer.find("decision")->text == wanted.find("expected")->text);
    // Whatever decided is named, and an implicit deny has nothing to name.
    const bool implicit = answer.find("decision")->text == "implicitDeny";
    if (implicit) CHECK(answer.find("matched")->items.empty());
  }
  return count;
}

}  // namespace

TEST_CASE("every case of the project's tables is decided as AWS documents") {
  for (const char* name : {"conditions", "match", "evaluation", "kms"}) {
    DYNAMIC_SECTION(name) {
      CHECK(check_file(latchkey::test::data_path("policy/") + name + ".jsonl") > 50);
    }
  }
}

TEST_CASE("every shared public case is decided as expected") {
  const std::string path = latchkey::test::source_path("../shared/policy-cases/public.jsonl");
  if (!std::filesystem::exists(path)) {
    WARN("skipped: no " << path);
    return;
  }
  CHECK(check_file(path) == 348);
}
