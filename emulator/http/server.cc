#include "http/server.h"

#include <fcntl.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "http/certificate.h"
#include "http/connection.h"
#include "http/elastic_queue.h"
#include "http/worker.h"

namespace latchkey::http {
namespace {

constexpr int kBacklog = 1024;                      // httplib's is 5: a burst of clients would wait a second
constexpr std::chrono::milliseconds kGrace{2'000};  // for answers that are being made when stop() is called
constexpr std::chrono::milliseconds kAcceptPause{1};

// httplib's accept loop hands every socket to its task queue as a closure that cannot be refused. This one
// runs the closure at once; what it does is hand the socket to our own threads.
class RunAtOnce : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> job) override { job(); }
  void shutdown() override {}
};

// httplib's listening socket and accept loop; nothing else of it is used. What it would do with a request
// changes header values, limits bodies to 8 kB and answers in two packets.
class Listener : public httplib::Server {
 public:
  explicit Listener(std::function<void(int)> accepted) : accepted_(std::move(accepted)) {
    new_task_queue = [] { return new RunAtOnce; };
  }
  ~Listener() override { close(); }

  // 0, or the reason as errno has it; negative if the host is not known.
  int open(const std::string& host, int port) {
    bool known = false;
    // SO_REUSEPORT, which httplib sets by itself, would let a second server steal half of our connections.
    set_socket_options([&known](socket_t socket) {
      known = true;
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    errno = 0;
    const bool bound = port == 0 ? bind_to_any_port(host) > 0 : bind_to_port(host, port);
    const int reason = errno;
    if (!bound) return !known ? -1 : reason != 0 ? reason : EADDRNOTAVAIL;
    socket_ = svr_sock_.exchange(INVALID_SOCKET);
    ::fcntl(socket_, F_SETFD, FD_CLOEXEC);
    return ::listen(socket_, kBacklog) == 0 ? 0 : errno;
  }

  int port() const {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return -1;
    // The port is at the same place in both families.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
  }

  // Accepts until close(). httplib gives up (and closes its socket) at the first error, such as a lack of
  // memory for one more connection; so it works on a copy and is started again.
  void accept_connections() {
    while (lend_socket()) {
      if (svr_sock_ != INVALID_SOCKET) listen_after_bind();
      std::this_thread::sleep_for(kAcceptPause);
    }
  }

  // Ends accept_connections(): the shutdown reaches the copy too, because both are one socket.
  void close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (socket_ == INVALID_SOCKET) return;
    ::shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
    socket_ = INVALID_SOCKET;
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);  // a child of `latchkey exec` would keep the connection open
    accepted_(socket);
    return true;
  }

  bool lend_socket() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (socket_ == INVALID_SOCKET) return false;
    svr_sock_ = ::fcntl(socket_, F_DUPFD_CLOEXEC, 0);
    return true;
  }

  const std::function<void(int)> accepted_;
  std::mutex mutex_;  // guards socket_ between close() and lend_socket()
  socket_t socket_ = INVALID_SOCKET;
};

// The open connections, so that stop() can reach them. A descriptor is taken out before it is closed.
class OpenConnections {
 public:
  explicit OpenConnections(std::size_t most) : most_(most) {}

  bool enter(int descriptor) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return !closed_ && descriptors_.size() < most_ && descriptors_.insert(descriptor).second;
  }

  void leave(int descriptor) {
    const std::lock_guard<std::mutex> lock(mutex_);
    descriptors_.erase(descriptor);
    if (descriptors_.empty()) quiet_.notify_all();
  }

  std::size_t size() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return descriptors_.size();
  }

  // Takes no more. Those that wait for a request see an end; answers can still be written for a while.
  void close_all() {
    std::unique_lock<std::mutex> lock(mutex_);
    closed_ = true;
    for (const int descriptor : descriptors_) ::shutdown(descriptor, SHUT_RD);
    quiet_.wait_for(lock, kGrace, [this] { return descriptors_.empty(); });
    for (const int descriptor : descriptors_) ::shutdown(descriptor, SHUT_RDWR);
  }

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable quiet_;
  std::unordered_set<int> descriptors_;
  bool closed_ = false;
};

// Connections on their way from a worker to a thread, by their descriptors.
class Handed {
 public:
  void put(ConnectionPtr connection) {
    const std::lock_guard<std::mutex> lock(mutex_);
    connections_.emplace(connection->descriptor(), std::move(connection));
  }
  ConnectionPtr take(int descriptor) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto node = connections_.extract(descriptor);
    return node ? std::move(node.mapped()) : nullptr;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<int, ConnectionPtr> connections_;
};

