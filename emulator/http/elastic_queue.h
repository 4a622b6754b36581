// Threads for connections: as many as there are connections, up to a limit, reused for a while when one ends.
//
// A pool of fixed size would let silent connections keep the others waiting. Thread safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace latchkey::http {

class ElasticQueue {
 public:
  // `work` must not throw.
  ElasticQueue(std::size_t max_threads, std::function<void(int)> work);
  ~ElasticQueue();  // shuts down
  ElasticQueue(const ElasticQueue&) = delete;
  ElasticQueue& operator=(const ElasticQueue&) = delete;

  // Gives the job to a thread that begins at once; false if all are busy and no further one may be made.
  bool submit(int job);
  // Takes no more jobs, waits for those that run, joins all threads. Idempotent.
  void shutdown();

 private:
  using Threads = std::list<std::thread>;
  void run(Threads::iterator self, int job);
  bool next(int& job);

  const std::size_t max_threads_;
  const std::function<void(int)> work_;

  std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  std::deque<int> jobs_;  // never more than threads waiting for them
  Threads threads_;
  Threads ended_;  // to be joined
  std::size_t waiting_ = 0;
  bool closed_ = false;
};

}  // namespace latchkey::http
