// Catch2's main, compiled once for every test program.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "support/paths.h"

namespace latchkey::test {

std::string source_path(std::string_view below) { return std::string(LATCHKEY_SOURCE_DIR "/").append(below); }
std::string data_path(std::string_view below) { return source_path("tests/data/").append(below); }

}  // namespace latchkey::test

int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }
