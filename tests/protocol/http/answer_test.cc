// Answers as they stand on the wire, and the ways in which one may be made to fail.
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <future>
#include <stdexcept>

#include "http/answer_writer.h"
#include "protocol/http/wire.h"

namespace latchkey::http::test {
namespace {

Server::Handler always(Answer answer) {
  return [answer](const Message&) { return answer; };
}

TEST_CASE("an answer has the handler's headers in their order and the server's in libmongocrypt's spelling") {
  Answer answer;
  answer.status = 400;
  answer.headers = {{"x-amzn-RequestId", "1"}, {"Content-Type", "application/x-amz-json-1.1"}, {"a", ""}};
  answer.body = "{}";
  TestServer server(always(answer));
  const Reply reply = Wire(server.port()).ask(request("POST /", "Connection:close\r\n"));
  CHECK(reply.head ==
        "HTTP/1.1 400 Bad Request\r\nx-amzn-RequestId: 1\r\n"
        "Content-Type: application/x-amz-json-1.1\r\na: \r\nContent-Length: 2\r\nDate: " +
            reply.header("Date") + "\r\nConnection: close\r\n");
  CHECK(reply.body == "{}");
}

TEST_CASE("an answer to HEAD, and one without content, has no body") {
  Answer answer;
  answer.body = "body";
  TestServer server([&](const Message& message) {
    Answer made = answer;
    if (message.request.method == "GET") made.status = 204;
    return made;
  });
  Wire wire(server.port());
  wire.send(request("HEAD /") + request("GET /") + request("POST /"));
  CHECK(wire.reply(true).header("Content-Length") == "4");
  const Reply empty = wire.reply();
  CHECK(empty.status == 204);
  CHECK(empty.header("Content-Length").empty());
  CHECK(wire.reply().body == "body");
}

TEST_CASE("a line break in a header of an answer begins no header") {
  Answer answer;
  answer.headers = {{"X-Echo", "a\r\nX-Injected: b\n\rc"}};
  TestServer server(always(answer));
  const Reply reply = Wire(server.port()).ask(request("GET /"));
  CHECK(reply.header("X-Echo") == "a  X-Injected: b  c");
  CHECK(reply.header("X-Injected").empty());
}

TEST_CASE("an answer of some megabytes arrives whole on both protocols") {
  const bool tls = GENERATE(false, true);
  Answer answer;
  answer.body.assign(5'000'000, 'a');
  answer.body.push_back('z');
  TestServer server(always(answer));
  Wire wire(server.port());
  if (tls) REQUIRE(wire.start_tls());
  CHECK(wire.ask(request("GET /")).body == answer.body);
  CHECK(wire.ask(request("GET /")).body == answer.body);
}

TEST_CASE("an answer can close the connection") {
  Answer answer;
  answer.fate = Answer::Fate::close;
  answer.body = "last";
  TestServer server(always(answer));
  Wire wire(server.port());
  const Reply reply = wire.ask(request("GET /"));
  CHECK(reply.body == "last");
  CHECK(reply.header("Connection") == "close");
  CHECK(wire.ended());
}

TEST_CASE("an answer can be a reset, on both protocols") {
  const bool tls = GENERATE(false, true);
  Answer answer;
  answer.fate = Answer::Fate::reset;
  TestServer server(always(answer));
  Wire wire(server.port());
  if (tls) REQUIRE(wire.start_tls());
  wire.send(request("GET /"));
  if (tls) {
    char byte = 0;
    while (::recv(wire.descriptor(), &byte, 1, 0) > 0) {  // the session ticket
    }
    CHECK(errno == ECONNRESET);
  } else {
    CHECK(wire.until_close().empty());
    CHECK(wire.was_reset());
  }
}

TEST_CASE("an answer can stop in the middle of its body") {
  const bool tls = GENERATE(false, true);
  Answer answer;
  answer.fate = Answer::Fate::half;
  answer.body = "0123456789";
  TestServer server(always(answer));
  Wire wire(server.port());
  if (tls) REQUIRE(wire.start_tls());
  const Reply reply = wire.ask(request("GET /"));
  CHECK(reply.header("Content-Length") == "10");
  CHECK(reply.body == "01234");
  CHECK(wire.ended());
}

TEST_CASE("a handler that throws is answered with 500, and the server goes on") {
  TestServer server([](const Message& message) -> Answer {
    if (message.request.target == "/throw") throw std::runtime_error("bug");
    return {};
  });
  CHECK(Wire(server.port()).ask(request("GET /throw")).status == 500);
  CHECK(Wire(server.port()).ask(request("GET /")).status == 200);
}

TEST_CASE("a client that goes away before its answer does not end the process") {
  const bool tls = GENERATE(false, true);
  std::promise<void> gone;
  std::promise<void> answering;
  TestServer server([&](const Message& message) {
    Answer answer;
    if (message.request.target != "/leave") return answer;
    answering.set_value();
    gone.get_future().wait();
    answer.body.assign(3'000'000, 'x');
    return answer;
  });
  const auto before = std::signal(SIGPIPE, SIG_DFL);
  Wire wire(server.port());
  if (tls) REQUIRE(wire.start_tls());
  wire.send(request("GET /leave") + request("GET /leave"));
  answering.get_future().wait();
  const linger reset{1, 0};
  ::setsockopt(wire.descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  wire.close();
  gone.set_value();
  CHECK(Wire(server.port()).ask(request("GET /")).status == 200);
  server.stop();
  std::signal(SIGPIPE, before);
}

TEST_CASE("statuses outside three digits become 500") {
  const auto [status, line] = GENERATE(table<int, std::string>({
      {200, "HTTP/1.1 200 OK"},
      {503, "HTTP/1.1 503 Service Unavailable"},
      {299, "HTTP/1.1 299 Unknown"},
      {0, "HTTP/1.1 500 Internal Server Error"},
      {-1, "HTTP/1.1 500 Internal Server Error"},
      {1000, "HTTP/1.1 500 Internal Server Error"},
  }));
  Answer answer;
  answer.status = status;
  AnswerWriter writer;
  std::string out;
  writer.compose(answer, {}, out);
  CHECK(out.starts_with(line + "\r\n"));
}

}  // namespace
}  // namespace latchkey::http::test
