#include "core/pattern.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace latchkey {
namespace {

using Point = std::uint32_t;
constexpr Point kLast = 0x10ffff;

struct CharSet {
  std::vector<std::pair<Point, Point>> ranges;
  bool negated = false;
  bool contains(Point c) const {
    for (const auto& [low, high] : ranges) {
      if (c >= low && c <= high) return !negated;
    }
    return negated;
  }
};

// A nondeterministic automaton: states that read a character, split, look at the next character (which must
// not be in the set, and may be the end), or accept.
struct State {
  enum class Kind { read, split, guard, accept };
  Kind kind = Kind::accept;
  CharSet set = {};
  int next = -1;
  int other = -1;
};

struct Node {  // the pattern as a tree
  enum class Kind { set, guard, sequence, alternatives, repeat } kind = Kind::sequence;
  CharSet set = {};
  std::vector<Node> parts = {};
  int min = 0;
  int max = -1;  // -1: no bound
};

constexpr Point kReplacement = 0xfffd;  // what does not belong to a character is read as this one

Point take_point(std::string_view& text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  const std::size_t length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
  Point point = length == 1 ? byte : byte & (0xffU >> (length + 1));
  bool whole = (byte < 0x80 || byte >= 0xc0) && text.size() >= length;
  for (std::size_t i = 1; whole && i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    whole = (next & 0xc0) == 0x80;
    point = point << 6 | (next & 0x3f);
  }
  text.remove_prefix(whole ? length : 1);
  return whole ? point : kReplacement;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Node parse() {
    Node node = alternatives();
    if (!text_.empty()) fail();
    return node;
  }

 private:
  [[noreturn]] static void fail() { throw std::logic_error("a pattern of the shape tables cannot be read"); }

  bool take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  Node alternatives() {
    Node node{.kind = Node::Kind::alternatives};
    do node.parts.push_back(sequence());
    while (take('|'));
    return node.parts.size() == 1 ? std::move(node.parts[0]) : node;
  }

  Node sequence() {
    Node node{.kind = Node::Kind::sequence};
    while (!text_.empty() && text_[0] != '|' && text_[0] != ')') {
      if (take('^') || take('$')) continue;  // the whole text has to match anyway
      node.parts.push_back(quantified(atom()));
    }
    return node;
  }

  Node quantified(Node part) {
    if (take('*')) return {.kind = Node::Kind::repeat, .parts = {std::move(part)}};
    if (take('+')) return {.kind = Node::Kind::repeat, .parts = {std::move(part)}, .min = 1};
    if (take('?')) return {.kind = Node::Kind::repeat, .parts = {std::move(part)}, .max = 1};
    if (!take('{')) return part;
    Node node{.kind = Node::Kind::repeat, .parts = {std::move(part)}, .min = number()};
    node.max = node.min;
    if (take(',')) node.max = !text_.empty() && text_[0] == '}' ? -1 : number();
    if (!take('}')) fail();
    return node;
  }

  int number() {
    int value = 0;
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9') {
      value = value * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
    }
    return value;
  }

  Node atom() {
    if (take('(')) {
      if (take('?')) {
        if (take('!')) return guard();
        if (!take(':')) fail();
      }
      Node node = alternatives();
      if (!take(')')) fail();
      return node;
    }
    Node node{.kind = Node::Kind::set};
    if (take('[')) {
      node.set = char_class();
    } else if (take('.')) {
      node.set = {{{'\n', '\n'}, {'\r', '\r'}}, true};
    } else if (take('\\')) {
      escape(node.set);
    } else {
      const Point c = take_point(text_);
      node.set.ranges = {{c, c}};
    }
    return node;
  }

  // (?!c): of one character or class only.
  Node guard() {
    Node node = atom();
    if (node.kind != Node::Kind::set || !take(')')) fail();
    node.kind = Node::Kind::guard;
    return node;
  }

  CharSet char_class() {
    CharSet set;
    set.negated = take('^');
    while (!take(']')) {
      if (text_.empty()) fail();
      const Point low = class_point(set);
      if (low == kLast + 1) continue;  // a class escape, already added
      Point high = low;
      if (text_.size() > 1 && text_[0] == '-' && text_[1] != ']') {
        text_.remove_prefix(1);
        high = class_point(set);
      }
      set.ranges.emplace_back(low, high);
    }
    return set;
  }

  Point class_point(CharSet& set) {
    if (!take('\\')) return take_point(text_);
    CharSet escaped;
    escape(escaped);
    if (escaped.ranges.size() == 1 && escaped.ranges[0].first == escaped.ranges[0].second &&
        !escaped.negated) {
      return escaped.ranges[0].first;
    }
    if (escaped.negated) fail();
    set.ranges.insert(set.ranges.end(), escaped.ranges.begin(), escaped.ranges.end());
    return kLast + 1;
  }

  Point hex(std::size_t digits) {
    if (text_.size() < digits) fail();
    const auto value = static_cast<Point>(std::stoul(std::string(text_.substr(0, digits)), nullptr, 16));
    text_.remove_prefix(digits);
    return value;
  }

