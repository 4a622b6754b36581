#include "policy/match.h"

#include <algorithm>
#include <array>

#include "policy/request_view.h"
#include "policy/text.h"

namespace latchkey::policy {
namespace {

// Bytes that never occur in UTF-8, so no document can contain them and a value that does is refused.
constexpr char kAny = '\xFF';           // any characters
constexpr char kOne = '\xFE';           // one character
constexpr char kAnyInSegment = '\xFD';  // any characters but a colon
constexpr char kOneInSegment = '\xFC';  // one character but a colon
constexpr int kArnHead = 5;             // colons before an ARN's last part, which may hold more

bool reserved(char c) { return static_cast<unsigned char>(c) >= 0xFC; }

// ? stands for a character, not for a byte.
std::size_t character_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  if (byte >= 0xC0) return 2;
  return 1;
}

}  // namespace

// Greedy with two places to come back to: the last wildcard that may cross colons and, after it, the last
// that may not.
bool glob(std::string_view pattern, std::string_view text) {
  constexpr std::size_t kNowhere = std::string_view::npos;
  std::size_t p = 0, t = 0;
  std::size_t any_p = kNowhere, any_t = 0, segment_p = kNowhere, segment_t = 0;
  while (t < text.size()) {
    const char wanted = p < pattern.size() ? pattern[p] : '\0';
    if (p < pattern.size()) {
      if (wanted == kAny) {
        any_p = ++p;
        any_t = t;
        segment_p = kNowhere;
        if (p == pattern.size()) return true;
        continue;
      }
      if (wanted == kAnyInSegment) {
        segment_p = ++p;
        segment_t = t;
        continue;
      }
      if (wanted == kOne || (wanted == kOneInSegment && text[t] != ':')) {
        t = std::min(text.size(), t + character_length(text[t]));
        ++p;
        continue;
      }
      if (wanted == text[t]) {
        ++p;
        ++t;
        continue;
      }
    }
    if (segment_p != kNowhere && text[segment_t] != ':') {
      p = segment_p;
      t = ++segment_t;
    } else if (any_p != kNowhere) {
      p = any_p;
      t = ++any_t;
      segment_p = kNowhere;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && (pattern[p] == kAny || pattern[p] == kAnyInSegment)) ++p;
  return p == pattern.size();
}

Pattern::Pattern(std::string_view source, Syntax syntax, bool with_variables) : syntax_(syntax) {
  const bool only_stars = !source.empty() && source.find_first_not_of('*') == std::string_view::npos;
  everything_ = only_stars && syntax != Syntax::literal;
  encode(source, with_variables);
}

// Reads "${key}" or "${key, 'default'}" that starts at `start`; returns where it ends, or `start` if it is
// none.
std::size_t Pattern::add_variable(std::string_view source, std::size_t start, bool in_head) {
  const std::size_t body = start + 2;
  const std::size_t end = source.find_first_of(",}", body);
  if (end == std::string_view::npos) return start;
  std::string_view name = source.substr(body, end - body);
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
  if (source[end] == '}') {
    if (name == "*" || name == "?" || name == "$") {
      text_.append(name);
      return end + 1;
    }
    pieces_.push_back({std::move(text_), false, in_head, std::nullopt});
    pieces_.push_back({lower(name), true, in_head, std::nullopt});
    text_.clear();
    return end + 1;
  }
  const std::size_t open = source.find_first_not_of(' ', end + 1);
  if (open == std::string_view::npos || source[open] != '\'') return start;
  const std::size_t close = source.find('\'', open + 1);
  if (close == std::string_view::npos) return start;
  const std::size_t brace = source.find_first_not_of(' ', close + 1);
  if (brace == std::string_view::npos || source[brace] != '}') return start;
  pieces_.push_back({std::move(text_), false, in_head, std::nullopt});
  pieces_.push_back({lower(name), true, in_head, std::string(source.substr(open + 1, close - open - 1))});
  text_.clear();
  return brace + 1;
}

void Pattern::encode(std::string_view source, bool with_variables) {
  const bool arn_shaped = source.substr(0, 4) == "arn:";
  const bool segments = syntax_ == Syntax::arn || (syntax_ == Syntax::resource && arn_shaped);
  int colons = 0;
  std::size_t i = 0;
  while (i < source.size()) {
    const char c = source[i];
    const bool in_head = segments && colons < kArnHead;
    if (c == '$' && with_variables && source.substr(i, 2) == "${") {
      const std::size_t end = add_variable(source, i, in_head);
      if (end != i) {
        i = end;
        continue;
      }
    }
    ++i;
    if (c == ':') ++colons;
    if (syntax_ == Syntax::literal || (c != '*' && c != '?')) {
      text_.push_back(c);
      continue;
    }
    wildcards_ = true;
    // "If the * wildcard character is the last character of a resource ARN segment, it can expand to match
    // beyond the colon boundaries." (IAM User Guide, Resource). ARN operators check the six parts one by one.
    const bool ends_part = i == source.size() || source[i] == ':';
    const bool bound = in_head && !(syntax_ == Syntax::resource && c == '*' && ends_part);
    if (c == '*') text_.push_back(bound ? kAnyInSegment : kAny);
    if (c == '?') text_.push_back(bound ? kOneInSegment : kOne);
  }
  impossible_ = syntax_ == Syntax::arn && colons < kArnHead && !everything_;
  if (!pieces_.empty()) {
    pieces_.push_back({std::move(text_), false, false, std::nullopt});
    text_.clear();
  }
}

// False if a variable has no value: such a pattern matches nothing and equals nothing.
bool Pattern::expand(const RequestView& request, std::string& out) const {
  for (const Piece& piece : pieces_) {
    if (!piece.variable) {
      out.append(piece.text);
      continue;
    }
    const Values values = request.find(piece.text);
    std::optional<std::string_view> value;
    if (values.size() == 1) value = values.front();
    if (!value && piece.otherwise) value = *piece.otherwise;
    if (!value) return false;
    if (std::any_of(value->begin(), value->end(), reserved)) return false;
    if (piece.in_head && value->find(':') != std::string_view::npos) return false;
    out.append(*value);
  }
  return true;
}

bool Pattern::matches(std::string_view text, const RequestView& request) const {
  if (everything_) return true;
  if (impossible_) return false;
  if (pieces_.empty()) return wildcards_ ? glob(text_, text) : text_ == text;
  std::string expanded;
  if (!expand(request, expanded)) return false;
  return wildcards_ ? glob(expanded, text) : expanded == text;
}

bool Pattern::matches_ignoring_case(std::string_view text, const RequestView& request) const {
  if (pieces_.empty()) return equals_ignoring_case(text_, text);
  std::string expanded;
  return expand(request, expanded) && equals_ignoring_case(expanded, text);
}

std::optional<std::string> Pattern::shown(const RequestView& request) const {
  std::string out = text_;
  if (!pieces_.empty() && !expand(request, out)) return std::nullopt;
  for (char& c : out) {
    if (c == kAny || c == kAnyInSegment) c = '*';
    if (c == kOne || c == kOneInSegment) c = '?';
  }
  return out;
}

ActionPattern::ActionPattern(std::string_view source) : text_(lower(source)) {
  everything_ = !text_.empty() && text_.find_first_not_of('*') == std::string::npos;
  for (char& c : text_) {
    if (c == '*' || c == '?') wildcards_ = true;
    if (c == '*') c = kAny;
    if (c == '?') c = kOne;
  }
}

bool ActionPattern::matches(std::string_view lower_action) const {
  if (everything_) return true;
  return wildcards_ ? glob(text_, lower_action) : text_ == lower_action;
}

}  // namespace latchkey::policy
