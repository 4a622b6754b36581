// TLS on the same port, the choice of certificate, and tunnels through CONNECT.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "protocol/http/wire.h"
#include "support/folder.h"

namespace latchkey::http::test {
namespace {

using latchkey::test::Folder;

TlsOptions strict(const std::string& name) {
  TlsOptions options;
  options.server_name = name;
  options.expected_host = name;
  options.trusted = certificates().ca_path();
  return options;
}

TEST_CASE("one port speaks HTTP and HTTPS") {
  TestServer server;
  Wire plain(server.port());
  Wire tls(server.port());
  REQUIRE(tls.start_tls());
  for (int i = 0; i < 3; ++i) {
    CHECK(plain.ask(post("p")).header("X-Tls") == "no");
    const Reply reply = tls.ask(post("t"));
    CHECK(reply.header("X-Tls") == "yes");
    CHECK(reply.body == post("t"));
  }
}

TEST_CASE("the certificate is right for each name a client may connect by") {
  const auto name = GENERATE(
      as<std::string>{}, "127.0.0.1", "::1", "localhost", "kms.localhost", "localhost.localstack.cloud",
      "kms.localhost.localstack.cloud", "kms.us-east-1.localhost.localstack.cloud", "iam.amazonaws.com",
      "sts.amazonaws.com", "kms.us-east-1.amazonaws.com", "kms.eu-west-3.amazonaws.com",
      "KMS.EU-WEST-3.AMAZONAWS.COM", "kms-fips.ca-central-1.amazonaws.com", "kms.cn-north-1.amazonaws.com.cn",
      "kms.us-west-2.api.aws");
  TestServer server;
  Wire wire(server.port());
  REQUIRE(wire.start_tls(strict(name)));
  CHECK(wire.ask(request("GET /")).status == 200);
}

TEST_CASE("a name that is not Latchkey's gets the default certificate, and no alert") {
  const auto name = GENERATE(as<std::string>{}, "", "example.com", "amazonaws.com",
                             "amazonaws.com.example.com", "evil-amazonaws.com", "a_b.eu-west-3.amazonaws.com",
                             "..amazonaws.com", "-", "10.0.0.1", "fe80::1", "x y");
  TestServer server;
  Wire wire(server.port());
  TlsOptions options;
  options.server_name = name;
  REQUIRE(wire.start_tls(options));
  CHECK(wire.peer_names().find("DNS:localhost, ") == 0);
  CHECK(wire.peer_names().find("IP Address:127.0.0.1") != std::string::npos);
  CHECK(wire.ask(request("GET /")).status == 200);
}

TEST_CASE("a region's name gets a certificate of its own, and hundreds of them do no harm") {
  TestServer server;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "kms.eu-test-" + std::to_string(i) + ".amazonaws.com";
    Wire wire(server.port());
    TlsOptions options;
    options.server_name = name;
    REQUIRE(wire.start_tls(options));
    REQUIRE(wire.peer_names() == "DNS:" + name);
  }
}

TEST_CASE("a client that checks for another name refuses the certificate, and the server goes on") {
  TestServer server;
  for (int i = 0; i < 3; ++i) CHECK_FALSE(Wire(server.port()).start_tls(strict("example.com")));
  CHECK(Wire(server.port()).start_tls(strict("localhost")));
}

// What the server says of handshakes that failed, in the order in which they did.
class Failures {
 public:
  ServerOptions options() {
    ServerOptions out;
    out.tls_failed = [this](std::string_view peer, std::string_view reason) {
      const std::lock_guard lock(mutex_);
      said_.push_back(std::string(peer) + ": " + std::string(reason));
      changed_.notify_all();
    };
    return out;
  }
  std::string next() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(5), [&] { return read_ < said_.size(); });
    return read_ < said_.size() ? said_[read_++] : "nothing";
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> said_;
  std::size_t read_ = 0;
};

TEST_CASE("why a handshake failed is said") {
  Failures failures;
  TestServer server(echo, failures.options());
  const Certificates stranger{std::string()};
  TlsOptions distrustful = strict("localhost");
  distrustful.trusted = stranger.ca_path();
  CHECK_FALSE(Wire(server.port()).start_tls(distrustful));
  CHECK(failures.next() == "127.0.0.1: tlsv1 alert unknown ca");
  Wire(server.port()).send("\x16").close();
  CHECK(failures.next() == "127.0.0.1: the connection ended");
  CHECK(Wire(server.port()).start_tls(strict("localhost")));
  Wire(server.port()).send("\x16GET / HTTP/1.1\r\n\r\n").until_close();
  CHECK(failures.next() == "127.0.0.1: wrong version number");
}

