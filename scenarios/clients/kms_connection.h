// One TLS connection to the KMS that libmongocrypt names, as the MongoDB drivers make it: verified against a
// given CA, with the host in the server name even where it is an address, one request, then closed.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace latchkey::clients {

class KmsConnection {
 public:
  // endpoint: "127.0.0.1:4566". Throws std::runtime_error with the reason.
  KmsConnection(const std::string& endpoint, const std::string& ca_file);

  void write(std::span<const std::uint8_t> bytes);
  // Some bytes, at least one. Throws if the server has closed.
  std::size_t read(std::span<std::uint8_t> into);

 private:
  void connect(const std::string& host, const std::string& port);

  struct CloseSocket {
    int number = -1;
    ~CloseSocket();
  };
  CloseSocket socket_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
};

}  // namespace latchkey::clients
