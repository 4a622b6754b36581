// Small text functions that SigV4's rules are made of. ASCII only, and independent of the locale.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::sigv4 {

inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string lower(std::string_view text);
// Equal but for the case of letters, as header names are.
bool same_name(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);
// The pieces between separators, empty ones included: one more than there are separators.
std::vector<std::string_view> split(std::string_view text, char separator);

// RFC 3986: everything but A-Z a-z 0-9 - _ . ~ becomes %XX. The characters of `keep` stay too.
void append_encoded(std::string& out, std::string_view raw, std::string_view keep = {});
std::string encode(std::string_view raw, std::string_view keep = {});
// %XX to its byte; what is no escape stays as it is, and "+" is a plus.
std::string decode(std::string_view encoded);
// The value of a hex digit, or -1.
int hex_value(char c);

}  // namespace latchkey::sigv4
