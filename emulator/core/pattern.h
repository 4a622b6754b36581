// AWS's patterns, matched in time linear in the text: clients choose the text, and std::regex overflows the stack on it.
#pragma once

#include <string_view>

namespace latchkey {

// Does the whole of the text (UTF-8) match the pattern? Understands what AWS's models use: literals, escapes (\w \d \s \S
// \. \uXXXX \x{XXXX} \p{L}...), classes, groups, alternatives, ^ $ . * + ? {n} {n,m}, (?!c) of one character. The pattern comes from our own
// tables; one that cannot be read is a programming error (std::logic_error).
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace latchkey
