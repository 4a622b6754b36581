// What the least server for Encrypt costs: it verifies a SigV4 signature with a cached signing key and seals the body with
// AES-256-GCM. No identities, no policies, no journal. For comparison only.
// Usage: signature_server PORT epoll|threads
//   epoll    two threads, each with an epoll of its own and half of the connections
//   threads  a thread a connection, which waits in recv
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/encoding.h"
#include "http/head.h"
#include "latchkey/sigv4.h"

namespace {

using namespace latchkey;

// Under a key of this process, as a Base64 document of about the size of Encrypt's answer.
class Sealer {
 public:
  Sealer() { RAND_bytes(key_.data(), static_cast<int>(key_.size())); }

  std::string seal(std::string_view body) {
    std::array<unsigned char, 12> nonce;
    RAND_bytes(nonce.data(), static_cast<int>(nonce.size()));
    std::string sealed(body.size() + 16, '\0');
    auto* out = reinterpret_cast<unsigned char*>(sealed.data());
    int size = 0;
    EVP_EncryptInit_ex2(context_.get(), cipher(), key_.data(), nonce.data(), nullptr);
    EVP_EncryptUpdate(context_.get(), out, &size, reinterpret_cast<const unsigned char*>(body.data()),
                      static_cast<int>(body.size()));
    EVP_EncryptFinal_ex(context_.get(), out + size, &size);
    EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, 16, out + body.size());
    return base64_encode(sealed);
  }

 private:
  static const EVP_CIPHER* cipher() {
    static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    return fetched;
  }
  std::array<unsigned char, 32> key_;
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
};

// The key of the day is derived once.
const sigv4::SigningKey& key_of(const sigv4::Claim& claim) {
  thread_local std::string scope;
  thread_local sigv4::SigningKey key{};
  if (scope != claim.scope_date) {
    scope = claim.scope_date;
    key = sigv4::signing_key("test", claim.scope_date, claim.region, claim.service);
  }
  return key;
}

class Client {
 public:
  explicit Client(int descriptor) : descriptor_(descriptor) {}
  ~Client() { ::close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Reads once, answers what has come; false at the end.
  bool serve(Sealer& sealer, int flags) {
    std::array<char, 16 * 1024> buffer;
    const ssize_t got = ::recv(descriptor_, buffer.data(), buffer.size(), flags);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    input_.append(buffer.data(), static_cast<std::size_t>(got));
    while (true) {
      std::size_t scanned = 0;
      const std::size_t head = http::find_head_end(input_, scanned);
      if (head == std::string_view::npos) return true;
      http::Framing framing;
      if (http::parse_head(std::string_view(input_).substr(0, head), request_, framing)) return false;
      if (input_.size() < head + framing.content_length) return true;
      request_.body.assign(input_, head, framing.content_length);
      input_.erase(0, head + framing.content_length);
      if (!answer(sealer)) return false;
    }
  }

 private:
  bool answer(Sealer& sealer) {
    const auto read = sigv4::read_claim(request_, sigv4::Dialect::json);
    const bool good = read.claim && sigv4::verify_signature(request_, *read.claim, key_of(*read.claim)).ok;
    const std::string body = good ? "{\"CiphertextBlob\":\"" + sealer.seal(request_.body) + "\"}" : "{}";
    std::string out = good ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 400 Bad Request\r\n";
    out.reserve(256 + body.size());
    out += "Content-Type: application/x-amz-json-1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    out += body;
    return ::send(descriptor_, out.data(), out.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(out.size());
  }

  const int descriptor_;
  std::string input_;
  sigv4::RawRequest request_;
};

int listen_on(int port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::exit(1);
  ::listen(listener, 1024);
  return listener;
}

int accept_from(int listener) {
  const int client = ::accept(listener, nullptr, nullptr);
  const int on = 1;
  ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return client;
}

void serve_epoll(int epoll) {
  Sealer sealer;
  std::array<epoll_event, 64> events;
  while (true) {
    const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      auto* client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (!client->serve(sealer, MSG_DONTWAIT)) delete client;  // closing takes it out of the epoll
    }
  }
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 3) return 2;
  const int listener = listen_on(std::atoi(argv[1]));
  if (std::string_view(argv[2]) == "threads") {
    while (true) {
      std::thread([client = std::make_shared<Client>(accept_from(listener))] {
        Sealer sealer;
        while (client->serve(sealer, 0)) {
        }
      }).detach();
    }
  }
  constexpr std::size_t kThreads = 2;
  std::array<int, kThreads> epolls;
  std::vector<std::thread> threads;
  for (int& epoll : epolls) {
    epoll = ::epoll_create1(0);
    threads.emplace_back(serve_epoll, epoll);
  }
  for (std::size_t next = 0;; ++next) {
    const int descriptor = accept_from(listener);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = new Client(descriptor);
    ::epoll_ctl(epolls[next % kThreads], EPOLL_CTL_ADD, descriptor, &event);
  }
}
