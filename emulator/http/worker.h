// A worker: a thread with an epoll, which serves the connections that rest with it when something comes.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "http/connection.h"

namespace latchkey::http {

using ConnectionPtr = std::unique_ptr<Connection>;

class Worker {
 public:
  struct Hooks {
    std::function<void(ConnectionPtr)> waits;  // it needs a thread of its own
    std::function<void(ConnectionPtr)> ended;
  };

  Worker(int idle_timeout_ms, Hooks hooks);
  ~Worker();  // stops
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Takes over a connection. From any thread.
  void adopt(ConnectionPtr connection);
  // Ends all connections that it has. Idempotent.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Resting;
  using Place = std::list<Resting>::iterator;
  struct Resting {
    ConnectionPtr connection;
    Clock::time_point since;
    Place place;  // its own, in connections_
  };

  void run();
  int time_left() const;
  void take_adopted();
  void serve(Resting& resting);
  ConnectionPtr release(Place place);
  void end_idle();
  void wake();

  const std::chrono::milliseconds idle_;
  const Hooks hooks_;
  const int epoll_;
  const int event_;  // wakes the worker
  std::mutex mutex_;  // guards adopted_
  std::vector<ConnectionPtr> adopted_;
  std::atomic<bool> stopping_{false};

  // The worker's own: the connections, the longest at rest first.
  std::list<Resting> connections_;
  Clock::time_point now_;
  std::thread thread_;
};

}  // namespace latchkey::http
