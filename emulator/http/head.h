// The head of an HTTP/1 request, as bytes, to a RawRequest and what frames its body.
#pragma once

#include <cstdint>
#include <string_view>

#include "latchkey/sigv4.h"

namespace latchkey::http {

// Why a request is not answered by the handler; the connection ends after it.
struct Refusal {
  int status = 0;  // 0: not refused
  std::string_view text;

  explicit operator bool() const { return status != 0; }
};

struct Framing {
  bool http10 = false;
  bool persistent = true;  // the client would use the connection again
  bool connect = false;    // CONNECT: `target` is host:port and no body follows
  bool expects_continue = false;
  bool chunked = false;
  std::uint64_t content_length = 0;
};

// Where the head at the start of `bytes` ends (behind its empty line); npos if more bytes are needed.
// `scanned` keeps the place between calls, so that a head that comes a byte at a time is not searched again
// and again.
std::size_t find_head_end(std::string_view bytes, std::size_t& scanned);

// Reads a head that find_head_end has found. Leaves the body alone and fills the rest of `request`, in the
// memory it already has where possible.
Refusal parse_head(std::string_view head, sigv4::RawRequest& request, Framing& framing);

}  // namespace latchkey::http
