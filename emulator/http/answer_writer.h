// Composes HTTP/1.1 answers.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/server.h"

namespace latchkey::http {

std::string_view reason_phrase(int status);

struct AnswerFraming {
  bool to_head = false;    // the request was a HEAD: its answer describes a body and has none
  bool closes = false;     // the connection ends after the answer
  bool says_keep = false;  // HTTP/1.0 clients go on only if told so
  bool half_body = false;  // an injected fault: the body stops in its middle
};

// Keeps the Date line of the current second; one for each connection, so that none waits for another.
class AnswerWriter {
 public:
  // Replaces `out` by the bytes of the answer.
  void compose(const Answer& answer, const AnswerFraming& framing, std::string& out);

 private:
  void append_date(std::string& out);

  std::time_t date_of_ = -1;
  std::string date_;
};

}  // namespace latchkey::http
