#include "scenarios/clients/kms_connection.h"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <stdexcept>

namespace latchkey::clients {
namespace {

constexpr int kTimeoutSeconds = 20;

[[noreturn]] void fail(const std::string& what) {
  char reason[256] = "no reason given";
  const unsigned long code = ERR_get_error();
  if (code != 0) ERR_error_string_n(code, reason, sizeof reason);
  throw std::runtime_error(what + ": " + reason);
}

}  // namespace

KmsConnection::CloseSocket::~CloseSocket() {
  if (number >= 0) ::close(number);
}

KmsConnection::KmsConnection(const std::string& endpoint, const std::string& ca_file) {
  const std::size_t colon = endpoint.rfind(':');
  const std::string host = endpoint.substr(0, colon);
  connect(host, colon == std::string::npos ? "443" : endpoint.substr(colon + 1));
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) fail("cannot make a TLS context");
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(context_.get(), ca_file.c_str(), nullptr) != 1)
    fail("cannot read " + ca_file);
  ssl_.reset(SSL_new(context_.get()));
  if (!ssl_) fail("cannot make a TLS connection");
  SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
  X509_VERIFY_PARAM* verify = SSL_get0_param(ssl_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str()) != 1 &&
      X509_VERIFY_PARAM_set1_host(verify, host.c_str(), host.size()) != 1) {
    fail("cannot check for " + host);
  }
  SSL_set_fd(ssl_.get(), socket_.number);
  if (SSL_connect(ssl_.get()) != 1) fail("TLS with " + endpoint);
}

void KmsConnection::connect(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0)
    throw std::runtime_error("cannot find " + host);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  socket_.number = ::socket(found->ai_family, found->ai_socktype, found->ai_protocol);
  const timeval timeout{kTimeoutSeconds, 0};
  setsockopt(socket_.number, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt(socket_.number, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (socket_.number < 0 || ::connect(socket_.number, found->ai_addr, found->ai_addrlen) != 0) {
    throw std::runtime_error("cannot connect to " + host + ":" + port);
  }
}

void KmsConnection::write(std::span<const std::uint8_t> bytes) {
  std::size_t written = 0;
  if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) != 1) fail("cannot send the request");
}

std::size_t KmsConnection::read(std::span<std::uint8_t> into) {
  std::size_t count = 0;
  if (SSL_read_ex(ssl_.get(), into.data(), into.size(), &count) != 1) fail("the reply ends too early");
  return count;
}

}  // namespace latchkey::clients
