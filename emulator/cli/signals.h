// Signals as something to wait for. Made before any other thread, so that all of them inherit the mask.
#pragma once

#include <csignal>
#include <initializer_list>

namespace latchkey::cli {

class BlockedSignals {
 public:
  // SIGINT, SIGTERM, SIGHUP, SIGCHLD and more.
  explicit BlockedSignals(std::initializer_list<int> more = {}) {
    sigemptyset(&set_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&set_, signal);
    for (const int signal : more) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  struct Caught {
    int signal;
    bool from_terminal;  // a key was pressed: the whole process group got it
  };
  Caught wait() const {
    siginfo_t info{};
    while (sigwaitinfo(&set_, &info) < 0) continue;
    return {info.si_signo, info.si_code == SI_KERNEL};
  }
  // The mask a child process should start with.
  const sigset_t& before() const { return before_; }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

}  // namespace latchkey::cli
