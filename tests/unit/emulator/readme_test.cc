// README says how many operations there are: the tables know.
#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "iam/service.h"
#include "kms/service.h"
#include "sts/service.h"
#include "support/paths.h"

namespace latchkey::test {

TEST_CASE("README's table of operations says what the services' tables say") {
  std::stringstream text;
  text << std::ifstream(source_path("README.md")).rdbuf();
  const auto says = [&](std::string_view name, const Service& service) {
    INFO(name << " has " << service.operations.size() << " operations");
    CHECK(service.not_yet.empty());
    CHECK(text.str().find("| " + std::string(name) + " | all " + std::to_string(service.operations.size())) !=
          std::string::npos);
  };
  says("KMS", kms::service());
  says("IAM", iam::service());
  says("STS", sts::service());
}

}  // namespace latchkey::test
