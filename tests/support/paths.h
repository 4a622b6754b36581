// Where the tests' files are. Only paths.cc is compiled with the place of the checkout, so that the other objects are the
// same wherever they are built.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::test {

std::string source_path(std::string_view below);  // of the checkout
std::string data_path(std::string_view below);    // of tests/data

}  // namespace latchkey::test