TEST_CASE("a CA that was broken after the start ends handshakes with a reason, and HTTP goes on") {
  const Folder folder;
  { const Certificates makes_it(folder.path().string()); }
  Certificates certificates(folder.path().string());
  folder.write("ca.pem", "not a certificate");
  Failures failures;
  Server server(failures.options(), certificates, echo);
  server.start();
  CHECK_FALSE(Wire(server.port()).start_tls());
  CHECK(failures.next().find("ca.pem") != std::string::npos);
  CHECK(Wire(server.port()).ask(request("GET /")).status == 200);
}

TEST_CASE("HTTP/2 is never chosen") {
  struct Case {
    std::vector<std::string> offered;
    std::string chosen;
  };
  const Case c = GENERATE(values<Case>({
      {{}, ""},
      {{"http/1.1"}, "http/1.1"},
      {{"h2", "http/1.1"}, "http/1.1"},
      {{"h2"}, ""},
      {{"http/1.0", "h3"}, ""},
  }));
  TestServer server;
  Wire wire(server.port());
  TlsOptions options;
  options.alpn = c.offered;
  REQUIRE(wire.start_tls(options));
  CHECK(wire.alpn() == c.chosen);
  CHECK(wire.ask(request("GET /")).status == 200);
}

TEST_CASE("TLS 1.2 is the oldest that is spoken") {
  TestServer server;
  TlsOptions options;
  options.max_version = TLS1_2_VERSION;
  Wire wire(server.port());
  REQUIRE(wire.start_tls(options));
  CHECK(wire.ask(request("GET /")).status == 200);
  options.max_version = TLS1_1_VERSION;
  CHECK_FALSE(Wire(server.port()).start_tls(options));
}

