#include "http/worker.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <system_error>

namespace latchkey::http {
namespace {

int made(int descriptor) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "cannot make an epoll");
  return descriptor;
}

bool watch(int epoll, int descriptor, void* what) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.ptr = what;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

}  // namespace

Worker::Worker(int idle_timeout_ms, Hooks hooks)
    : idle_(std::max(idle_timeout_ms, 1)),
      hooks_(std::move(hooks)),
      epoll_(made(::epoll_create1(EPOLL_CLOEXEC))),
      event_(made(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {
  watch(epoll_, event_, nullptr);
  thread_ = std::thread([this] { run(); });
}

Worker::~Worker() {
  stop();
  ::close(event_);
  ::close(epoll_);
}

void Worker::stop() {
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

void Worker::wake() {
  const std::uint64_t one = 1;
  while (::write(event_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void Worker::adopt(ConnectionPtr connection) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    adopted_.push_back(std::move(connection));
  }
  wake();
}

void Worker::run() {
  std::array<epoll_event, 64> events;
  while (!stopping_.load()) {
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), time_left());
    now_ = Clock::now();
    for (int i = 0; i < ready; ++i) {
      void* what = events[static_cast<std::size_t>(i)].data.ptr;
      if (what == nullptr) {
        take_adopted();
      } else {
        serve(*static_cast<Resting*>(what));
      }
    }
    end_idle();
  }
  take_adopted();
  while (!connections_.empty()) hooks_.ended(release(connections_.begin()));
}

// Until the connection that has rested longest has to go; -1 if there is none.
int Worker::time_left() const {
  if (connections_.empty()) return -1;
  const auto left = connections_.front().since + idle_ - Clock::now();
  return static_cast<int>(std::max<long long>(std::chrono::ceil<std::chrono::milliseconds>(left).count(), 0));
}

void Worker::take_adopted() {
  std::uint64_t count = 0;
  while (::read(event_, &count, sizeof count) < 0 && errno == EINTR) {
  }
  std::vector<ConnectionPtr> adopted;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    adopted.swap(adopted_);
  }
  for (ConnectionPtr& connection : adopted) {
    Resting& resting = connections_.emplace_back(Resting{std::move(connection), now_, {}});
    resting.place = std::prev(connections_.end());
    if (!watch(epoll_, resting.connection->descriptor(), &resting)) {
      hooks_.ended(release(resting.place));
    }
  }
}

void Worker::serve(Resting& resting) {
  const Place place = resting.place;
  Connection::Turn turn = Connection::Turn::ended;
  try {
    turn = resting.connection->serve_ready();
  } catch (const std::bad_alloc&) {
    // This connection ends, the others go on.
  }
  if (turn == Connection::Turn::rests) {
    resting.since = now_;
    connections_.splice(connections_.end(), connections_, place);
    return;
  }
  ConnectionPtr connection = release(place);
  (turn == Connection::Turn::waits ? hooks_.waits : hooks_.ended)(std::move(connection));
}

// Its descriptor goes out of the epoll here, because a thread may go on with it.
ConnectionPtr Worker::release(Place place) {
  ConnectionPtr connection = std::move(place->connection);
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, connection->descriptor(), nullptr);
  connections_.erase(place);
  return connection;
}

void Worker::end_idle() {
  while (!connections_.empty() && connections_.front().since + idle_ <= now_) {
    ConnectionPtr connection = release(connections_.begin());
    connection->give_up();
    hooks_.ended(std::move(connection));
  }
}

}  // namespace latchkey::http
