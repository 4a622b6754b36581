#include "policy/json_reader.h"

#include <algorithm>

namespace latchkey::policy {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, unsigned code_point) {
  const auto byte = [&out](unsigned value) { out.push_back(static_cast<char>(value)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0 | (code_point >> 6));
    byte(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    byte(0xE0 | (code_point >> 12));
    byte(0x80 | ((code_point >> 6) & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  } else {
    byte(0xF0 | (code_point >> 18));
    byte(0x80 | ((code_point >> 12) & 0x3F));
    byte(0x80 | ((code_point >> 6) & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  }
}

// AWS refuses a document that says the same thing twice, because readers disagree about which one counts.
bool has_duplicates(const std::vector<JsonMember>& members) {
  if (members.size() < 2) return false;
  std::vector<std::string_view> names;
  names.reserve(members.size());
  for (const JsonMember& member : members) names.push_back(member.name);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace

const Json* Json::find(std::string_view name) const {
  for (const JsonMember& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

char JsonCursor::peek() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
    ++position_;
  }
  return 0;
}

bool JsonCursor::consume(char wanted) {
  if (peek() != wanted || position_ == text_.size()) return false;
  ++position_;
  return true;
}

bool JsonCursor::read_string(std::string& out) {
  out.clear();
  return peek() == '"' && scan_string(&out);
}

bool JsonCursor::scan_string(std::string* out) {
  ++position_;  // the opening quote
  while (position_ < text_.size()) {
    const std::size_t start = position_;
    while (position_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[position_]);
      if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80) break;
      ++position_;
    }
    if (out) out->append(text_.substr(start, position_ - start));
    if (position_ == text_.size()) return false;
    const auto c = static_cast<unsigned char>(text_[position_]);
    if (c == '"') {
      ++position_;
      return true;
    }
    if (c < 0x20) return false;
    const std::size_t sequence = position_;
    if (c == '\\') {
      if (!scan_escape(out)) return false;
      continue;
    }
    if (!scan_utf8()) return false;
    if (out) out->append(text_.substr(sequence, position_ - sequence));
  }
  return false;
}

// One multi-byte sequence of well-formed UTF-8 (Unicode table 3-7): no overlong forms, no surrogates.
bool JsonCursor::scan_utf8() {
  const auto byte = [this](std::size_t offset) -> unsigned {
    return position_ + offset < text_.size() ? static_cast<unsigned char>(text_[position_ + offset]) : 0u;
  };
  const unsigned lead = byte(0), second = byte(1);
  std::size_t length = 0;
  unsigned low = 0x80, high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) length = 2;
  if (lead >= 0xE0 && lead <= 0xEF) length = 3;
  if (lead >= 0xF0 && lead <= 0xF4) length = 4;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  if (length == 0 || second < low || second > high) return false;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return false;
  }
  position_ += length;
  return true;
}

bool JsonCursor::scan_code_unit(unsigned& unit) {
  if (text_.size() - position_ < 4) return false;
  unit = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = text_[position_++];
    unsigned value = 0;
    if (digit(c)) {
      value = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = static_cast<unsigned>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      value = static_cast<unsigned>(c - 'A' + 10);
    } else {
      return false;
    }
    unit = unit * 16 + value;
  }
  return true;
}

bool JsonCursor::scan_escape(std::string* out) {
  ++position_;  // the backslash
  if (position_ == text_.size()) return false;
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  const char c = text_[position_++];
  if (const std::size_t index = kNames.find(c); index != std::string_view::npos) {
    if (out) out->push_back(kValues[index]);
    return true;
  }
  unsigned unit = 0;
  if (c != 'u' || !scan_code_unit(unit)) return false;
  if (unit >= 0xDC00 && unit <= 0xDFFF) return false;
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    unsigned low = 0;
    if (text_.substr(position_, 2) != "\\u") return false;
    position_ += 2;
    if (!scan_code_unit(low) || low < 0xDC00 || low > 0xDFFF) return false;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  if (out) append_utf8(*out, unit);
  return true;
}

bool JsonCursor::scan_number() {
  const auto here = [this] { return position_ < text_.size() ? text_[position_] : '\0'; };
  const auto digits = [&] {
    if (!digit(here())) return false;
    while (digit(here())) ++position_;
    return true;
  };
  if (here() == '-') ++position_;
  if (here() == '0') {
    ++position_;
  } else if (!digits()) {
    return false;
  }
  if (here() == '.') {
    ++position_;
    if (!digits()) return false;
  }
  if (here() == 'e' || here() == 'E') {
    ++position_;
    if (here() == '+' || here() == '-') ++position_;
    if (!digits()) return false;
  }
  return true;
}

bool JsonCursor::scan_literal() {
  for (const std::string_view literal : {"true", "false", "null"}) {
    if (text_.substr(position_, literal.size()) == literal) {
      position_ += literal.size();
      return true;
    }
  }
  return scan_number();
}

bool JsonCursor::skip_value(std::string_view& span) {
  const char first = peek();
  const std::size_t start = position_;
  std::string_view inner;
  bool good = false;
  if (first == '{') {
    if (!enter('{')) return false;
    if (consume('}')) {
      good = leave();
    } else {
      do {
        if (peek() != '"' || !scan_string(nullptr) || !consume(':') || !skip_value(inner)) return false;
      } while (consume(','));
      good = consume('}') && leave();
    }
  } else if (first == '[') {
    good = read_array([&] { return skip_value(inner); });
  } else if (first == '"') {
    good = scan_string(nullptr);
  } else {
    good = scan_literal();
  }
  if (good) span = text_.substr(start, position_ - start);
  return good;
}

bool JsonCursor::read_value(Json& out) {
  const char first = peek();
  if (first == '{') {
    out.type = Json::Type::object;
    return read_object([&](std::string& name) {
             out.members.push_back({std::move(name), {}});
             return read_value(out.members.back().value);
           }) &&
           !has_duplicates(out.members);
  }
  if (first == '[') {
    out.type = Json::Type::array;
    return read_array([&] { return read_value(out.items.emplace_back()); });
  }
  if (first == '"') {
    out.type = Json::Type::string;
    return scan_string(&out.text);
  }
  const std::size_t start = position_;
  if (!scan_literal()) return false;
  const std::string_view literal = text_.substr(start, position_ - start);
  out.type = Json::Type::number;
  if (first == 'n') out.type = Json::Type::null;
  if (first == 't' || first == 'f') out.type = Json::Type::boolean;
  if (first != 'n') out.text = literal;
  return true;
}

bool read_json(std::string_view text, int depth_limit, Json& out) {
  JsonCursor cursor(text, depth_limit);
  return cursor.read_value(out) && cursor.at_end();
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      out.append("\\u00");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace latchkey::policy
