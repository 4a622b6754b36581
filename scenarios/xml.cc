#include "scenarios/xml.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace latchkey::scenarios {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

struct XmlFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

// "amp", "#xD", "#13": what stands between & and ;
void append_entity(std::string& out, std::string_view name) {
  if (name == "amp") return void(out += '&');
  if (name == "lt") return void(out += '<');
  if (name == "gt") return void(out += '>');
  if (name == "quot") return void(out += '"');
  if (name == "apos") return void(out += '\'');
  if (!name.starts_with("#")) throw XmlFailure("unknown entity &" + std::string(name) + ";");
  const bool hex = name.starts_with("#x");
  name.remove_prefix(hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (problem != std::errc() || end != name.data() + name.size() || code == 0 || code > 0x10ffff ||
      surrogate) {
    throw XmlFailure("a character reference that is none");
  }
  append_utf8(out, code);
}

std::string unescape(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t ampersand = text.find('&');
    out.append(text.substr(0, ampersand));
    if (ampersand == std::string_view::npos) return out;
    text.remove_prefix(ampersand + 1);
    const std::size_t end = text.substr(0, 12).find(';');
    if (end == std::string_view::npos) throw XmlFailure("an & that begins no entity");
    append_entity(out, text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

class Reader {
 public:
  Reader(std::string_view text, XmlLimits limits) : rest_(text), limits_(limits) {}

  XmlElement document() {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
    skip_between();
    XmlElement root = element(1);
    skip_between();
    if (!rest_.empty()) throw XmlFailure("text after the root element");
    return root;
  }

 private:
  bool take(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }
  std::string_view take_until(std::string_view end) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) throw XmlFailure("the text ends too early");
    const std::string_view out = rest_.substr(0, at);
    rest_.remove_prefix(at + end.size());
    return out;
  }
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size())); }

  // Blanks, comments and processing instructions.
  void skip_between() {
    while (true) {
      skip_blanks();
      if (take("<!--"))
        take_until("-->");
      else if (take("<?"))
        take_until("?>");
      else
        return;
    }
  }

  std::string name() {
    const std::size_t end = rest_.find_first_of(" \t\r\n/>=<");
    if (end == 0 || end == std::string_view::npos) throw XmlFailure("a name is missing");
    std::string_view out = rest_.substr(0, end);
    rest_.remove_prefix(end);
    out.remove_prefix(out.rfind(':') + 1);  // npos + 1 is 0
    return std::string(out);
  }

  void skip_attributes() {
    while (true) {
      skip_blanks();
      if (rest_.starts_with("/") || rest_.starts_with(">")) return;
      name();
      skip_blanks();
      if (!take("=")) throw XmlFailure("an attribute without a value");
      skip_blanks();
      if (take("\""))
        take_until("\"");
      else if (take("'"))
        take_until("'");
      else
        throw XmlFailure("an attribute without quotes");
    }
  }

  XmlElement element(std::size_t depth) {
    if (depth > limits_.depth) throw XmlFailure("elements are nested too deeply");
    if (++count_ > limits_.elements) throw XmlFailure("too many elements");
    if (!take("<")) throw XmlFailure("an element is missing");
    if (rest_.starts_with("!")) throw XmlFailure("a document type is not allowed");
    XmlElement out{name(), {}};
    skip_attributes();
    if (take("/>")) return out;
    if (!take(">")) throw XmlFailure("a tag without an end");
    out.value = content(out.name, depth);
    return out;
  }

  // Up to and including the end tag.
  Value content(const std::string& of, std::size_t depth) {
    std::string text;
    std::vector<XmlElement> children;
    while (true) {
      const std::size_t tag = rest_.find('<');
      if (tag == std::string_view::npos) throw XmlFailure("<" + of + "> has no end");
      text += unescape(rest_.substr(0, tag));
      rest_.remove_prefix(tag);
      if (take("<!--"))
        take_until("-->");
      else if (take("<?"))
        take_until("?>");
      else if (take("<![CDATA["))
        text += take_until("]]>");
      else if (take("</"))
        break;
      else
        children.push_back(element(depth + 1));
    }
    if (name() != of) throw XmlFailure("<" + of + "> is closed by another name");
    skip_blanks();
    if (!take(">")) throw XmlFailure("a tag without an end");
    return children.empty() ? text_value(std::move(text)) : join(std::move(children));
  }

  static Value text_value(std::string text) { return text.empty() ? Value() : Value(std::move(text)); }

  static Value join(std::vector<XmlElement> children) {
    const bool list = std::all_of(children.begin(), children.end(),
                                  [](const XmlElement& child) { return child.name == "member"; });
    if (list) {
      List out;
      for (XmlElement& child : children) out.push_back(std::move(child.value));
      return out;
    }
    Members out;
    for (XmlElement& child : children) out.add(std::move(child.name), std::move(child.value));
    return out;
  }

  std::string_view rest_;
  XmlLimits limits_;
  std::size_t count_ = 0;
};

}  // namespace

Result<XmlElement, std::string> read_xml(std::string_view text, XmlLimits limits) {
  try {
    return Reader(text, limits).document();
  } catch (const XmlFailure& failure) {
    return std::string(failure.what());
  }
}

}  // namespace latchkey::scenarios
