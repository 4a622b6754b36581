// Requests that are refused: malformed, ambiguous, too large. Each is answered, and the connection ends.
#include <catch2/catch.hpp>

#include "http/head.h"
#include "protocol/http/wire.h"

namespace latchkey::http::test {
namespace {

Answer unreachable(const Message&) {
  Answer answer;
  answer.status = 299;
  return answer;
}

TEST_CASE("a malformed or ambiguous request is refused, and nothing behind it is read") {
  using Row = std::tuple<int, std::string>;
  const auto [status, sent] = GENERATE(values<Row>({
      {400, "GARBAGE\r\n\r\n"},
      {400, "GET /\r\n\r\n"},
      {400, "GET  HTTP/1.1\r\n\r\n"},
      {400, " GET / HTTP/1.1\r\n\r\n"},
      {400, "GET  / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1 \r\n\r\n"},
      {400, "GET / HTTP/11\r\n\r\n"},
      {400, "GET / http/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1x\r\n\r\n"},
      {400, "GET / HTTP/x.1\r\n\r\n"},
      {400, "G(T / HTTP/1.1\r\n\r\n"},
      {400, "GET relative HTTP/1.1\r\n\r\n"},
      {400, "GET ftp://host/ HTTP/1.1\r\n\r\n"},
      {400, "GET http:///path HTTP/1.1\r\n\r\n"},
      {400, "GET localhost:80 HTTP/1.1\r\n\r\n"},
      {400, "GET /a\x01 HTTP/1.1\r\n\r\n"},
      {400, "GET /a\rb HTTP/1.1\r\n\r\n"},
      {400, "PRI * HTTP/2.0\r\n\r\n"},
      {400, "GET / HTTP/0.9\r\n\r\n"},
      {400, request("GET /", "no colon\r\n")},
      {400, request("GET /", "X-Unterminated\r\nX-Next: a\r\n")},
      {400, request("GET /", ": no name\r\n")},
      {400, request("GET /", "X-Blank : a\r\n")},
      {400, request("GET /", "X Y: a\r\n")},
      {400, request("GET /", "X-Return: a\rb\r\n")},
      {400, request("GET /", std::string("X-Nul: a\0b\r\n", 13))},
      {400, request("GET /", "X-\xc3\xa9: a\r\n")},
      {400, "GET / HTTP/1.1\r\n folded: first\r\n\r\n"},
      {400, request("POST /", "Content-Length: 2\r\nContent-Length: 3\r\n", "ab")},
      {400, request("POST /", "Content-Length: 2, 2\r\n", "ab")},
      {400, request("POST /", "Content-Length: -2\r\n", "ab")},
      {400, request("POST /", "Content-Length: +2\r\n", "ab")},
      {400, request("POST /", "Content-Length: 0x2\r\n", "ab")},
      {400, request("POST /", "Content-Length: 2 2\r\n", "ab")},
      {400, request("POST /", "Content-Length:\r\n", "ab")},
      {400, request("POST /", "Content-Length: 2\r\n 2\r\n", "ab")},
      {400, request("POST /", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {400, request("POST /", "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n")},
      {400, request("POST /", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {400, request("POST /", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
      {400, request("POST /", "Transfer-Encoding: identity\r\n")},
      {400, request("POST /",
                    "Transfer-Encoding: \x0b"
                    "chunked\r\n")},
      {417, request("POST /", "Expect: 200-ok\r\nContent-Length: 2\r\n", "ab")},
      {400, request("POST /", "Transfer-Encoding: chunked\r\n", "x\r\n")},
      {400, request("POST /", "Transfer-Encoding: chunked\r\n", "\r\n")},
      {400, request("POST /", "Transfer-Encoding: chunked\r\n", "-1\r\n")},
      {400, request("POST /", "Transfer-Encoding: chunked\r\n", "2x\r\nab\r\n0\r\n\r\n")},
      {400, request("POST /", "Transfer-Encoding: chunked\r\n", "2\r\nabc\r\n0\r\n\r\n")},
      {400, request("POST /", "Transfer-Encoding: chunked\r\n", "2\r\nab0\r\n\r\n")},
      {400, request("POST /", "Transfer-Encoding: chunked\r\n", "10000000000000002\r\nab\r\n0\r\n\r\n")},
      {400, request("POST /", "Transfer-Encoding: chunked\r\n", "2;" + std::string(5'000, 'e') + "\r\nab")},
      {400, "CONNECT kms.us-east-1.amazonaws.com:443 HTTP/1.1\r\nContent-Length: 2\r\n\r\nab"},
  }));
  INFO(sent);
  TestServer server(unreachable);
  Wire wire(server.port());
  wire.send(sent + request("GET /smuggled"));
  const Reply reply = wire.reply();
  CHECK(reply.status == status);
  CHECK(reply.header("Connection") == "close");
  CHECK(reply.body.size() < 100);
  CHECK(wire.ended());
  CHECK_FALSE(wire.was_reset());
}

TEST_CASE("what is too large is refused with the status that says so") {
  ServerOptions options;
  options.max_head_bytes = 1'000;
  options.max_body_bytes = 100;
  TestServer server(unreachable, options);
  using Row = std::tuple<int, std::string>;
  const auto [status, sent] = GENERATE(values<Row>({
      {299, request("GET /", "X: " + std::string(900, 'h') + "\r\n")},
      {431, request("GET /", "X: " + std::string(1'000, 'h') + "\r\n")},
      {431, request("GET /", "X: " + std::string(100'000, 'h'))},
      {414, request("GET /" + std::string(1'000, 't'))},
      {414, "GET /" + std::string(100'000, 't')},
      {414, std::string(100'000, 'A')},
      {299, post(std::string(100, 'b'))},
      {413, post(std::string(101, 'b'))},
      {413, request("POST /", "Content-Length: 99999999999999999999999999\r\n")},
      {413, request("POST /", "Content-Length: 18446744073709551616\r\n")},
      {413, request("POST /", "Content-Length: 101\r\nExpect: 100-continue\r\n")},
      {299, request("POST /", "Transfer-Encoding: chunked\r\n",
                    "32\r\n" + std::string(50, 'b') + "\r\n32\r\n" + std::string(50, 'b') + "\r\n0\r\n\r\n")},
      {413, request("POST /", "Transfer-Encoding: chunked\r\n",
                    "32\r\n" + std::string(50, 'b') + "\r\n33\r\n" + std::string(51, 'b') + "\r\n0\r\n\r\n")},
      {413, request("POST /", "Transfer-Encoding: chunked\r\n", "fffffffffffffff\r\nab")},
      {431, request("POST /", "Transfer-Encoding: chunked\r\n",
                    "0\r\nX: " + std::string(2'000, 't') + "\r\n\r\n")},
  }));
  INFO(sent.substr(0, 100));
  Wire wire(server.port());
  CHECK(wire.ask(sent).status == status);
}

TEST_CASE("who owns the server words its refusals, with the head as far as there is one, and sets limits by it") {
  ServerOptions options;
  options.max_body_bytes = 100;
  options.body_limit = [](const sigv4::RawRequest& head) { return head.target == "/large" ? std::size_t{200} : 100; };
  options.refuse = [](const Message& message, int status, std::string_view reason) {
    Answer answer;
    answer.status = status;
    answer.body = message.request.method + "|" + message.request.target + "|" + message.peer_address + "|" +
                  std::string(reason);
    return answer;
  };
  TestServer server(unreachable, options);
  const auto body = [](int size) { return "Content-Length: " + std::to_string(size) + "\r\n"; };
  CHECK(Wire(server.port()).ask(request("POST /large", body(200), std::string(200, 'b'))).status == 299);
  Wire wire(server.port());
  CHECK(wire.ask(request("GET /before")).status == 299);
  const Reply large = wire.ask(request("POST /large", body(201)));
  CHECK(large.status == 413);
  CHECK(large.body == "POST|/large|127.0.0.1|The request's body is too large.");
  CHECK(large.header("Connection") == "close");
  CHECK(wire.ended());
  Wire next(server.port());
  CHECK(next.ask(request("GET /before")).status == 299);
  CHECK(next.ask("GET /second NONSENSE\r\n\r\n").body.starts_with("||127.0.0.1|"));
  CHECK(next.ended());
}

TEST_CASE("headers beyond a thousand are refused") {
  TestServer server(unreachable);
  std::string headers;
  for (int i = 0; i < 999; ++i) headers += "a:\r\n";  // and Host
  CHECK(Wire(server.port()).ask(request("GET /", headers)).status == 299);
  CHECK(Wire(server.port()).ask(request("GET /", headers + "a:\r\n")).status == 431);
}

TEST_CASE("a client in the middle of a body that is too large sees the refusal, not a reset") {
  const bool tls = GENERATE(false, true);
  TestServer server;
  Wire wire(server.port());
  if (tls) REQUIRE(wire.start_tls());
  const Reply reply = wire.ask(post(std::string(3'000'000, 'b')));
  CHECK(reply.status == 413);
  CHECK(wire.ended());
}

TEST_CASE("a body of the largest size arrives, and the next request after it") {
  TestServer server;
  Wire wire(server.port());
  const std::string sent = post(std::string(1024 * 1024, 'b'));
  CHECK(wire.ask(sent).body == sent);
  CHECK(wire.ask(post("small")).body == post("small"));
}

TEST_CASE("a refused client disturbs no other") {
  TestServer server;
  const std::string rubbish("\x80\x00\xff\r\n\r\n", 7);
  Wire good(server.port());
  CHECK(good.ask(post("before")).status == 200);
  for (int i = 0; i < 20; ++i) CHECK(Wire(server.port()).ask(rubbish).status == 400);
  CHECK(good.ask(post("after")).body == post("after"));
}

TEST_CASE("the end of a head is found wherever its bytes are cut") {
  const auto head = GENERATE(as<std::string>{}, "GET / HTTP/1.1\r\nA: b\r\n\r\n", "GET / HTTP/1.1\nA: b\n\n",
                             "GET / HTTP/1.1\r\nA: b\n\r\n", "GET / HTTP/1.1\r\n\r\n");
  const std::string bytes = head + "\r\nbody\n\n";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    std::size_t scanned = 0;
    std::size_t end = find_head_end(bytes.substr(0, cut), scanned);
    if (end == std::string::npos) end = find_head_end(bytes, scanned);
    CHECK(end == head.size());
  }
}

TEST_CASE("reading a head leaves nothing of the request before it") {
  sigv4::RawRequest request;
  Framing framing;
  REQUIRE_FALSE(
      parse_head("POST /long HTTP/1.0\r\nA: 1\r\nB: 2\r\nContent-Length: 7\r\nConnection: "
                 "keep-alive\r\n\r\n",
                 request, framing));
  CHECK(framing.content_length == 7);
  CHECK(framing.persistent);
  REQUIRE_FALSE(parse_head("GET / HTTP/1.1\r\nC:\r\n\r\n", request, framing));
  CHECK(request.method == "GET");
  CHECK(request.target == "/");
  REQUIRE(request.headers.size() == 1);
  CHECK(request.headers[0].name == "C");
  CHECK(request.headers[0].value.empty());
  CHECK(framing.content_length == 0);
  CHECK_FALSE(framing.http10);
}

}  // namespace
}  // namespace latchkey::http::test
