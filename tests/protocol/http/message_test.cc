// What arrives at the handler is what the client sent: each trap of a stock server, and the rest of HTTP/1.1.
#include <catch2/catch.hpp>

#include "protocol/http/wire.h"

namespace latchkey::http::test {
namespace {

TEST_CASE("a form of 20 kB arrives whole") {
  TestServer server;
  const std::string body = "PolicyDocument=" + std::string(20'000, 'p');
  const std::string sent =
      request("POST /", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 20015\r\n", body);
  const Reply reply = Wire(server.port()).ask(sent);
  CHECK(reply.status == 200);
  CHECK(reply.body == sent);
}

TEST_CASE("header values arrive without being decoded or tidied") {
  TestServer server;
  const std::string sent =
      "GET /a%2Fb%20c?x=%41&y=a+b#f HTTP/1.1\r\nhOsT:x\r\nX-Percent: a%2Fb%20c\r\n"
      "X-Blanks:   a   b  \r\nX-Tab:\ta\t\r\nX-Plus: a+b\r\nX-Utf8: \xe1\x88\xb4\r\n\r\n";
  CHECK(Wire(server.port()).ask(sent).body == sent);
}

TEST_CASE("empty, repeated and unusual headers arrive in their order") {
  TestServer server;
  const std::string sent =
      "GET / HTTP/1.1\r\nHost: x\r\nX-Empty:\r\nX-Two: b\r\nx-two: a\r\nX-Two: b\r\n"
      "!#$%&'*+-.^_`|~: odd\r\nX-Colon: a:b\r\n\r\n";
  CHECK(Wire(server.port()).ask(sent).body == sent);
}

TEST_CASE("a folded header keeps its line breaks") {
  TestServer server([](const Message& message) {
    Answer answer;
    for (const auto& [name, value] : message.request.headers) answer.body += name + "=" + value + ";";
    return answer;
  });
  const Reply reply =
      Wire(server.port()).ask("GET / HTTP/1.1\r\nHost: x\r\nX-Fold:a\r\n  b\n\tc\r\nX-Next: d\r\n\r\n");
  CHECK(reply.body == "Host= x;X-Fold=a\n  b\n\tc;X-Next= d;");
}

TEST_CASE("the server adds nothing to a request and nothing but its own headers to an answer") {
  TestServer server;
  const std::string sent = request("GET /");
  const Reply reply = Wire(server.port()).ask(sent);
  CHECK(reply.body == sent);
  const std::string date = reply.header("Date");
  CHECK(date.size() == 29);
  CHECK(reply.head == "HTTP/1.1 200 OK\r\nX-Peer: 127.0.0.1\r\nX-Tls: no\r\nContent-Length: " +
                          std::to_string(sent.size()) + "\r\nDate: " + date + "\r\n");
}

TEST_CASE("head and body of an answer leave in one send") {
  TestServer server;
  Wire wire(server.port());
  const long long start = now_ms();
  for (int i = 0; i < 50; ++i) {
    wire.send(post("x"));
    const std::string first = wire.some();
    REQUIRE(first.ends_with("\r\n\r\nx"));
  }
  // Two sends would wait for each other (Nagle's algorithm and delayed acknowledgements): 40 ms each time.
  CHECK(now_ms() - start < 1'000);
}

TEST_CASE("a connection takes any number of requests, one after the other") {
  TestServer server;
  Wire wire(server.port());
  for (int i = 0; i < 1'000; ++i) {
    const std::string sent = post("request " + std::to_string(i));
    REQUIRE(wire.ask(sent).body == sent);
  }
}

TEST_CASE("a thousand requests sent ahead are all answered, in order, on both protocols") {
  const bool tls = GENERATE(false, true);
  TestServer server;
  Wire wire(server.port());
  if (tls) REQUIRE(wire.start_tls());
  std::string all;
  for (int i = 0; i < 1'000; ++i) all += post("request " + std::to_string(i));
  wire.send(all);
  for (int i = 0; i < 1'000; ++i) {
    const Reply reply = wire.reply();
    REQUIRE(reply.body == post("request " + std::to_string(i)));
    REQUIRE(reply.header("X-Tls") == (tls ? "yes" : "no"));
  }
}

TEST_CASE("requests that arrive a byte at a time are answered") {
  TestServer server;
  Wire wire(server.port());
  const std::string sent = "\r\n" + post("ab") + "\r\n" + post("cd");
  for (const char c : sent) wire.send({&c, 1});
  CHECK(wire.reply().body == post("ab"));
  CHECK(wire.reply().body == post("cd"));
}

TEST_CASE("a first byte alone does not decide too early") {
  TestServer server;
  Wire wire(server.port());
  wire.send("G");
  CHECK(wire.silent_for(50));
  CHECK(wire.ask("ET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
}

TEST_CASE("a target and a header line beyond 8192 bytes arrive") {
  TestServer server;
  const std::string sent =
      request("GET /?" + std::string(20'000, 'q'), "X-Long: " + std::string(20'000, 'h') + "\r\n");
  CHECK(Wire(server.port()).ask(sent).body == sent);
}

TEST_CASE("content codings are left alone, in requests and answers") {
  TestServer server;
  const std::string sent =
      request("POST /", "Accept-Encoding: gzip, br\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n",
              "\x1f\x8b\x08z");
  const Reply reply = Wire(server.port()).ask(sent);
  CHECK(reply.body == sent);
  CHECK(reply.header("Content-Encoding").empty());
}

TEST_CASE("the next request begins behind the body, whatever the method") {
  const auto method = GENERATE(as<std::string>{}, "GET", "DELETE", "OPTIONS", "PATCH", "PUT", "M-SEARCH");
  TestServer server;
  Wire wire(server.port());
  const std::string sent = request(method + " /", "Content-Length: 16\r\n", "GET /x HTTP/1.1\n");
  wire.send(sent + request("GET /next"));
  CHECK(wire.reply().body == sent);
  CHECK(wire.reply().body == request("GET /next"));
}

TEST_CASE("lines that end in a line feed alone are taken") {
  TestServer server;
  Wire wire(server.port());
  CHECK(wire.ask("POST / HTTP/1.1\nHost: x\nContent-Length: 2\n\nab").body == post("ab"));
  CHECK(wire.ask("GET / HTTP/1.1\nHost: x\r\n\n").body == request("GET /"));
}

TEST_CASE("a chunked body is joined, its extensions and trailers dropped") {
  TestServer server;
  Wire wire(server.port());
  const std::string headers = "Transfer-Encoding: Chunked\r\n";
  wire.send(request("POST /", headers,
                    "4;name=value\r\nWiki\r\n00a \r\n0123456789\r\n1\nx\n0\r\nX-Trailer: t\r\n\r\n"));
  CHECK(wire.reply().body == request("POST /", headers, "Wiki0123456789x"));
  wire.send(request("POST /", headers, "0\r\n\r\n") + request("GET /next"));
  CHECK(wire.reply().body == request("POST /", headers));
  CHECK(wire.reply().body == request("GET /next"));
}

TEST_CASE("a chunked body of half a megabyte arrives whole") {
  TestServer server;
  std::string chunks;
  std::string joined;
  for (int i = 0; i < 512; ++i) {
    const std::string chunk(1'000, static_cast<char>('a' + i % 26));
    chunks += "3e8\r\n" + chunk + "\r\n";
    joined += chunk;
  }
  const Reply reply =
      Wire(server.port()).ask(request("POST /", "Transfer-Encoding: chunked\r\n", chunks + "0\r\n\r\n"));
  CHECK(reply.body == request("POST /", "Transfer-Encoding: chunked\r\n", joined));
}

TEST_CASE("a client that waits for leave to send its body gets it") {
  const auto framing = GENERATE(as<std::string>{}, "Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n");
  TestServer server;
  Wire wire(server.port());
  const std::string head = request("POST /", framing + "Expect: 100-Continue\r\n");
  wire.send(head);
  const Reply leave = wire.reply();
  CHECK(leave.head == "HTTP/1.1 100 Continue\r\n");
  wire.send(framing.starts_with("C") ? "ab" : "2\r\nab\r\n0\r\n\r\n");
  CHECK(wire.reply().body == head + "ab");
}

TEST_CASE("a client that does not wait for leave, or may not, gets the answer alone") {
  TestServer server;
  Wire wire(server.port());
  const std::string sent = request("POST /", "Expect: 100-continue\r\nContent-Length: 2\r\n", "ab");
  CHECK(wire.ask(sent).body == sent);
  const std::string bodiless = request("GET /", "Expect: 100-continue\r\n");
  CHECK(wire.ask(bodiless).body == bodiless);
  CHECK(wire.send("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n").silent_for(50));
  CHECK(wire.ask("ab").status == 200);
}

TEST_CASE("a URL as target, as a proxy gets it, becomes the path that is signed") {
  const auto [target, path] = GENERATE(table<std::string, std::string>({
      {"http://kms.us-east-1.amazonaws.com/", "/"},
      {"HTTP://127.0.0.1:4566/a/b?c=http://d/", "/a/b?c=http://d/"},
      {"https://iam.amazonaws.com", "/"},
      {"http://sts.amazonaws.com?Action=GetCallerIdentity", "/?Action=GetCallerIdentity"},
      {"//double/slash", "//double/slash"},
      {"/with blank", "/with blank"},
      {"*", "*"},
  }));
  TestServer server;
  CHECK(Wire(server.port()).ask(request("POST " + target)).body == request("POST " + path));
}

TEST_CASE("the connection is kept or closed as the client says") {
  struct Case {
    std::string version, header;
    bool kept;
    std::string says;
  };
  const Case c = GENERATE(values<Case>({
      {"1.1", "", true, ""},
      {"1.1", "Connection: keep-alive\r\n", true, ""},
      {"1.1", "Connection: TE\r\n", true, ""},
      {"1.1", "Connection: closed\r\n", true, ""},
      {"1.1", "Connection:close\r\n", false, "close"},
      {"1.1", "connection: TE ,  CLOSE\r\n", false, "close"},
      {"1.1", "Connection: TE\r\nConnection: close\r\n", false, "close"},
      {"1.1", "Connection: keep-alive, close\r\n", false, "close"},
      {"1.0", "", false, "close"},
      {"1.0", "Connection: TE\r\n", false, "close"},
      {"1.0", "Connection: Keep-Alive\r\n", true, "keep-alive"},
  }));
  INFO(c.version << " " << c.header);
  TestServer server;
  Wire wire(server.port());
  const std::string sent = "GET / HTTP/" + c.version + "\r\nHost: x\r\n" + c.header + "\r\n";
  const Reply reply = wire.ask(sent);
  CHECK(reply.status == 200);
  CHECK(reply.header("Connection") == c.says);
  if (c.kept) {
    CHECK(wire.ask(request("GET /again")).status == 200);
  } else {
    CHECK(wire.ended());
  }
}

TEST_CASE("a client that stops sending after its request gets the answer") {
  TestServer server;
  Wire wire(server.port());
  wire.send(post("last")).shut_down_sending();
  CHECK(wire.reply().body == post("last"));
  CHECK(wire.ended());
}

TEST_CASE("a request that is not finished reaches no handler") {
  const auto part = GENERATE(as<std::string>{}, "G", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: x\r\n",
                             "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcd",
                             "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
                             "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  TestServer server;
  Wire wire(server.port());
  wire.send(part).shut_down_sending();
  CHECK(wire.ended());
}

}  // namespace
}  // namespace latchkey::http::test
