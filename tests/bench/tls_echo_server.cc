// The least HTTPS server: OpenSSL over a socket, a thread a connection, TCP_NODELAY; it answers a POST with the bytes it got.
// For comparison only. Usage: tls_echo_server PORT CERTIFICATE.pem KEY.pem
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

// Good for one request at a time, which is all that the load generator sends.
void serve(SSL_CTX* context, int descriptor) {
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, descriptor);
  if (SSL_accept(ssl) == 1) {
    std::string input;
    std::array<char, 16 * 1024> buffer;
    int got = 0;
    while ((got = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()))) > 0) {
      input.append(buffer.data(), static_cast<std::size_t>(got));
      const std::size_t head = input.find("\r\n\r\n");
      const std::size_t length = input.find("Content-Length: ");
      if (head == std::string::npos || length == std::string::npos) continue;
      const auto size = static_cast<std::size_t>(std::atol(input.c_str() + length + 16));
      if (input.size() < head + 4 + size) continue;
      std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: " +
                           std::to_string(size) + "\r\n\r\n";
      answer.append(input, head + 4, size);
      input.erase(0, head + 4 + size);
      if (SSL_write(ssl, answer.data(), static_cast<int>(answer.size())) <= 0) break;
    }
  }
  SSL_free(ssl);
  ::close(descriptor);
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 4) return 2;
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context, argv[2]) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM) != 1) {
    return 1;
  }
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
  ::listen(listener, 1024);
  while (true) {
    const int descriptor = ::accept(listener, nullptr, nullptr);
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread(serve, context, descriptor).detach();
  }
}
