// The server's side of TLS over another stream (a socket, or TLS again where a proxy is spoken to by TLS).
#pragma once

#include <string>

#include "http/openssl.h"
#include "http/stream.h"

namespace latchkey::http {

class TlsStream : public Stream {
 public:
  // `below` must outlive this. `first`: bytes that were already read from it.
  TlsStream(SSL_CTX* context, Stream& below, std::string_view first);

  bool handshake();
  std::size_t read(char* to, std::size_t capacity) override;
  bool write(std::string_view data) override;
  bool finish() override;

 private:
  struct Bridge;  // OpenSSL's calls for bytes
  bool flush();
  bool fail();

  Stream& below_;
  std::string first_;
  std::size_t first_used_ = 0;
  std::string out_;  // records not sent yet: they leave together, before the next wait for the client
  bool failed_ = false;
  SslPtr ssl_;
};

}  // namespace latchkey::http
