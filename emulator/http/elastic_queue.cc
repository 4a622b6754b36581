#include "http/elastic_queue.h"

#include <chrono>
#include <exception>
#include <utility>

namespace latchkey::http {
namespace {

// Long enough for the bursts of a test suite, short enough that its peak does not stay for ever.
constexpr std::chrono::seconds kSpareTime{5};

}  // namespace

ElasticQueue::ElasticQueue(std::size_t max_threads, std::function<void(int)> work)
    : max_threads_(max_threads), work_(std::move(work)) {}

ElasticQueue::~ElasticQueue() { shutdown(); }

bool ElasticQueue::submit(int job) {
  Threads ended;
  const std::unique_lock<std::mutex> lock(mutex_);
  if (closed_) return false;
  ended.swap(ended_);
  for (std::thread& thread : ended) thread.join();  // they have left run() already, or are about to
  if (waiting_ > jobs_.size()) {
    jobs_.push_back(job);
    wake_.notify_one();
    return true;
  }
  if (threads_.size() >= max_threads_) return false;
  const auto self = threads_.emplace(threads_.end());
  try {
    *self = std::thread([this, self, job] { run(self, job); });
  } catch (const std::exception&) {  // the system has no more threads, or no memory for one
    threads_.erase(self);
    return false;
  }
  return true;
}

void ElasticQueue::shutdown() {
  std::unique_lock<std::mutex> lock(mutex_);
  closed_ = true;
  wake_.notify_all();
  wake_.wait(lock, [this] { return threads_.empty(); });
  Threads ended;
  ended.swap(ended_);
  lock.unlock();
  for (std::thread& thread : ended) thread.join();
}

void ElasticQueue::run(Threads::iterator self, int job) {
  do {
    work_(job);
  } while (next(job));
  // Whoever joins needs the lock first, so the thread object stays valid until here.
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_.splice(ended_.end(), threads_, self);
  if (threads_.empty()) wake_.notify_all();
}

bool ElasticQueue::next(int& job) {
  std::unique_lock<std::mutex> lock(mutex_);
  ++waiting_;
  wake_.wait_for(lock, kSpareTime, [this] { return !jobs_.empty() || closed_; });
  --waiting_;
  if (jobs_.empty()) return false;
  job = jobs_.front();
  jobs_.pop_front();
  return true;
}

}  // namespace latchkey::http
