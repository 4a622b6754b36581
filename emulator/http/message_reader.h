// Reads HTTP messages from a connection, exactly as they are.
#pragma once

#include <cstddef>
#include <optional>

#include "http/head.h"
#include "http/input.h"
#include "http/socket.h"

namespace latchkey::http {

// The socket is the one underneath the input's stream; it keeps the deadlines.
class MessageReader {
 public:
  MessageReader(Input& input, Socket& socket, std::size_t max_head_bytes, std::size_t max_body_bytes)
      : input_(input), socket_(socket), max_head_bytes_(max_head_bytes), max_body_bytes_(max_body_bytes) {}

  enum class Outcome {
    message,
    refused,  // see refusal()
    ended,    // the client has gone, or was too slow
  };
  Outcome read(sigv4::RawRequest& request, Framing& framing);
  const Refusal& refusal() const { return refusal_; }

 private:
  Outcome read_head(sigv4::RawRequest& request, Framing& framing);
  Outcome read_body(std::string& body, const Framing& framing);
  Outcome read_chunks(std::string& body);
  Outcome skip_trailers();
  Outcome read_exactly(std::string& body, std::uint64_t size);
  // The next line, without its end, good until the input is filled again.
  Outcome read_line(std::size_t limit, Refusal too_long, std::string_view& line);
  void skip_empty_lines();
  bool fill_begun();
  Outcome refuse(Refusal refusal);

  Input& input_;
  Socket& socket_;
  const std::size_t max_head_bytes_;
  const std::size_t max_body_bytes_;
  Refusal refusal_;
};

}  // namespace latchkey::http
