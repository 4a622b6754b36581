#include "core/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "core/encoding.h"

namespace latchkey {
namespace {

// Builds a Value from parser events. Holds the open containers in a vector, so depth is a number, not a stack frame.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(JsonLimits limits) : limits_(limits) { open_.reserve(4); }

  bool null() override { return put(Value()); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(static_cast<std::int64_t>(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) return put(static_cast<double>(value));
    return put(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  // Copied, not moved: the lexer goes on with the memory that it has.
  bool string(string_t& value) override { return put(std::string_view(value)); }
  bool binary(binary_t&) override { return refuse("binary value"); }
  bool start_object(std::size_t) override { return open(Members()); }
  bool start_array(std::size_t) override { return open(List()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    open_.back().name = name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    error_ = {"not valid JSON", position == 0 ? 0 : position - 1};
    return false;
  }

  const JsonError& error() const { return error_; }
  Value take() { return std::move(root_); }

 private:
  struct Open {
    Value container;
    std::string name;  // of the member being read
  };

  bool refuse(const char* reason) {
    error_ = {reason, 0};
    return false;
  }

  bool open(Value container) {
    if (open_.size() >= limits_.depth) return refuse("nested too deeply");
    if (++values_ > limits_.values) return refuse("too many values");
    open_.push_back({std::move(container), {}});
    return true;
  }

  bool close() {
    Value finished = std::move(open_.back().container);
    if (finished.is<Members>()) keep_last_of_each(finished.get<Members>());
    open_.pop_back();
    --values_;  // put() counts it again
    return put(std::move(finished));
  }

  bool put(Value value) {
    if (++values_ > limits_.values) return refuse("too many values");
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Open& top = open_.back();
    if (top.container.is<List>()) {
      top.container.get<List>().push_back(std::move(value));
    } else {
      put_member(top.container.get<Members>(), std::move(top.name), std::move(value));
    }
    return true;
  }

  // A linear search a member would make a hostile object of n names cost n²; so of large ones the
  // repeated are dropped when they are complete.
  static void put_member(Members& members, std::string name, Value value) {
    if (members.size() < kSearched) {
      members.set(std::move(name), std::move(value));
    } else {
      members.add(std::move(name), std::move(value));
    }
  }

  static void keep_last_of_each(Members& members) {
    if (members.size() <= kSearched) return;
    std::unordered_map<std::string_view, std::size_t> last;
    std::size_t place = 0;
    for (const auto& [name, value] : members) last[name] = place++;
    if (last.size() == members.size()) return;
    Members kept;
    place = 0;
    for (const auto& [name, value] : members) {
      if (last[name] == place++) kept.add(name, value);
    }
    members = std::move(kept);
  }

  static constexpr std::size_t kSearched = 64;
  JsonLimits limits_;
  JsonError error_;
  Value root_;
  std::vector<Open> open_;
  std::size_t values_ = 0;
};

constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> table{};
  for (unsigned char c = 0x20; c < 0x7f; ++c) table[c] = c != '"' && c != '\\';
  return table;
}

// Is a JSON string its text between quotes?
bool plain(std::string_view text) {
  static constexpr std::array<bool, 256> kPlain = make_plain();
  return std::all_of(text.begin(), text.end(), [](char c) { return kPlain[static_cast<unsigned char>(c)]; });
}

void write_text(std::string& out, std::string_view text) {
  if (plain(text)) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write_number(std::string& out, std::int64_t number) {
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

void write_time(std::string& out, Time time) {
  const std::int64_t seconds = time.seconds();
  const std::int64_t fraction = time.ms - seconds * 1000;
  write_number(out, seconds);
  if (fraction == 0) return;
  out += '.';
  out += static_cast<char>('0' + fraction / 100);
  out += static_cast<char>('0' + fraction / 10 % 10);
  out += static_cast<char>('0' + fraction % 10);
}

struct Writer {
  std::string& out;
  int indent;  // -1: compact
  int level = 0;

  void line() {
    if (indent < 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(indent * level), ' ');
  }
  void operator()(std::monostate) { out += "null"; }
  void operator()(bool value) { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) { write_number(out, value); }
  void operator()(double value) {
    if (!std::isfinite(value)) {
      out += "null";
      return;
    }
    out += nlohmann::json(value).dump();
  }
  void operator()(const std::string& value) { write_text(out, value); }
  void operator()(const Blob& value) {
    out += '"';
    out += base64_encode(value.bytes);
    out += '"';
  }
  void operator()(Time value) { write_time(out, value); }
  void operator()(const List& list) {
    out += '[';
    ++level;
    bool first = true;
    for (const Value& value : list) {
      if (!first) out += ',';
      first = false;
      line();
      (*this)(value);
    }
    --level;
    if (!first) line();
    out += ']';
  }
  void operator()(const Members& members) {
    out += '{';
    ++level;
    bool first = true;
    for (const auto& [name, value] : members) {
      if (!first) out += ',';
      first = false;
      line();
      write_text(out, name);
      out += indent < 0 ? ":" : ": ";
      (*this)(value);
    }
    --level;
    if (!first) line();
    out += '}';
  }
  void operator()(const Value& value) { std::visit(*this, value.variant()); }
};

template <class T>
std::string written(const T& what, int indent) {
  std::string out;
  out.reserve(256);
  Writer{out, indent}(what);
  return out;
}

}  // namespace

Result<Value, JsonError> parse_json(std::string_view text, JsonLimits limits) {
  Builder builder(limits);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.error();
  return builder.take();
}

std::string to_json(const Value& value) { return written(value, -1); }

std::string to_json(const Members& members) { return written(members, -1); }

std::string to_json_indented(const Value& value) { return written(value, 2); }

}  // namespace latchkey
