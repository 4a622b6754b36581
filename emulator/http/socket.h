// A connected TCP socket with deadlines. Owns the descriptor.
#pragma once

#include <chrono>
#include <string>

#include "http/stream.h"

namespace latchkey::http {

class Socket : public Stream {
 public:
  // `idle_ms`: how long a read may wait between two requests; `busy_ms`: how long a request may take to
  // arrive.
  Socket(int descriptor, int idle_ms, int busy_ms);
  ~Socket() override;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  std::size_t read(char* to, std::size_t capacity) override;
  bool starved() const override { return starved_; }
  bool holds_more() const override { return false; }
  bool write(std::string_view data) override;
  bool finish() override;

  // An impatient socket never waits: reads are starved, and what the kernel does not take of an answer is kept.
  void be_patient(bool patient) { patient_ = patient; }
  bool has_unsent() const { return !unsent_.empty(); }
  // Sends what was kept, waiting for the client as long as write() does.
  bool send_rest();
  // Waits for something to read.
  bool readable_within(int time) const;  // milliseconds
  int descriptor() const { return descriptor_; }

  // Between requests: the next read waits up to the idle time, and what it reads starts the request's time.
  void rest() { resting_ = true; }
  // A request has begun: everything up to rest() must arrive within the time given (default: the request's).
  void hurry();
  void hurry(int within_ms);
  bool resting() const { return resting_; }

  // Closing with bytes unread would reset the connection and could take our last answer with it: says that
  // nothing more will be sent, then reads on for a moment, so that a client in the middle of its request sees
  // the answer.
  void linger();
  // Closes with a reset instead of an end.
  void reset_on_close();

  std::string peer_address() const;  // empty if the peer is gone already

 private:
  using Moment = std::chrono::steady_clock::time_point;
  bool wait(short events, Moment until) const;

  const int descriptor_;
  const int busy_ms_;
  bool patient_ = true;
  bool starved_ = false;
  bool resting_ = true;
  std::string unsent_;
  Moment deadline_;
};

}  // namespace latchkey::http
