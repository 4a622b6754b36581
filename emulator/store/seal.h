// Sealing of secrets in exported state: AES-256-GCM under a key that every Latchkey has. It keeps secrets out
// of sight of people, greps and secret scanners; it does not keep them from somebody who has a Latchkey.
// State files are test data.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey {

std::string seal(std::string_view secret);
std::optional<std::string> unseal(std::string_view sealed);

}  // namespace latchkey
