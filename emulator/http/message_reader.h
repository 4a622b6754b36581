// Reads HTTP messages from a connection, exactly as they are.
#pragma once

#include <cstddef>
#include <optional>

#include "http/head.h"
#include "http/input.h"
#include "http/server.h"
#include "http/socket.h"

namespace latchkey::http {

// The socket is the one underneath the input's stream; it keeps the deadlines.
class MessageReader {
 public:
  MessageReader(Input& input, Socket& socket, const ServerOptions& options)
      : input_(input), socket_(socket), options_(options) {}

  enum class Outcome {
    message,
    refused,  // see refusal()
    ended,    // the client has gone, or was too slow
    later,    // not all there, or not simple
  };
  Outcome read(sigv4::RawRequest& request, Framing& framing);
  // Only from what has been read already, and without waiting; `later` leaves that as it is, for read().
  Outcome read_ready(sigv4::RawRequest& request, Framing& framing);
  const Refusal& refusal() const { return refusal_; }
  // Whether what was refused has a head: the body was wrong.
  bool refused_body() const { return head_read_; }

 private:
  Outcome read_head(sigv4::RawRequest& request, Framing& framing);
  Outcome read_body(sigv4::RawRequest& request, const Framing& framing);
  Outcome read_chunks(std::string& body, std::size_t limit);
  Outcome skip_trailers();
  Outcome read_exactly(std::string& body, std::uint64_t size);
  // The next line, without its end, good until the input is filled again.
  Outcome read_line(std::size_t limit, Refusal too_long, std::string_view& line);
  void skip_empty_lines();
  bool fill_begun();
  Outcome refuse(Refusal refusal);

  Input& input_;
  Socket& socket_;
  const ServerOptions& options_;
  bool head_read_ = false;
  Refusal refusal_;
};

}  // namespace latchkey::http