TEST_CASE("a broken TLS client disturbs no other") {
  TestServer server;
  Wire good(server.port());
  REQUIRE(good.start_tls());
  const auto rubbish =
      GENERATE(as<std::string>{}, "\x16", "\x16GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\xff\xff",
               std::string("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10), std::string(100'000, '\x16'),
               std::string("\x16\x03\x01\x00\x02\x02\x28", 7));
  for (int i = 0; i < 3; ++i) {
    Wire bad(server.port());
    bad.send(rubbish).shut_down_sending();
    bad.until_close();  // perhaps an alert
    REQUIRE(good.ask(post("x")).body == post("x"));
  }
  Wire next(server.port());
  CHECK(next.start_tls());
}

TEST_CASE("plain bytes in the middle of TLS end that connection alone") {
  TestServer server;
  Wire good(server.port());
  REQUIRE(good.start_tls());
  Wire bad(server.port());
  REQUIRE(bad.start_tls());
  REQUIRE(bad.ask(request("GET /")).status == 200);
  bad.send_raw(request("GET /"));
  CHECK(bad.ended());
  CHECK(good.ask(request("GET /")).status == 200);
}

TEST_CASE("a handshake that does not go on is given up") {
  const auto start = GENERATE(as<std::string>{}, "\x16", "\x16\x03\x01\x02");
  ServerOptions options;
  options.handshake_timeout_ms = 100;
  TestServer server(echo, options);
  Wire wire(server.port());
  const long long begin = now_ms();
  wire.send(start).until_close();
  CHECK(now_ms() - begin > 50);
  CHECK(now_ms() - begin < 5'000);
}

TEST_CASE("a TLS hello whose first byte comes alone is answered when the rest is there") {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* client = SSL_new(context);
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(client, BIO_new(BIO_s_mem()), out);
  SSL_connect(client);
  std::array<char, 4'096> hello;
  const int size = BIO_read(out, hello.data(), hello.size());
  SSL_free(client);
  SSL_CTX_free(context);
  REQUIRE(size > 1);
  TestServer server;
  Wire wire(server.port());
  wire.send({hello.data(), 1});
  CHECK(wire.silent_for(50));
  wire.send({hello.data() + 1, static_cast<std::size_t>(size) - 1});
  CHECK(wire.some().starts_with('\x16'));
}

TEST_CASE("TLS through CONNECT reaches the same server under AWS's name") {
  const auto host = GENERATE(as<std::string>{}, "kms.us-east-1.amazonaws.com", "iam.amazonaws.com",
                             "kms.eu-west-3.amazonaws.com");
  TestServer server;
  Wire wire(server.port());
  const Reply reply = wire.ask("CONNECT " + host + ":443 HTTP/1.1\r\nHost: " + host + ":443\r\n\r\n");
  CHECK(reply.head == "HTTP/1.1 200 Connection established\r\n");
  REQUIRE(wire.start_tls(strict(host)));
  CHECK(wire.ask(post("1")).header("X-Tls") == "yes");
  CHECK(wire.ask(post("2")).body == post("2"));
}

TEST_CASE("plain HTTP goes through CONNECT too, sent ahead or not") {
  TestServer server;
  Wire wire(server.port());
  CHECK(wire.ask("CONNECT 127.0.0.1:80 HTTP/1.0\r\n\r\n").status == 200);
  CHECK(wire.ask(request("GET /")).header("X-Tls") == "no");
  wire.send("CONNECT localhost:80 HTTP/1.1\r\n\r\n" + request("GET /next"));
  CHECK(wire.reply().status == 200);
  CHECK(wire.reply().body == request("GET /next"));
}

TEST_CASE("CONNECT is answered for AWS and this machine alone") {
  using Row = std::tuple<std::string, int>;
  const auto [target, status] = GENERATE(values<Row>({
      {"KMS.us-east-1.AmazonAWS.com:443", 200},
      {"kms.cn-north-1.amazonaws.com.cn:443", 200},
      {"localhost:4566", 200},
      {"kms.localhost:4566", 200},
      {"[::1]:443", 200},
      {"127.0.0.1:1", 200},
      {"example.com:443", 403},
      {"amazonaws.com.example.com:443", 403},
      {"evilamazonaws.com:443", 403},
      {"127.0.0.2:443", 403},
      {"169.254.169.254:80", 403},
      {"[::2]:443", 403},
      {"a..amazonaws.com:443", 403},
      {"kms.us-east-1.amazonaws.com", 400},
      {"kms.us-east-1.amazonaws.com:", 400},
      {"kms.us-east-1.amazonaws.com:https", 400},
      {"kms.us-east-1.amazonaws.com:443443", 400},
      {":443", 400},
      {"::1:443", 400},
      {"[]:443", 400},
      {"/", 400},
  }));
  INFO(target);
  TestServer server;
  Wire wire(server.port());
  const Reply reply = wire.ask("CONNECT " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(reply.status == status);
  if (status != 200) {
    CHECK(std::count(reply.body.begin(), reply.body.end(), '\n') == 1);
    CHECK(wire.ended());
  }
}

TEST_CASE("an HTTPS proxy's tunnel is TLS within TLS, and no deeper") {
  TestServer server;
  Wire wire(server.port());
  REQUIRE(wire.start_tls());
  REQUIRE(wire.ask("CONNECT kms.us-east-1.amazonaws.com:443 HTTP/1.1\r\n\r\n").status == 200);

  // The inner client speaks through memory, the outer one carries its records.
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* inner = SSL_new(context);
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(in, -1);
  SSL_set_bio(inner, in, out);
  const auto exchange = [&] {
    std::array<char, 20'000> part;
    const int size = BIO_read(out, part.data(), part.size());
    if (size > 0) wire.send({part.data(), static_cast<std::size_t>(size)});
  };
  const auto receive = [&] {
    const std::string got = wire.some();
    BIO_write(in, got.data(), static_cast<int>(got.size()));
    return !got.empty();
  };
  while (SSL_connect(inner) != 1) {
    exchange();
    REQUIRE(receive());
  }
  const std::string sent = post("inner");
  SSL_write(inner, sent.data(), static_cast<int>(sent.size()));
  exchange();
  std::array<char, 4'096> answer;
  int got = 0;
  while ((got = SSL_read(inner, answer.data(), answer.size())) <= 0) REQUIRE(receive());
  CHECK(std::string(answer.data(), static_cast<std::size_t>(got)).ends_with(sent));

  const std::string third = "CONNECT localhost:443 HTTP/1.1\r\n\r\n\x16\x03\x01";
  SSL_write(inner, third.data(), static_cast<int>(third.size()));
  exchange();
  while (receive()) {
  }
  SSL_free(inner);
  SSL_CTX_free(context);
}

}  // namespace
}  // namespace latchkey::http::test
