// A strict JSON reader for policy documents and simulation lines: RFC 8259, valid UTF-8, no duplicate
// members, bounded depth. It keeps numbers as they were written ("10.0" is not "10" to a string operator) and
// can skip a value while checking it, which is what lets a simulation line with known policies be answered
// without building a tree.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::policy {

struct JsonMember;

struct Json {
  enum class Type { null, boolean, number, string, array, object };
  Type type = Type::null;
  std::string text;  // a string's value; a number or boolean as written
  std::vector<Json> items;
  std::vector<JsonMember> members;  // in the order written

  bool is(Type wanted) const { return type == wanted; }
  // A value that the policy grammar takes where a string is expected: booleans and numbers may be unquoted.
  bool scalar() const { return type == Type::string || type == Type::number || type == Type::boolean; }
  const Json* find(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  Json value;
};

// Reads one text from front to back. Every function returns false on the first error, after which the cursor
// is useless.
class JsonCursor {
 public:
  JsonCursor(std::string_view text, int depth_limit) : text_(text), depth_(depth_limit) {}

  // The next character that is not white space, not consumed; 0 at the end.
  char peek();
  bool consume(char wanted);
  bool read_string(std::string& out);
  bool read_value(Json& out);
  // Checks one value; its exact text goes to `span`.
  bool skip_value(std::string_view& span);
  std::size_t position() const { return position_; }
  bool at_end() { return peek() == 0 && position_ == text_.size(); }
  // Calls member(name) for each member of the object that comes next; the callback reads the value.
  template <class Member>
  bool read_object(Member&& member) {
    if (!enter('{')) return false;
    if (consume('}')) return leave();
    std::string name;
    do {
      if (!read_string(name) || !consume(':') || !member(name)) return false;
    } while (consume(','));
    return consume('}') && leave();
  }
  // Calls item() for each item of the array that comes next.
  template <class Item>
  bool read_array(Item&& item) {
    if (!enter('[')) return false;
    if (consume(']')) return leave();
    do {
      if (!item()) return false;
    } while (consume(','));
    return consume(']') && leave();
  }

 private:
  bool enter(char open) { return depth_ > 0 && consume(open) && depth_-- > 0; }
  bool leave() {
    ++depth_;
    return true;
  }
  bool scan_string(std::string* out);
  bool scan_escape(std::string* out);
  bool scan_code_unit(unsigned& unit);
  bool scan_utf8();
  bool scan_literal();
  bool scan_number();

  std::string_view text_;
  std::size_t position_ = 0;
  int depth_;
};

// A whole document; false if it is not exactly one JSON value.
bool read_json(std::string_view text, int depth_limit, Json& out);
// Appends a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace latchkey::policy
