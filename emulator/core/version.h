// The program's version, from the build.
#pragma once

#include <string_view>

namespace latchkey {

extern const std::string_view kVersion;

}  // namespace latchkey
