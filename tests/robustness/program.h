// The program itself, started as a child, to be stopped in every way there is.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace latchkey::robustness {

class Program {
 public:
  // before_exec runs in the child; it must be content with what is safe after a fork.
  Program(const std::string& path, std::vector<std::string> arguments,
          const std::function<void()>& before_exec = {});
  ~Program();  // kills what still runs
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Waits for the line that says where it listens; false if it ended without one.
  bool ready();
  int port() const { return port_; }
  const std::string& ca() const { return ca_; }
  pid_t id() const { return child_; }

  void signal(int number) const;
  // Its exit status, or minus the signal that ended it.
  int wait();
  int stop(int number) {
    signal(number);
    return wait();
  }
  // What it has said on standard error so far.
  std::string errors() const;
  // A line of /proc/ID/status, as "VmRSS" and "Threads", as a number; 0 if it is gone.
  long status(const std::string& name) const;
  // The processor's time it has used.
  long cpu_ms() const;
  // Its open descriptors.
  std::size_t descriptors() const;

 private:
  pid_t child_ = -1;
  int out_ = -1;
  int errors_ = -1;
  int port_ = 0;
  int exit_ = 0;
  bool ended_ = false;
  std::string ca_;
};

}  // namespace latchkey::robustness
