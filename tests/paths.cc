#include "support/paths.h"

namespace latchkey::test {

std::string source_path(std::string_view below) { return std::string(LATCHKEY_SOURCE_DIR "/").append(below); }
std::string data_path(std::string_view below) { return source_path("tests/data/").append(below); }

}  // namespace latchkey::test
