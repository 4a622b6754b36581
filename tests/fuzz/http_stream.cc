// A connection: whatever comes over it, each answer is whole, and the connection ends.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "http/certificate.h"
#include "http/connection.h"
#include "target.h"

using namespace latchkey;
using fuzz::require;

namespace {

// Two ends of a TCP connection: a connection's peer has an address.
struct Pair {
  int client = -1;
  int server = -1;

  explicit Pair(int listener) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
    client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const linger at_once{1, 0};  // no thousands of sockets in TIME_WAIT
    ::setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    const bool connected = ::connect(client, reinterpret_cast<sockaddr*>(&address), length) == 0;
    server = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (!connected || server < 0) throw std::runtime_error("no connection to oneself");
  }
  ~Pair() { ::close(client); }  // the server's end belongs to the connection
};

int listener() {
  static const int made = [] {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(descriptor, 8);
    return descriptor;
  }();
  return made;
}

std::string all_of(int descriptor) {
  std::string out;
  char part[4096];
  while (true) {
    const ssize_t got = ::recv(descriptor, part, sizeof part, 0);
    if (got <= 0) return out;
    out.append(part, static_cast<std::size_t>(got));
  }
}

void check_answers(std::string_view answers, bool perhaps_to_head) {
  while (!answers.empty()) {
    if (answers.starts_with("HTTP/1.1 100 ") || answers.starts_with("HTTP/1.1 200 Connection")) {
      const bool tunnel = answers[9] == '2';
      answers.remove_prefix(std::min(answers.find("\r\n\r\n"), answers.size() - 4) + 4);
      if (tunnel && answers.starts_with('\x15')) return;  // an alert of the TLS inside
      continue;
    }
    if (answers.starts_with('\x15')) return;
    require(answers.starts_with("HTTP/1.1 "), "an answer begins with its status");
    require(answers[9] >= '2' && answers[9] <= '4', "no input is the server's fault");
    const std::size_t end = answers.find("\r\n\r\n");
    const std::size_t length = answers.find("Content-Length: ");
    require(end != std::string_view::npos && length < end, "an answer has a head");
    const auto size =
        static_cast<std::size_t>(std::atoi(std::string(answers.substr(length + 16, 8)).c_str()));
    answers.remove_prefix(end + 4);
    if (perhaps_to_head && (answers.empty() || answers.starts_with("HTTP/1.1 "))) continue;
    require(answers.size() >= size, "an answer is whole");
    answers.remove_prefix(size);
  }
}

}  // namespace

FUZZ_TARGET(http_stream) {
  if (input.size() > 16 * 1024) return;  // all of it fits into a socket
  static http::Certificates certificates{std::string()};
  static const http::Server::Handler handler = [](const http::Message& message) {
    http::Answer answer;
    answer.body = std::to_string(message.request.body.size());
    return answer;
  };
  static const std::atomic<bool> stopping{false};
  http::ServerOptions options;
  options.max_head_bytes = 4'000;
  options.max_body_bytes = 4'000;
  options.idle_timeout_ms = options.head_timeout_ms = options.handshake_timeout_ms = 2'000;
  const Pair pair(listener());
  if (!input.empty()) ::send(pair.client, input.data(), input.size(), MSG_NOSIGNAL);
  ::shutdown(pair.client, SHUT_WR);
  // Some requests are a worker's work, the others need a thread.
  options.quick = [](const http::Message& message) { return message.request.body.size() % 2 == 0; };
  {
    using Turn = http::Connection::Turn;
    http::Connection connection(pair.server, options, certificates, handler, stopping);
    Turn turn = Turn::rests;
    while (turn != Turn::ended) turn = turn == Turn::rests ? connection.serve_ready() : connection.serve_patiently();
  }
  check_answers(all_of(pair.client), input.find("HEAD ") != std::string_view::npos);
}
