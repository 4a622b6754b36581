// From the exec of the program, and from the making of an emulator in this process, to the first signed answer, in
// milliseconds of wall time.
// Usage: first_answer LATCHKEY [TIMES]
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "latchkey/emulator.h"
#include "latchkey/sigv4.h"

namespace {

using Clock = std::chrono::steady_clock;

std::string signed_request(int port) {
  latchkey::sigv4::RawRequest request;
  request.method = "POST";
  request.target = "/";
  request.headers = {{"Host", "127.0.0.1:" + std::to_string(port)},
                     {"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Target", "TrentService.CreateKey"}};
  request.body = "{}";
  latchkey::sigv4::SigningOptions options;
  options.service = "kms";
  options.region = "us-east-1";
  options.date = latchkey::sigv4::format_date(std::time(nullptr));
  request = latchkey::sigv4::sign(std::move(request), {"test", "test", ""}, options).request;
  request.headers.push_back({"Content-Length", "2"});
  return latchkey::sigv4::to_text(request);
}

bool answered(int port) {
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool good = ::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const std::string request = signed_request(port);
  good = good && ::send(client, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size());
  std::array<char, 64> answer{};
  good = good && ::recv(client, answer.data(), answer.size(), MSG_WAITALL) > 0;
  ::close(client);
  return good && std::string(answer.data()).starts_with("HTTP/1.1 200");
}

double once(const char* program) {
  std::array<int, 2> out{};
  if (::pipe(out.data()) != 0) std::exit(1);
  const auto start = Clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    ::execl(program, program, "serve", "--port", "0", "--log-level", "error", nullptr);
    std::_Exit(127);
  }
  ::close(out[1]);
  std::string line;
  std::array<char, 256> buffer;
  while (line.find('\n') == std::string::npos) {
    const ssize_t got = ::read(out[0], buffer.data(), buffer.size());
    if (got <= 0) std::exit(1);
    line.append(buffer.data(), static_cast<std::size_t>(got));
  }
  const std::string http = line.substr(line.find("http="));
  if (!answered(std::atoi(http.c_str() + http.find(':', 10) + 1))) std::exit(1);
  const std::chrono::duration<double, std::milli> took = Clock::now() - start;
  ::kill(child, SIGTERM);
  ::waitpid(child, nullptr, 0);
  ::close(out[0]);
  return took.count();
}

// The same of an emulator in this process.
double once_embedded() {
  const auto start = Clock::now();
  const latchkey::Emulator emulator;
  if (!answered(emulator.port())) std::exit(1);
  const std::chrono::duration<double, std::milli> took = Clock::now() - start;
  return took.count();
}

void print(const char* what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  std::printf("%s to first signed answer: %.1f ms at best, %.1f in the middle, %.1f at worst\n", what, times.front(),
              times[times.size() / 2], times.back());
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc < 2) return 2;
  const int times = argc > 2 ? std::atoi(argv[2]) : 11;
  std::vector<double> executed;
  std::vector<double> embedded;
  for (int i = 0; i < times; ++i) executed.push_back(once(argv[1]));
  for (int i = 0; i < times; ++i) embedded.push_back(once_embedded());
  print("exec", executed);
  std::printf("the first emulator in a process: %.1f ms\n", embedded.front());
  print("an emulator in a test's process", embedded);
}
