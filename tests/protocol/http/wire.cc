#include "protocol/http/wire.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace latchkey::http::test {
namespace {

constexpr int kPatienceSeconds = 20;  // a server that hangs fails the test instead of holding it up

int connect_to(const std::string& host, int port) {
  const bool v6 = host.find(':') != std::string::npos;
  sockaddr_in address{};
  sockaddr_in6 address6{};
  address.sin_family = AF_INET;
  address.sin_port = address6.sin6_port = htons(static_cast<std::uint16_t>(port));
  address6.sin6_family = AF_INET6;
  const int known = v6 ? ::inet_pton(AF_INET6, host.c_str(), &address6.sin6_addr)
                       : ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  if (known != 1) throw std::runtime_error("not an address: " + host);
  const int descriptor = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* to = v6 ? reinterpret_cast<sockaddr*>(&address6) : reinterpret_cast<sockaddr*>(&address);
  if (::connect(descriptor, to, v6 ? sizeof address6 : sizeof address) != 0) {
    ::close(descriptor);
    throw std::runtime_error("cannot connect");
  }
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval patience{kPatienceSeconds, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return descriptor;
}

std::string alpn_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list.append(1, static_cast<char>(name.size())).append(name);
  return list;
}

}  // namespace

std::string Reply::header(std::string_view name) const {
  const std::string start = "\r\n" + std::string(name) + ": ";
  const std::size_t at = head.find(start);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + start.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

Wire::Wire(int port, const std::string& host) : descriptor_(connect_to(host, port)) {}

Wire::~Wire() { close(); }

void Wire::close() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  ssl_ = nullptr;
  context_ = nullptr;
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

bool Wire::start_tls(const TlsOptions& options) {
  ERR_clear_error();
  context_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context_, SSL_MODE_AUTO_RETRY);
  if (options.max_version != 0) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_, options.max_version);
  }
  if (!options.trusted.empty()) {
    SSL_CTX_load_verify_file(context_, options.trusted.c_str());
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    // As Python 3.13 does.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_), X509_V_FLAG_X509_STRICT);
  }
  ssl_ = SSL_new(context_);
  if (!options.expected_host.empty()) {
    X509_VERIFY_PARAM* expected = SSL_get0_param(ssl_);
    if (X509_VERIFY_PARAM_set1_ip_asc(expected, options.expected_host.c_str()) != 1) {
      SSL_set1_host(ssl_, options.expected_host.c_str());
    }
  }
  const std::string alpn = alpn_list(options.alpn);
  if (!alpn.empty()) {
    SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned>(alpn.size()));
  }
  // SSL_set_tlsext_host_name without its old-style cast.
  if (!options.server_name.empty()) {
    std::string name = options.server_name;
    SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  SSL_set_fd(ssl_, descriptor_);
  return SSL_connect(ssl_) == 1;
}

Wire& Wire::send(std::string_view bytes) {
  if (ssl_ == nullptr) return send_raw(bytes);
  ERR_clear_error();
  SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  return *this;
}

Wire& Wire::send_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return *this;  // the server has closed; what it said is still to be read
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return *this;
}

bool Wire::fill() {
  std::array<char, 64 * 1024> part;
  if (ssl_ != nullptr) {
    ERR_clear_error();
    const int got = SSL_read(ssl_, part.data(), static_cast<int>(part.size()));
    if (got > 0) unread_.append(part.data(), static_cast<std::size_t>(got));
    return got > 0;
  }
  const ssize_t got = ::recv(descriptor_, part.data(), part.size(), 0);
  if (got > 0) unread_.append(part.data(), static_cast<std::size_t>(got));
  if (got < 0) {
    reset_ = errno == ECONNRESET;
    if (!reset_) throw std::runtime_error("the server neither answers nor closes");
  }
  return got > 0;
}

Reply Wire::reply(bool to_head) {
  std::size_t head_end = 0;
  while ((head_end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  Reply reply;
  reply.head = unread_.substr(0, head_end + 2);
  unread_.erase(0, head_end + 4);
  if (reply.head.starts_with("HTTP/1.1 ")) reply.status = std::stoi(reply.head.substr(9, 3));
  const std::string length = reply.header("Content-Length");
  if (to_head || length.empty()) return reply;
  const std::size_t size = std::stoul(length);
  while (unread_.size() < size) {
    if (!fill()) break;
  }
  reply.body = unread_.substr(0, size);
  unread_.erase(0, size);
  return reply;
}

std::string Wire::some() {
  if (unread_.empty()) fill();
  return std::exchange(unread_, {});
}

std::string Wire::until_close() {
  while (fill()) {
  }
  return std::exchange(unread_, {});
}

bool Wire::silent_for(int ms) {
  pollfd entry{descriptor_, POLLIN, 0};
  return unread_.empty() && ::poll(&entry, 1, ms) == 0;
}

void Wire::shut_down_sending() { ::shutdown(descriptor_, SHUT_WR); }

std::string Wire::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string Wire::peer_names() const {
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  const int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
  BIO* text = BIO_new(BIO_s_mem());
  X509V3_EXT_print(text, X509_get_ext(certificate, at), 0, 0);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text, &data);
  std::string names(data, static_cast<std::size_t>(size));
  BIO_free(text);
  return names;
}

Certificates& certificates() {
  static Certificates made{std::string()};
  return made;
}

Answer echo(const Message& message) {
  Answer answer;
  answer.headers = {{"X-Peer", message.peer_address}, {"X-Tls", message.tls ? "yes" : "no"}};
  answer.body = sigv4::to_text(message.request);
  return answer;
}

ServerOptions all_quick(ServerOptions options) {
  options.quick = [](const Message&) { return true; };
  return options;
}

TestServer::TestServer() : TestServer(echo, all_quick()) {}

TestServer::TestServer(Server::Handler handler, ServerOptions options)
    : server_(std::move(options), certificates(), std::move(handler)) {
  server_.start();
}

std::string request(std::string_view start, std::string_view headers, std::string_view body) {
  return std::string(start) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

std::string post(std::string_view body) {
  return request("POST /", "Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}

long long now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace latchkey::http::test