std::size_t worker_count(const ServerOptions& options) {
  if (options.workers > 0) return options.workers;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 8);
}

std::runtime_error cannot_listen(const ServerOptions& options, const std::string& reason) {
  const bool brackets = options.host.find(':') != std::string::npos;
  return std::runtime_error("cannot listen on " + (brackets ? "[" + options.host + "]" : options.host) + ":" +
                            std::to_string(options.port) + ": " + reason);
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions server_options, Certificates& server_certificates, Handler server_handler)
      : options(std::move(server_options)),
        certificates(server_certificates),
        handler(std::move(server_handler)),
        open(options.max_connections),
        queue(options.max_connections, [this](int descriptor) { serve_patiently(descriptor); }),
        listener([this](int descriptor) { accepted(descriptor); }) {}

  void accepted(int descriptor) noexcept {
    bool entered = false;
    try {
      entered = open.enter(descriptor);
      if (!entered) {
        ::close(descriptor);
        return;
      }
      auto connection = std::make_unique<Connection>(descriptor, options, certificates, handler, stopping);
      workers[next_worker++ % workers.size()]->adopt(std::move(connection));
    } catch (const std::exception&) {
      // Out of memory: the connection is closed already, or never was.
      if (entered) {
        open.leave(descriptor);
      } else {
        ::close(descriptor);
      }
    }
  }

  void hand_to_thread(ConnectionPtr connection) {
    const int descriptor = connection->descriptor();
    handed.put(std::move(connection));
    if (!queue.submit(descriptor)) end(handed.take(descriptor));
  }

  void serve_patiently(int descriptor) noexcept {
    ConnectionPtr connection = handed.take(descriptor);
    try {
      if (connection->serve_patiently() == Connection::Turn::rests) {
        workers[next_worker++ % workers.size()]->adopt(std::move(connection));
        return;
      }
    } catch (const std::exception&) {
      // Out of memory: this connection ends, the others go on.
    }
    end(std::move(connection));
  }

  void end(ConnectionPtr connection) {
    if (connection) open.leave(connection->descriptor());  // before the descriptor is closed
  }

  const ServerOptions options;
  Certificates& certificates;
  const Handler handler;
  std::atomic<bool> stopping{false};
  OpenConnections open;
  Handed handed;
  std::vector<std::unique_ptr<Worker>> workers;
  std::atomic<std::size_t> next_worker{0};
  ElasticQueue queue;
  Listener listener;
  std::thread accepting;
  std::mutex lifecycle;  // guards accepting, and start() against stop()
  int port = 0;
};

Server::Server(ServerOptions options, Certificates& certificates, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), certificates, std::move(handler))) {}

Server::~Server() { stop(); }

void Server::start() {
  const std::lock_guard<std::mutex> lock(impl_->lifecycle);
  if (impl_->accepting.joinable() || impl_->stopping) throw std::logic_error("a server starts once");
  const ServerOptions& options = impl_->options;
  if (options.port < 0 || options.port > 65535) throw cannot_listen(options, "the port is not in 0..65535");
  if (const int reason = impl_->listener.open(options.host, options.port); reason != 0) {
    throw cannot_listen(options,
                        reason < 0 ? "the host is unknown" : std::generic_category().message(reason));
  }
  impl_->port = impl_->listener.port();
  for (std::size_t i = worker_count(options); i > 0; --i) {
    impl_->workers.push_back(std::make_unique<Worker>(
        options.idle_timeout_ms,
        Worker::Hooks{[impl = impl_.get()](ConnectionPtr connection) { impl->hand_to_thread(std::move(connection)); },
                      [impl = impl_.get()](ConnectionPtr connection) { impl->end(std::move(connection)); }}));
  }
  impl_->accepting = std::thread([impl = impl_.get()] { impl->listener.accept_connections(); });
}

void Server::stop() {
  const std::lock_guard<std::mutex> lock(impl_->lifecycle);
  if (impl_->stopping.exchange(true)) return;
  impl_->listener.close();
  if (impl_->accepting.joinable()) impl_->accepting.join();
  impl_->open.close_all();
  impl_->queue.shutdown();
  for (const auto& worker : impl_->workers) worker->stop();
}

int Server::port() const { return impl_->port; }

std::size_t Server::connections() const { return impl_->open.size(); }

}  // namespace latchkey::http
