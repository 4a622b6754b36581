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
  // Why that failed: OpenSSL's words for it ("tlsv1 alert unknown ca"); empty if the connection ended.
  const std::string& trouble() const { return trouble_; }
  std::size_t read(char* to, std::size_t capacity) override;
  bool starved() const override { return starved_; }
  bool holds_more() const override;
  bool write(std::string_view data) override;
  bool finish() override;

 private:
  struct Bridge;  // OpenSSL's calls for bytes
  bool fill();  // in_, from below
  std::size_t take(char* to, std::size_t capacity);
  bool flush();
  bool fail();

  Stream& below_;
  std::string in_;  // read from below and not used yet: OpenSSL asks for each record twice, the system is asked once
  std::size_t in_used_ = 0;
  std::string out_;  // records not sent yet: they leave together, before the next wait for the client
  bool failed_ = false;
  std::string trouble_;
  bool starved_ = false;
  SslPtr ssl_;
};

}  // namespace latchkey::http
