// A client that sends exactly the bytes it is given, over TCP or TLS, and a server to talk to.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/certificate.h"
#include "http/server.h"

namespace latchkey::http::test {

struct Reply {
  int status = 0;    // 0: there was none
  std::string head;  // status line and headers, with their line ends
  std::string body;

  // The value of the header of exactly this spelling; empty if there is none.
  std::string header(std::string_view name) const;
};

struct TlsOptions {
  std::string server_name;  // SNI; empty: none is sent
  std::vector<std::string> alpn;
  std::string trusted;        // path of the CA; empty: whatever the server shows is taken
  std::string expected_host;  // a name or an address the certificate must be for
  int max_version = 0;
};

class Wire {
 public:
  explicit Wire(int port, const std::string& host = "127.0.0.1");
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // Speaks TLS from here on; false if the handshake fails.
  bool start_tls(const TlsOptions& options = {});
  Wire& send(std::string_view bytes);
  // Sends past TLS, straight into the socket.
  Wire& send_raw(std::string_view bytes);
  Reply reply(bool to_head = false);
  Reply ask(std::string_view bytes) { return send(bytes).reply(); }
  std::string some();         // what the next read gives; empty at the end
  std::string until_close();  // all that comes, what reply() has left over included
  bool ended() { return until_close().empty(); }
  bool was_reset() const { return reset_; }
  // No answer within this time?
  bool silent_for(int ms);
  void shut_down_sending();
  void close();

  int descriptor() const { return descriptor_; }
  std::string alpn() const;
  // "DNS:localhost, IP Address:127.0.0.1"
  std::string peer_names() const;

 private:
  bool fill();

  int descriptor_ = -1;
  bool reset_ = false;
  std::string unread_;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
};

// The CA is made once for all tests.
Certificates& certificates();

// Answers with the request as it came, as text.
Answer echo(const Message& message);

// The handler never waits, whatever it is asked.
ServerOptions all_quick(ServerOptions options = {});

class TestServer {
 public:
  TestServer();  // echoes; its workers do it
  // Every request gets a thread, unless the options say what is quick.
  explicit TestServer(Server::Handler handler, ServerOptions options = {});
  int port() const { return server_.port(); }
  void stop() { server_.stop(); }

 private:
  Server server_;
};

// "GET / HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body
std::string request(std::string_view start, std::string_view headers = {}, std::string_view body = {});
// A POST of that body, with its Content-Length.
std::string post(std::string_view body);

long long now_ms();

}  // namespace latchkey::http::test
