#include "http/head.h"

#include <array>

#include "http/names.h"

namespace latchkey::http {
namespace {

constexpr std::size_t kMaxHeaders = 1000;  // enough for anybody; the signature's work grows with them

constexpr std::array<bool, 256> make_token_characters() {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = table[c - 'A' + 'a'] = true;
  for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'}) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr std::array<bool, 256> kTokenCharacters = make_token_characters();

bool token(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!kTokenCharacters[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

bool blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// A line break inside a line is the stuff of request smuggling, a NUL that of truncated strings.
bool clean(std::string_view line) {
  return line.find('\r') == std::string_view::npos && line.find('\0') == std::string_view::npos;
}

Refusal bad(std::string_view text) { return {400, text}; }

// The next line of the head, without its end.
std::string_view take_line(std::string_view& head) {
  const std::size_t end = head.find('\n');
  std::string_view line = head.substr(0, end);
  head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// A request through an HTTP proxy has a URL as target. What is signed is its path and query alone.
bool set_target(std::string_view target, std::string& out) {
  if (target.front() == '/' || target == "*") {
    out.assign(target);
    return true;
  }
  const std::size_t scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return false;
  const std::string_view scheme = target.substr(0, scheme_end);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) return false;
  target.remove_prefix(scheme_end + 3);
  const std::size_t path = target.find_first_of("/?");
  if (path == 0) return false;  // no host
  target = path == std::string_view::npos ? std::string_view{} : target.substr(path);
  out.clear();
  if (target.empty() || target.front() == '?') out.push_back('/');
  out.append(target);
  return true;
}

Refusal read_version(std::string_view version, Framing& framing) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.' || !digit(version[5]) ||
      !digit(version[7])) {
    return bad("The request line does not end in an HTTP version.");
  }
  if (version[5] != '1') return {400, "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
  framing.http10 = version[7] == '0';
  framing.persistent = !framing.http10;
  return {};
}

Refusal read_request_line(std::string_view line, sigv4::RawRequest& request, Framing& framing) {
  const std::size_t method_end = line.find(' ');
  const std::size_t version_start = line.rfind(' ');
  if (method_end == std::string_view::npos || version_start <= method_end + 1) {
    return bad("The request line is not a method, a target and a version.");
  }
  const std::string_view method = line.substr(0, method_end);
  // A blank within the target is against the rules, but AWS's own signing examples have one ("get-space").
  const std::string_view target = line.substr(method_end + 1, version_start - method_end - 1);
  if (!token(method)) return bad("The method is not a token.");
  if (const Refusal refusal = read_version(line.substr(version_start + 1), framing)) return refusal;
  for (const char c : target) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return bad("The target has a control character.");
  }
  request.method.assign(method);
  framing.connect = method == "CONNECT";
  if (framing.connect) {
    request.target.assign(target);
    return {};
  }
  if (!set_target(target, request.target)) return bad("The target is neither a path nor a URL.");
  return {};
}

// Finds what frames the body among the headers. Two readings of one request must not be possible: a proxy in
// front might choose the other one.
class FramingHeaders {
 public:
  explicit FramingHeaders(Framing& framing) : framing_(framing) {}

  Refusal take(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 6:
        return equal_ignoring_case(name, "Expect") ? expect(value) : Refusal{};
      case 10:
        if (equal_ignoring_case(name, "Connection")) connection(value);
        return {};
      case 14:
        return equal_ignoring_case(name, "Content-Length") ? content_length(value) : Refusal{};
      case 17:
        return equal_ignoring_case(name, "Transfer-Encoding") ? transfer_encoding(value) : Refusal{};
      default:
        return {};
    }
  }

  Refusal finish() {
    if (framing_.chunked && has_length_) return bad("Both Content-Length and Transfer-Encoding are present.");
    if (framing_.chunked && framing_.http10) return bad("HTTP/1.0 has no Transfer-Encoding.");
    if (framing_.connect && (framing_.chunked || framing_.content_length > 0))
      return bad("CONNECT has no body.");
    if (framing_.http10) framing_.expects_continue = false;
    if (keep_alive_) framing_.persistent = true;
    if (close_) framing_.persistent = false;
    return {};
  }

 private:
  Refusal expect(std::string_view value) {
    if (!equal_ignoring_case(trim(value), "100-continue")) return {417, "Only 100-continue can be expected."};
    framing_.expects_continue = true;
    return {};
  }

  void connection(std::string_view value) {
    while (true) {
      const std::size_t comma = value.find(',');
      const std::string_view option = trim(value.substr(0, comma));
      if (equal_ignoring_case(option, "close")) close_ = true;
      if (equal_ignoring_case(option, "keep-alive")) keep_alive_ = true;
      if (comma == std::string_view::npos) return;
      value.remove_prefix(comma + 1);
    }
  }

  Refusal content_length(std::string_view value) {
    value = trim(value);
    if (value.empty()) return bad("Content-Length is not a number.");
    std::uint64_t length = 0;
    for (const char c : value) {
      if (c < '0' || c > '9') return bad("Content-Length is not a number.");
      if (length > UINT64_MAX / 10 - 1) return {413, "The request's body is too large."};
      length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (has_length_ && length != framing_.content_length)
      return bad("There are two different Content-Lengths.");
    has_length_ = true;
    framing_.content_length = length;
    return {};
  }

  Refusal transfer_encoding(std::string_view value) {
    if (framing_.chunked) return bad("There are two Transfer-Encodings.");
    if (!equal_ignoring_case(trim(value), "chunked"))
      return {400, "The only Transfer-Encoding taken is chunked."};
    framing_.chunked = true;
    return {};
  }

  Framing& framing_;
  bool has_length_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
};

// Appends header lines, in the places of the request before where there are any.
class HeaderSlots {
 public:
  explicit HeaderSlots(std::vector<sigv4::Header>& headers) : headers_(headers) {}

  void add(std::string_view name, std::string_view value) {
    if (used_ == headers_.size()) headers_.emplace_back();
    headers_[used_].name.assign(name);
    headers_[used_].value.assign(value);
    ++used_;
  }
  // An obsolete folded line goes on with the value before it; the signature's rules want to see the break.
  void fold(std::string_view line) { headers_[used_ - 1].value.append(1, '\n').append(line); }
  std::size_t used() const { return used_; }
  void finish() { headers_.resize(used_); }

 private:
  std::vector<sigv4::Header>& headers_;
  std::size_t used_ = 0;
};

Refusal read_headers(std::string_view head, HeaderSlots& slots) {
  while (!head.empty()) {
    const std::string_view line = take_line(head);
    if (line.empty()) break;
    if (!clean(line)) return bad("A header line has a carriage return or a NUL inside.");
    if (blank(line.front())) {
      if (slots.used() == 0) return bad("The first header line begins with a blank.");
      slots.fold(line);
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return bad("A header line has no colon.");
    // RFC 9112, 5.1: a blank before the colon must be refused, because readers disagree on what it means.
    if (!token(line.substr(0, colon))) return bad("A header's name is not a token.");
    if (slots.used() == kMaxHeaders) return {431, "There are too many header lines."};
    slots.add(line.substr(0, colon), line.substr(colon + 1));
  }
  return {};
}

}  // namespace

std::size_t find_head_end(std::string_view bytes, std::size_t& scanned) {
  while (true) {
    const std::size_t end = bytes.find('\n', scanned);
    if (end == std::string_view::npos) {
      scanned = bytes.size();
      return std::string_view::npos;
    }
    const std::string_view next = bytes.substr(end + 1, 2);
    if (next.starts_with('\n')) return end + 2;
    if (next == "\r\n") return end + 3;
    if (next.empty() || next == "\r") {  // cannot tell yet
      scanned = end;
      return std::string_view::npos;
    }
    scanned = end + 1;
  }
}

Refusal parse_head(std::string_view head, sigv4::RawRequest& request, Framing& framing) {
  framing = {};
  HeaderSlots slots(request.headers);
  if (const Refusal refusal = read_request_line(take_line(head), request, framing)) return refusal;
  if (const Refusal refusal = read_headers(head, slots)) return refusal;
  slots.finish();
  FramingHeaders framed(framing);
  for (const sigv4::Header& header : request.headers) {
    if (const Refusal refusal = framed.take(header.name, header.value)) return refusal;
  }
  return framed.finish();
}

}  // namespace latchkey::http
