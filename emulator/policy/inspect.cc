// What a document says about itself without being evaluated: where its statements stand, which context keys
// it mentions.
#include <algorithm>
#include <utility>

#include "policy/condition.h"
#include "policy/condition_values.h"
#include "policy/json_reader.h"
#include "policy/request_view.h"
#include "policy/text.h"

namespace latchkey::policy {
namespace {

constexpr int kMaxDepth = 32;

// Turns offsets into lines and columns. They are asked for in ascending order, so a document is walked once.
// An offset behind the end is the end.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}

  Position at(std::size_t offset) {
    for (offset = std::min(offset, text_.size()); offset_ < offset; ++offset_) {
      const auto byte = static_cast<unsigned char>(text_[offset_]);
      const bool crlf = byte == '\r' && offset_ + 1 < text_.size() && text_[offset_ + 1] == '\n';
      if ((byte == '\n' || byte == '\r') && !crlf) {
        ++place_.line;
        place_.column = 1;
      } else if ((byte & 0xC0) != 0x80) {  // characters, not bytes
        ++place_.column;
      }
    }
    return place_;
  }

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  Position place_;
};

// A set of keys that are equal without regard to case, in the order of their first mention.
class Keys {
 public:
  void add(std::string_view key) {
    if (key.empty()) return;
    const bool known = std::any_of(keys_.begin(), keys_.end(), [&](const std::string& other) {
      return equals_ignoring_case(other, key);
    });
    if (!known) keys_.emplace_back(key);
  }

  // The policy variables of a text: ${key} and ${key, 'otherwise'}; ${*}, ${?} and ${$} are none.
  void add_variables(std::string_view text) {
    for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
      const std::size_t end = text.find_first_of(",}", at + 2);
      if (end == std::string_view::npos) return;
      std::string_view name = text.substr(at + 2, end - at - 2);
      while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
      while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
      if (name.find(':') != std::string_view::npos) add(name);
    }
  }

  std::vector<std::string> take() { return std::move(keys_); }

 private:
  std::vector<std::string> keys_;
};

void add_texts(Keys& keys, const Json* json) {
  if (json == nullptr) return;
  if (json->is(Json::Type::string)) keys.add_variables(json->text);
  for (const Json& item : json->items) add_texts(keys, &item);
}

void add_statement(Keys& keys, const Json& statement, bool variables) {
  if (variables) {
    add_texts(keys, statement.find("Resource"));
    add_texts(keys, statement.find("NotResource"));
  }
  const Json* const condition = statement.find("Condition");
  if (condition == nullptr) return;
  for (const JsonMember& block : condition->members) {
    for (const JsonMember& key : block.value.members) {
      keys.add(key.name);
      if (variables) add_texts(keys, &key.value);
    }
  }
}

}  // namespace

std::vector<Span> statement_spans(std::string_view json) {
  std::vector<Span> spans;
  Places places(json);
  JsonCursor cursor(json, kMaxDepth);
  std::string_view value;
  const auto offset = [&](const char* at) { return static_cast<std::size_t>(at - json.data()); };
  cursor.read_object([&](const std::string& name) {
    if (name != "Statement" || !spans.empty()) return cursor.skip_value(value);
    const bool list = cursor.peek() == '[';
    Position start = places.at(cursor.position() + 1);
    const auto statement = [&] {
      if (!cursor.skip_value(value)) return false;
      const Position end = places.at(offset(value.data() + value.size()));
      spans.push_back({std::exchange(start, end), end});
      return true;
    };
    return list ? cursor.read_array(statement) : statement();
  });
  return spans;
}

std::vector<std::string> context_keys(std::string_view json) {
  Keys keys;
  Json document;
  if (!read_json(json, kMaxDepth, document)) return {};
  const Json* const version = document.find("Version");
  const bool variables = version != nullptr && version->text == "2012-10-17";
  if (const Json* const statements = document.find("Statement")) {
    add_statement(keys, *statements, variables);
    for (const Json& statement : statements->items) add_statement(keys, statement, variables);
  }
  return keys.take();
}

bool has_key(const Request& request, std::string_view key) {
  return RequestView(request).find(lower(key)).present();
}

bool valid_value(ValueType type, const std::string& text) {
  switch (type) {
    case ValueType::text:
      return true;
    case ValueType::number:
      return parse_number(text).has_value();
    case ValueType::boolean:
      return equals_ignoring_case(text, "true") || equals_ignoring_case(text, "false");
    case ValueType::address:
      return parse_address_range(text).has_value();
    case ValueType::date:
      return parse_instant(text).has_value();
  }
  return false;
}

}  // namespace latchkey::policy
