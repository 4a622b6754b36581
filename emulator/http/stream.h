// Bytes in and out: a socket, or TLS over another stream. One thread uses a stream at a time.
#pragma once

#include <cstddef>
#include <string_view>

namespace latchkey::http {

class Stream {
 public:
  virtual ~Stream() = default;

  // Some bytes, at least one; 0 at the peer's end, at a deadline, on an error. Nothing can be read after a 0, unless the
  // stream is starved().
  virtual std::size_t read(char* to, std::size_t capacity) = 0;
  // The last read gave 0 because nothing has come yet and the socket is not to wait.
  virtual bool starved() const = 0;
  // Bytes have been taken from the socket that read() has not given out yet.
  virtual bool holds_more() const = 0;
  // All of it, in one send where the kernel takes it; false on an error. `data` must not be empty.
  virtual bool write(std::string_view data) = 0;
  // Says goodbye, so that the peer can tell the end from an accident; false if that was not possible.
  virtual bool finish() = 0;
};

}  // namespace latchkey::http
