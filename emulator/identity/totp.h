// Time-based one-time passwords, as virtual MFA devices show them: six digits, SHA-1, 30 seconds.
// https://www.rfc-editor.org/rfc/rfc6238
#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/secret.h"

namespace latchkey {

std::string totp(const Secret& seed, Time at);
// The code of now, or of the step before or after: clocks differ.
bool totp_matches(const Secret& seed, std::string_view code, Time now);
// Two codes that follow each other, the second not later than the next one: how a device is set up.
bool consecutive_codes(const Secret& seed, std::string_view first, std::string_view second, Time now);

}  // namespace latchkey