  void escape(CharSet& set) {
    if (text_.empty()) fail();
    const char c = text_[0];
    text_.remove_prefix(1);
    switch (c) {
      case 'w':
        set.ranges = {{'a', 'z'}, {'A', 'Z'}, {'0', '9'}, {'_', '_'}};
        return;
      case 'd':
        set.ranges = {{'0', '9'}};
        return;
      case 's':
        set.ranges = {{' ', ' '}, {'\t', '\r'}};
        return;
      case 'S':
        set = {{{' ', ' '}, {'\t', '\r'}}, true};
        return;
      case 't':
        set.ranges = {{'\t', '\t'}};
        return;
      case 'n':
        set.ranges = {{'\n', '\n'}};
        return;
      case 'r':
        set.ranges = {{'\r', '\r'}};
        return;
      case 'p':
        return property(set);
      case 'u': {
        const Point point = hex(4);
        set.ranges = {{point, point}};
        return;
      }
      case 'x': {
        const bool braces = take('{');
        const Point point = hex(braces ? text_.find('}') : 2);
        if (braces && !take('}')) fail();
        set.ranges = {{point, point}};
        return;
      }
      default:
        set.ranges = {{static_cast<Point>(c), static_cast<Point>(c)}};
    }
  }

  // Unicode categories. Beyond ASCII every letter-like block is taken as letters: AWS's tag characters are
  // "letters, digits, blanks of any script", and telling scripts apart needs tables that no caller would
  // notice.
  void property(CharSet& set) {
    if (!take('{')) fail();
    const std::string_view name = text_.substr(0, text_.find('}'));
    text_.remove_prefix(name.size());
    if (!take('}')) fail();
    if (name == "L")
      set.ranges = {{'a', 'z'}, {'A', 'Z'}, {0xaa, 0xaa}, {0xb5, 0xb5}, {0xba, 0xba}, {0xc0, kLast}};
    else if (name == "N")
      set.ranges = {{'0', '9'}, {0xb2, 0xb3}, {0xb9, 0xb9}, {0xbc, 0xbe}};
    else if (name == "Z")
      set.ranges = {{' ', ' '}, {0xa0, 0xa0}, {0x2000, 0x200a}, {0x2028, 0x2029}, {0x3000, 0x3000}};
    else
      fail();
  }

  std::string_view text_;
};

class Automaton {
 public:
  explicit Automaton(const Node& root) {
    states_.push_back({});  // 0 accepts
    start_ = build(root, 0);
  }

  bool matches(std::string_view text) const {
    std::vector<int> now;
    std::vector<char> seen(states_.size(), 0);
    add(start_, text, now, seen);
    while (!text.empty() && !now.empty()) {
      const Point c = take_point(text);
      std::vector<int> next;
      seen.assign(states_.size(), 0);
      for (const int at : now) {
        const State& state = states_[static_cast<std::size_t>(at)];
        if (state.kind == State::Kind::read && state.set.contains(c)) add(state.next, text, next, seen);
      }
      now = std::move(next);
    }
    for (const int at : now) {
      if (at == 0) return text.empty();
    }
    return false;
  }

 private:
  int push(State state) {
    states_.push_back(std::move(state));
    return static_cast<int>(states_.size()) - 1;
  }

  int build(const Node& node, int next) {
    switch (node.kind) {
      case Node::Kind::set:
        return push({State::Kind::read, node.set, next, -1});
      case Node::Kind::guard:
        return push({State::Kind::guard, node.set, next, -1});
      case Node::Kind::sequence:
        for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part) next = build(*part, next);
        return next;
      case Node::Kind::alternatives: {
        int entry = build(node.parts.back(), next);
        for (auto part = node.parts.rbegin() + 1; part != node.parts.rend(); ++part) {
          entry = push({State::Kind::split, {}, build(*part, next), entry});
        }
        return entry;
      }
      case Node::Kind::repeat:
        return build_repeat(node, next);
    }
    return next;
  }

  int build_repeat(const Node& node, int next) {
    int entry = next;
    if (node.max < 0) {
      const int loop = push({State::Kind::split, {}, -1, next});
      const int body = build(node.parts[0], loop);
      states_[static_cast<std::size_t>(loop)].next = body;
      entry = loop;
    } else {
      for (int i = node.min; i < node.max; ++i) {
        entry = push({State::Kind::split, {}, build(node.parts[0], entry), next});
      }
    }
    for (int i = 0; i < node.min; ++i) entry = build(node.parts[0], entry);
    return entry;
  }

  // Follows splits with a list of its own: a pattern with many optional parts must not recurse.
  // rest: what follows.
  void add(int from, std::string_view rest, std::vector<int>& out, std::vector<char>& seen) const {
    std::vector<int> open{from};
    while (!open.empty()) {
      const int at = open.back();
      open.pop_back();
      if (at < 0 || seen[static_cast<std::size_t>(at)] != 0) continue;
      seen[static_cast<std::size_t>(at)] = 1;
      const State& state = states_[static_cast<std::size_t>(at)];
      if (state.kind == State::Kind::guard) {
        std::string_view ahead = rest;
        if (ahead.empty() || !state.set.contains(take_point(ahead))) open.push_back(state.next);
        continue;
      }
      if (state.kind != State::Kind::split) {
        out.push_back(at);
        continue;
      }
      open.push_back(state.other);
      open.push_back(state.next);
    }
  }

  std::vector<State> states_;
  int start_ = 0;
};

// One class and a quantifier, as most of AWS's patterns are: no automaton needed.
bool matches_run(const Node& node, std::string_view text) {
  const CharSet& set = node.parts[0].set;
  int count = 0;
  while (!text.empty()) {
    if (!set.contains(take_point(text))) return false;
    ++count;
  }
  return count >= node.min && (node.max < 0 || count <= node.max);
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  Node root = Parser(pattern).parse();
  while (root.kind == Node::Kind::sequence && root.parts.size() == 1) {
    Node only = std::move(root.parts[0]);
    root = std::move(only);
  }
  if (root.kind == Node::Kind::repeat && root.parts[0].kind == Node::Kind::set)
    return matches_run(root, text);
  return Automaton(root).matches(text);
}

}  // namespace latchkey
