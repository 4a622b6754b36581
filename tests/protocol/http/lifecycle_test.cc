// Listening, many connections at once, time limits, and the end.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

#include "http/elastic_queue.h"
#include "protocol/http/wire.h"

namespace latchkey::http::test {
namespace {

// A gate that handlers wait at.
class Gate {
 public:
  void open() { opened_.set_value(); }
  void pass() { future_.wait(); }

 private:
  std::promise<void> opened_;
  std::shared_future<void> future_ = opened_.get_future().share();
};

template <typename Condition>
bool eventually(Condition condition) {
  const long long until = now_ms() + 10'000;
  while (now_ms() < until) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

// The listening socket of this process on that port.
int listener_of(int port) {
  for (int descriptor = 3; descriptor < 1024; ++descriptor) {
    int listens = 0;
    socklen_t length = sizeof listens;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0 || listens == 0) continue;
    sockaddr_in address{};
    length = sizeof address;
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
    if (ntohs(address.sin_port) == port) return descriptor;
  }
  return -1;
}

TEST_CASE("the listener's backlog takes bursts") {
  TestServer server;
  tcp_info info{};
  socklen_t length = sizeof info;
  REQUIRE(::getsockopt(listener_of(server.port()), IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
  int allowed = 0;
  std::ifstream("/proc/sys/net/core/somaxconn") >> allowed;
  CHECK(static_cast<int>(info.tcpi_sacked) == std::min(allowed, 1024));  // of a listener: the backlog's limit
}

TEST_CASE("a second server on the same port does not start, and says why") {
  TestServer first;
  ServerOptions options;
  options.port = first.port();
  Server second(options, certificates(), echo);
  CHECK_THROWS_WITH(second.start(), "cannot listen on 127.0.0.1:" + std::to_string(first.port()) +
                                        ": Address already in use");
  CHECK(Wire(first.port()).ask(request("GET /")).status == 200);
}

TEST_CASE("a server that cannot listen says why in one line") {
  const auto [host, port, text] = GENERATE(table<std::string, int, std::string>({
      {"192.0.2.1", 0, "cannot listen on 192.0.2.1:0: Cannot assign requested address"},
      {"no such host", 0, "cannot listen on no such host:0: the host is unknown"},
      {"127.0.0.1", 65'536, "cannot listen on 127.0.0.1:65536: the port is not in 0..65535"},
      {"::1", -1, "cannot listen on [::1]:-1: the port is not in 0..65535"},
  }));
  ServerOptions options;
  options.host = host;
  options.port = port;
  Server server(options, certificates(), echo);
  CHECK_THROWS_WITH(server.start(), text);
}

TEST_CASE("a port can be taken again at once after its server has ended") {
  ServerOptions options;
  {
    TestServer server;
    options.port = server.port();
    CHECK(Wire(options.port).ask(request("GET /")).status == 200);
  }
  TestServer next(echo, options);
  CHECK(next.port() == options.port);
  CHECK(Wire(options.port).ask(request("GET /")).status == 200);
}

TEST_CASE("a server on an IPv6 address is reached there") {
  ServerOptions options;
  options.host = "::1";
  Server server(options, certificates(), echo);
  try {
    server.start();
  } catch (const std::runtime_error&) {
    WARN("no IPv6 on this machine");
    return;
  }
  CHECK(Wire(server.port(), "::1").ask(request("GET /")).header("X-Peer") == "::1");
}

TEST_CASE("a client of the other address family has its own address") {
  ServerOptions options;
  options.host = "::";
  Server server(options, certificates(), echo);
  try {
    server.start();
  } catch (const std::runtime_error&) {
    WARN("no IPv6 on this machine");
    return;
  }
  CHECK(Wire(server.port()).ask(request("GET /")).header("X-Peer") == "127.0.0.1");
}

TEST_CASE("silent connections and sleeping handlers keep nobody waiting") {
  Gate gate;
  std::atomic<int> sleeping{0};
  TestServer server([&](const Message& message) {
    if (message.request.target == "/sleep") {
      ++sleeping;
      gate.pass();
    }
    return Answer{};
  });
  std::deque<Wire> silent;
  for (int i = 0; i < 200; ++i) silent.emplace_back(server.port());
  std::deque<Wire> busy;
  for (int i = 0; i < 40; ++i) busy.emplace_back(server.port()).send(request("GET /sleep"));
  CHECK(Wire(server.port()).ask(request("GET /")).status == 200);
  CHECK(eventually([&] { return sleeping == 40; }));
  CHECK(Wire(server.port()).ask(request("GET /")).status == 200);
  gate.open();
  for (Wire& wire : busy) CHECK(wire.reply().status == 200);
  for (Wire& wire : silent) CHECK(wire.ask(request("GET /")).status == 200);
}

// One worker, so that whatever keeps it waiting keeps everybody waiting.
ServerOptions one_worker() {
  ServerOptions options;
  options.workers = 1;
  options.quick = [](const Message& message) { return message.request.target != "/sleep"; };
  return options;
}

TEST_CASE("a worker goes on while requests that sleep, and those that come in pieces, have threads of their own") {
  Gate gate;
  TestServer server(
      [&](const Message& message) {
        if (message.request.target == "/sleep") gate.pass();
        return echo(message);
      },
      one_worker());
  Wire quick(server.port());
  Wire quick_tls(server.port());
  REQUIRE(quick_tls.start_tls());
  CHECK(quick.ask(request("GET /1")).status == 200);
  Wire sleeping(server.port());
  CHECK(sleeping.ask(request("GET /1")).status == 200);
  Wire sleeping_tls(server.port());
  REQUIRE(sleeping_tls.start_tls());
  Wire piece(server.port());
  // What is behind the sleeping request comes after it, quick as it is.
  sleeping.send(request("GET /sleep") + request("GET /behind"));
  sleeping_tls.send(request("GET /sleep") + request("GET /behind"));
  piece.send("GET /piece HTTP/1.1\r\nHo");
  for (int i = 0; i < 3; ++i) {
    CHECK(quick.ask(request("GET /2")).status == 200);
    CHECK(quick_tls.ask(request("GET /3")).status == 200);
  }
  CHECK(piece.ask("st: x\r\n\r\n").body.starts_with("GET /piece "));
  gate.open();
  for (Wire* wire : {&sleeping, &sleeping_tls}) {
    CHECK(wire->reply().body.starts_with("GET /sleep "));
    CHECK(wire->reply().body.starts_with("GET /behind "));
    CHECK(wire->ask(request("GET /again")).body.starts_with("GET /again "));
  }
}

TEST_CASE("a client that reads nothing of its quick answers keeps nobody waiting, and loses nothing") {
  constexpr int kRequests = 100;
  TestServer server(
      [](const Message& message) {
        Answer answer;
        answer.body.assign(message.request.target == "/large" ? 200'000 : 1, 'x');
        return answer;
      },
      one_worker());
  for (const bool tls : {false, true}) {
    Wire deaf(server.port());
    if (tls) REQUIRE(deaf.start_tls());
    CHECK(deaf.ask(request("GET /")).status == 200);
    std::string many;
    for (int i = 0; i < kRequests; ++i) many += request("GET /large");
    deaf.send(many);
    for (int i = 0; i < 3; ++i) CHECK(Wire(server.port()).ask(request("GET /")).status == 200);
    int whole = 0;
    for (int i = 0; i < kRequests; ++i) whole += deaf.reply().body.size() == 200'000 ? 1 : 0;
    CHECK(whole == kRequests);
    CHECK(deaf.ask(request("GET /")).status == 200);
  }
}

TEST_CASE("many clients at once on both protocols get their own answers") {
  TestServer server;
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&, i] {
      Wire wire(server.port());
      if (i % 2 == 0 && !wire.start_tls()) return;
      for (int k = 0; k < 50; ++k) {
        const std::string sent = post(std::to_string(i) + "/" + std::to_string(k));
        if (wire.ask(sent).body == sent) ++right;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(right == 16 * 50);
}

TEST_CASE("a connection beyond the limit is closed at once, and there is room again when one ends") {
  ServerOptions options;
  options.max_connections = 3;
  TestServer server(echo, options);
  std::deque<Wire> held;
  for (int i = 0; i < 3; ++i) CHECK(held.emplace_back(server.port()).ask(request("GET /")).status == 200);
  CHECK(Wire(server.port()).ended());
  CHECK(held[2].ask(request("GET /")).status == 200);
  held.pop_front();
  CHECK(eventually([&] { return Wire(server.port()).ask(request("GET /")).status == 200; }));
}

TEST_CASE("a connection that says nothing is closed after the idle time") {
  const bool after_a_request = GENERATE(false, true);
  const bool tls = GENERATE(false, true);
  ServerOptions options;
  options.idle_timeout_ms = 100;
  TestServer server(echo, GENERATE(false, true) ? all_quick(options) : options);
  Wire wire(server.port());
  if (tls) REQUIRE(wire.start_tls());
  if (after_a_request) CHECK(wire.ask(request("GET /")).status == 200);
  const long long start = now_ms();
  CHECK(wire.ended());
  CHECK(now_ms() - start > 50);
  CHECK(now_ms() - start < 5'000);
}

TEST_CASE("a request that comes too slowly is given up, however many bytes keep coming") {
  const auto start =
      GENERATE(as<std::string>{}, "GET / HTTP/1.1\r\nX: ", "POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n",
               "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n");
  const bool tls = GENERATE(false, true);
  ServerOptions options;
  options.head_timeout_ms = 200;
  TestServer server(echo, options);
  Wire wire(server.port());
  if (tls) REQUIRE(wire.start_tls());
  wire.send(start);
  const long long begin = now_ms();
  while (wire.silent_for(20) || now_ms() - begin < 100) {
    wire.send("x");
    if (now_ms() - begin > 5'000) break;
  }
  CHECK(now_ms() - begin < 5'000);
}

TEST_CASE("a request's time begins with its first byte, not with the connection") {
  ServerOptions options;
  options.head_timeout_ms = 150;
  TestServer server(echo, options);
  Wire wire(server.port());
  for (int i = 0; i < 3; ++i) {
    CHECK(wire.silent_for(100));
    CHECK(wire.ask(request("GET /")).status == 200);
  }
}

TEST_CASE("stopping ends silent connections at once and answers what is being handled") {
  const bool tls = GENERATE(false, true);
  Gate gate;
  std::atomic<bool> handling{false};
  TestServer server([&](const Message& message) {
    if (message.request.target == "/sleep") {
      handling = true;
      gate.pass();
    }
    return echo(message);
  });
  std::deque<Wire> idle;
  for (int i = 0; i < 100; ++i) {
    Wire& wire = idle.emplace_back(server.port());
    if (tls && i < 10) REQUIRE(wire.start_tls());
    if (i % 2 == 0) CHECK(wire.ask(request("GET /")).status == 200);
    if (i % 3 == 0) wire.send("GET / HT");
  }
  Wire busy(server.port());
  if (tls) REQUIRE(busy.start_tls());
  busy.send(request("GET /sleep"));
  REQUIRE(eventually([&] { return handling.load(); }));
  const long long start = now_ms();
  std::thread stopper([&] { server.stop(); });
  for (Wire& wire : idle) CHECK(wire.ended());
  CHECK(now_ms() - start < 1'500);
  gate.open();
  const Reply reply = busy.reply();
  CHECK(reply.body == request("GET /sleep"));
  CHECK(reply.header("Connection") == "close");
  stopper.join();
  CHECK(now_ms() - start < 1'900);
  CHECK_THROWS(Wire(server.port()));
}

TEST_CASE("stopping does not wait for a client that does not read its answer") {
  std::atomic<bool> handling{false};
  TestServer server([&](const Message&) {
    handling = true;
    Answer answer;
    answer.body.assign(50'000'000, 'x');
    return answer;
  });
  Wire wire(server.port());
  wire.send(request("GET /"));
  REQUIRE(eventually([&] { return handling.load(); }));
  const long long start = now_ms();
  server.stop();
  CHECK(now_ms() - start < 10'000);
}

TEST_CASE("a server starts once and stops as often as one likes") {
  Server server({}, certificates(), echo);
  CHECK(server.port() == 0);
  server.start();
  CHECK_THROWS_AS(server.start(), std::logic_error);
  server.stop();
  server.stop();
  CHECK_THROWS_AS(server.start(), std::logic_error);
  Server never_started({}, certificates(), echo);
  never_started.stop();
}

TEST_CASE("servers come and go quickly and beside each other") {
  for (int i = 0; i < 20; ++i) {
    TestServer one;
    TestServer two;
    REQUIRE(one.port() != two.port());
    const long long start = now_ms();
    CHECK(Wire(one.port()).ask(post("1")).body == post("1"));
    CHECK(Wire(two.port()).ask(post("2")).body == post("2"));
    CHECK(now_ms() - start < 1'000);
  }
}

TEST_CASE("a queue runs every job at once in a thread of its own, up to its limit") {
  Gate gate;
  std::atomic<int> running{0};
  ElasticQueue queue(3, [&](int) {
    ++running;
    gate.pass();
  });
  CHECK(queue.submit(1));
  CHECK(queue.submit(2));
  CHECK(queue.submit(3));
  CHECK_FALSE(queue.submit(4));
  CHECK(eventually([&] { return running == 3; }));
  gate.open();
  CHECK(eventually([&] { return queue.submit(5); }));
  queue.shutdown();
  CHECK_FALSE(queue.submit(6));
  CHECK(running == 4);
}

TEST_CASE("a queue loses no job, whatever the number of threads") {
  std::atomic<int> done{0};
  int accepted = 0;
  {
    ElasticQueue queue(4, [&](int) { ++done; });
    for (int i = 0; i < 2'000; ++i) accepted += queue.submit(i) ? 1 : 0;
  }
  CHECK(done == accepted);
  CHECK(accepted > 0);
}

}  // namespace
}  // namespace latchkey::http::test
