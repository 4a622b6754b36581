#include "http/answer_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace latchkey::http {
namespace {

// 1xx, 204 and 304 end with their headers, whatever these say.
bool bodiless(int status) { return status < 200 || status == 204 || status == 304; }

// Text of a client may stand in a header; a line break in it would begin a header of the client's choice.
void append_value(std::string& out, std::string_view value) {
  const std::size_t start = out.size();
  out.append(value);
  const auto breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), breaks, ' ');
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  // Anything else than three digits is no status line.
  const int code = status >= 100 && status <= 999 ? status : 500;
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(code));
  out.append(1, ' ').append(reason_phrase(code)).append("\r\n");
}

}  // namespace

std::string_view reason_phrase(int status) {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr std::array<Phrase, 39> kPhrases{{
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {418, "I'm a teapot"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {509, "Bandwidth Limit Exceeded"},
  }};
  const auto found = std::find_if(kPhrases.begin(), kPhrases.end(),
                                  [status](const Phrase& phrase) { return phrase.status == status; });
  return found == kPhrases.end() ? "Unknown" : found->text;
}

void AnswerWriter::append_date(std::string& out) {
  const std::time_t now = std::time(nullptr);
  if (now != date_of_) {
    static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 64> text;
    const int size = std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                                   kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                   kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                   parts.tm_hour, parts.tm_min, parts.tm_sec);
    date_.assign(text.data(), static_cast<std::size_t>(size));
    date_of_ = now;
  }
  out.append(date_);
}

void AnswerWriter::compose(const Answer& answer, const AnswerFraming& framing, std::string& out) {
  out.clear();
  append_status_line(out, answer.status);
  for (const auto& [name, value] : answer.headers) {
    append_value(out, name);
    out.append(": ");
    append_value(out, value);
    out.append("\r\n");
  }
  if (!bodiless(answer.status)) {
    // libmongocrypt sees no other spelling of this name.
    out.append("Content-Length: ");
    append_number(out, answer.body.size());
    out.append("\r\n");
  }
  append_date(out);
  if (framing.closes) {
    out.append("Connection: close\r\n");
  } else if (framing.says_keep) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  if (framing.to_head || bodiless(answer.status)) return;
  out.append(answer.body, 0, framing.half_body ? answer.body.size() / 2 : std::string::npos);
}

}  // namespace latchkey::http
