#include <catch2/catch.hpp>

#include "latchkey/sigv4.h"

using namespace latchkey::sigv4;

namespace {

RawRequest parsed(std::string_view text) {
  std::string error;
  auto request = parse_request(text, &error);
  INFO(error);
  REQUIRE(request);
  return *request;
}

}  // namespace

TEST_CASE("A request is taken apart without touching its bytes") {
  const RawRequest request = parsed(
      "POST /a%2Fb?x=%20+y HTTP/1.1\r\nConnection:close\r\nHost:  127.0.0.1 "
      "\r\nX-Empty:\r\nX-Colon:a:b\r\n\r\n"
      "body\r\n\r\nmore\n");
  CHECK(request.method == "POST");
  CHECK(request.target == "/a%2Fb?x=%20+y");
  REQUIRE(request.headers.size() == 4);
  CHECK(request.headers[0].value == "close");
  CHECK(request.headers[1].value == "  127.0.0.1 ");
  CHECK(request.headers[2].value.empty());
  CHECK(request.headers[3].value == "a:b");
  CHECK(request.body == "body\r\n\r\nmore\n");
}

TEST_CASE("Bare line feeds, a missing blank line and blanks in the target are taken") {
  CHECK(parsed("GET / HTTP/1.1\nHost:a\n\nbody").body == "body");
  CHECK(parsed("GET / HTTP/1.1\nHost:a\n").body.empty());
  CHECK(parsed("GET / HTTP/1.1\nHost:a").headers.at(0).value == "a");
  CHECK(parsed("GET / HTTP/1.1").headers.empty());
  CHECK(parsed("GET /example space/ HTTP/1.1\n").target == "/example space/");
  CHECK(parsed("GET / HTTP/1.0\nHost:a\n\n").target == "/");
}

TEST_CASE("A folded value keeps its line breaks") {
  const RawRequest request = parsed("GET / HTTP/1.1\r\nA:one\r\n  two\r\n\tthree\r\nB:x\r\n\r\n");
  REQUIRE(request.headers.size() == 2);
  CHECK(request.headers[0].value == "one\n  two\n\tthree");
  CHECK(to_text(request) == "GET / HTTP/1.1\r\nA:one\r\n  two\r\n\tthree\r\nB:x\r\n\r\n");
}

TEST_CASE("A request becomes the same text again") {
  const std::string text = "PUT /x?y HTTP/1.1\r\nHost: a\r\nA:\r\nA: b \r\n\r\n{\"c\":\n\"d\"}";
  CHECK(to_text(parsed(text)) == text);
}

TEST_CASE("A header is found whatever its case, the first one, without the blanks around it") {
  const RawRequest request = parsed("GET / HTTP/1.1\nhOsT: \t a \nHost: b\nX:\n");
  CHECK(request.header("Host") == "a");
  CHECK(request.header("x") == "");
  CHECK_FALSE(request.header("Hos"));
  CHECK_FALSE(request.header(""));
}

TEST_CASE("What is no request is refused with a reason") {
  struct Row {
    std::string text, reason;
  };
  for (const Row& row : std::vector<Row>{
           {"", "the request is empty"},
           {" \r\n\r\n", "the request is empty"},
           {"hello", "the request line is not 'METHOD TARGET HTTP/1.1'"},
           {"GET /", "the request line is not 'METHOD TARGET HTTP/1.1'"},
           {"GET / HTTPS/1.1", "the request line does not end in an HTTP version"},
           {"GET / x", "the request line does not end in an HTTP version"},
           {" / HTTP/1.1", "the request line has no method"},
           {"GET  HTTP/1.1", "the request line has no target"},
           {"GET   HTTP/1.1", "the request line has no target"},
           {"\nGET / HTTP/1.1\n", "the request line is not 'METHOD TARGET HTTP/1.1'"},
           {"GET / HTTP/1.1\n folded\n", "the first header line begins with a blank"},
           {"GET / HTTP/1.1\nHost: a\nno colon\n", "header line 2 has no colon"},
           {"GET / HTTP/1.1\n:value\n", "header line 1 has no valid name"},
           {"GET / HTTP/1.1\nHost : a\n", "header line 1 has no valid name"},
           {"GET / HTTP/1.1\nA B: a\n", "header line 1 has no valid name"},
       }) {
    INFO(row.text);
    std::string error;
    CHECK_FALSE(parse_request(row.text, &error));
    CHECK(error == row.reason);
    CHECK_FALSE(parse_request(row.text, nullptr));
  }
}
