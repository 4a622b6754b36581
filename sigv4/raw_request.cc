#include <algorithm>
#include <utility>

#include "latchkey/sigv4.h"
#include "sigv4/text.h"

namespace latchkey::sigv4 {
namespace {

// Cuts one line off the text, without its CRLF or LF. The last line need not end in one.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The target is what stands between the first and the last blank: AWS's own test requests have unencoded
// blanks in their paths.
std::string parse_request_line(std::string_view line, RawRequest& request) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return "the request line is not 'METHOD TARGET HTTP/1.1'";
  }
  if (!line.substr(last + 1).starts_with("HTTP/")) return "the request line does not end in an HTTP version";
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  if (request.method.empty()) return "the request line has no method";
  if (trim(request.target).empty()) return "the request line has no target";
  return {};
}

std::string parse_header(std::string_view line, RawRequest& request) {
  if (is_blank(line.front())) {
    if (request.headers.empty()) return "the first header line begins with a blank";
    request.headers.back().value.append("\n").append(line);
    return {};
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return "header line " + std::to_string(request.headers.size() + 1) + " has no colon";
  }
  const std::string_view name = line.substr(0, colon);
  if (name.empty() || std::any_of(name.begin(), name.end(), is_blank)) {
    return "header line " + std::to_string(request.headers.size() + 1) + " has no valid name";
  }
  request.headers.push_back({std::string(name), std::string(line.substr(colon + 1))});
  return {};
}

}  // namespace

std::optional<std::string_view> RawRequest::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (same_name(header.name, name)) return trim(header.value);
  }
  return std::nullopt;
}

std::optional<RawRequest> parse_request(std::string_view text, std::string* error) {
  RawRequest request;
  const auto fail = [error](std::string reason) {
    if (error != nullptr) *error = std::move(reason);
    return std::nullopt;
  };
  if (trim(text).empty()) return fail("the request is empty");
  if (std::string reason = parse_request_line(take_line(text), request); !reason.empty()) return fail(reason);
  // A request without a body may end after its last header: text files often lack the blank line.
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    if (std::string reason = parse_header(line, request); !reason.empty()) return fail(reason);
  }
  request.body = text;
  return request;
}

std::string to_text(const RawRequest& request) {
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\n";
  for (const Header& header : request.headers) {
    out += header.name;
    out += ':';
    for (const char c : header.value) {
      if (c == '\n') out += '\r';
      out += c;
    }
    out += "\r\n";
  }
  out += "\r\n";
  return out += request.body;
}

}  // namespace latchkey::sigv4
