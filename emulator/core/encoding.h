// Base64, hex and percent-encoding: how bytes and text look on the wire.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey {

std::string base64_encode(std::string_view bytes);
// Standard alphabet with padding, as AWS's JSON services want it; nullopt for anything else.
std::optional<std::string> base64_decode(std::string_view text);

// RFC 4648's URL alphabet without padding.
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);
std::string base32_encode(std::string_view bytes);  // RFC 4648; without padding where none is needed
std::string hex_encode(std::string_view bytes);     // lower case
std::optional<std::string> hex_decode(std::string_view text);

// RFC 3986: everything but letters, digits and "-._~" becomes %XX.
std::string percent_encode(std::string_view text);
// Form decoding where plus_is_blank; a broken escape is kept as it is.
enum class Plus { is_plus, is_blank };
std::string percent_decode(std::string_view text, Plus plus);

std::string to_lower(std::string_view text);                       // ASCII
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII

// Well-formed UTF-8 without NUL-surrogate tricks: overlong forms and surrogates are refused.
bool is_utf8(std::string_view text);
// The number of characters (code points) of UTF-8 text; of other text, its bytes.
std::size_t character_count(std::string_view text);

}  // namespace latchkey
