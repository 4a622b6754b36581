// The server: one port that speaks HTTP and HTTPS (the first byte decides).
//
// A few workers share the connections and answer what is quick. Whatever has to wait is done in threads of its own, so
// that it keeps nobody waiting.
//
// The only file that includes httplib.h is server.cc. What the rest of Latchkey sees of HTTP is a Message in
// and an Answer out. All public functions are thread safe; the handler is called from many threads at once.
//
// httplib's server, of which this one uses the listening socket and the accept loop, ignores SIGPIPE for the
// whole process from its constructor on. Nothing here depends on that.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/sigv4.h"

namespace latchkey::http {

class Certificates;

struct Message {
  sigv4::RawRequest request;  // exactly as received; a chunked body is already joined
  std::string peer_address;   // "127.0.0.1", "::1"
  bool tls = false;
};

struct Answer {
  int status = 200;
  // Without Content-Length, Date and Connection, which are the server's.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  enum class Fate {
    send,   // as it is
    close,  // send, then close the connection
    reset,  // send nothing: TCP reset
    half,   // send the head and half of the body, then close
  };
  Fate fate = Fate::send;
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any free one
  std::size_t max_connections = 4096;
  std::size_t max_head_bytes = 64 * 1024;
  std::size_t max_body_bytes = 1024 * 1024;
  int idle_timeout_ms = 60'000;  // between requests
  int head_timeout_ms = 20'000;  // from a request's first byte to its last
  int handshake_timeout_ms = 10'000;
  // Both may be absent. A limit for the bodies of some requests, by their heads; and the answer to a request that cannot be
  // taken: a status, a reason, and the head as far as it could be read (without a method: not at all). Must not throw.
  std::function<std::size_t(const sigv4::RawRequest& head)> body_limit = {};
  std::function<Answer(const Message& message, int status, std::string_view reason)> refuse = {};
  // May be absent. A TLS handshake came to nothing, with that client, for that reason. Must not throw.
  std::function<void(std::string_view peer_address, std::string_view reason)> tls_failed = {};
  // The handler answers this message without waiting for anything: a worker may call it. Empty: it never does.
  std::function<bool(const Message&)> quick = {};
  std::size_t workers = 0;  // 0: as many as there are processors, from 2 to 8
};

class Server {
 public:
  using Handler = std::function<Answer(const Message&)>;

  // Certificates issue the leaf for a handshake (by SNI); they must outlive the server. The handler must not
  // throw.
  Server(ServerOptions options, Certificates& certificates, Handler handler);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and starts to accept. Throws std::runtime_error with a one-line reason ("cannot listen on
  // 127.0.0.1:4566: Address already in use").
  void start();
  // Stops accepting, lets requests that are being answered finish (their answers have two seconds to leave),
  // closes every connection, joins every thread. Idempotent. Not to be called by the handler, whose return it
  // waits for. A server that was stopped cannot start again.
  void stop();

  int port() const;  // after start()
  std::size_t connections() const;  // that are open

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey::http
