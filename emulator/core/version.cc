#include "core/version.h"

namespace latchkey {

const std::string_view kVersion = LATCHKEY_VERSION;

}  // namespace latchkey
