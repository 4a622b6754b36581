#include "http/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace latchkey::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A client that does not read its answer for this long is gone.
constexpr milliseconds kSendTime{30'000};
constexpr milliseconds kLingerTime{1'000};
constexpr std::size_t kLingerBytes = 8 * 1024 * 1024;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

Socket::Socket(int descriptor, int idle_ms, int busy_ms) : descriptor_(descriptor), busy_ms_(busy_ms) {
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // The idle wait is the kernel's: one system call instead of a poll and a read. Zero would mean for ever.
  const int idle = std::max(idle_ms, 1);
  timeval time{};
  time.tv_sec = idle / 1000;
  time.tv_usec = (idle % 1000) * 1000;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

Socket::~Socket() { ::close(descriptor_); }

void Socket::hurry() { hurry(busy_ms_); }

void Socket::hurry(int within_ms) {
  resting_ = false;
  deadline_ = steady_clock::now() + milliseconds(within_ms);
}

bool Socket::wait(short events, Moment until) const {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd entry{descriptor_, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::min<long long>(left, 1'000'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

std::size_t Socket::read(char* to, std::size_t capacity) {
  starved_ = false;
  while (true) {
    const ssize_t got = ::recv(descriptor_, to, capacity, resting_ && patient_ ? 0 : MSG_DONTWAIT);
    if (got > 0) {
      // Slowly sent requests are bounded from their first byte on; a deadline once set is not moved by more
      // bytes. An impatient socket leaves that to whoever waits for the rest.
      if (resting_ && patient_) hurry();
      return static_cast<std::size_t>(got);
    }
    if (got == 0) return 0;
    if (errno == EINTR) continue;
    if (!patient_) {
      starved_ = would_block();
      return 0;
    }
    if (!would_block() || resting_ || !wait(POLLIN, deadline_)) return 0;
  }
}

bool Socket::write(std::string_view data) {
  if (!unsent_.empty()) {
    unsent_.append(data);
    return true;
  }
  Moment until{};
  while (true) {
    // MSG_NOSIGNAL: a client that has gone away must not end the process.
    const ssize_t sent = ::send(descriptor_, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      data.remove_prefix(static_cast<std::size_t>(sent));
      if (data.empty()) return true;
      until = {};  // who goes on reading, however slowly, is not gone
      continue;
    }
    if (errno == EINTR) continue;
    if (!would_block()) return false;
    if (!patient_) {
      unsent_.assign(data);
      return true;
    }
    if (until == Moment{}) until = steady_clock::now() + kSendTime;
    if (!wait(POLLOUT, until)) return false;
  }
}

bool Socket::send_rest() {
  if (unsent_.empty()) return true;
  std::string rest;
  rest.swap(unsent_);
  return write(rest);
}

bool Socket::readable_within(int time) const {
  return wait(POLLIN, steady_clock::now() + milliseconds(time));
}

bool Socket::finish() { return true; }

void Socket::linger() {
  if (::shutdown(descriptor_, SHUT_WR) != 0) return;
  const Moment until = steady_clock::now() + kLingerTime;
  std::array<char, 16 * 1024> rubbish;
  std::size_t total = 0;
  while (total < kLingerBytes) {
    const ssize_t got = ::recv(descriptor_, rubbish.data(), rubbish.size(), MSG_DONTWAIT);
    if (got == 0) return;
    if (got > 0) {
      total += static_cast<std::size_t>(got);
      continue;
    }
    if (errno == EINTR) continue;
    if (!would_block() || !wait(POLLIN, until)) return;
  }
}

void Socket::reset_on_close() {
  const ::linger now{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

std::string Socket::peer_address() const {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getpeername(descriptor_, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto* address = reinterpret_cast<const sockaddr_in*>(&storage);
    ::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
    return text.data();
  }
  if (storage.ss_family != AF_INET6) return {};
  const auto* address = reinterpret_cast<const sockaddr_in6*>(&storage);
  // On a socket bound to "::", a client of the other family is "::ffff:127.0.0.1"; aws:SourceIp knows it as
  // IPv4.
  if (IN6_IS_ADDR_V4MAPPED(&address->sin6_addr)) {
    ::inet_ntop(AF_INET, &address->sin6_addr.s6_addr[12], text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, &address->sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace latchkey::http
