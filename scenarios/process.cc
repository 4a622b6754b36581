#include "scenarios/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <thread>

extern char** environ;

namespace latchkey::scenarios {
namespace {

constexpr std::size_t kMaxOutput = 4 << 20;

// The programs that run now, where there is room; each leads a process group.
std::array<std::atomic<pid_t>, 64> running;
static_assert(std::atomic<pid_t>::is_always_lock_free);

class Registered {
 public:
  explicit Registered(pid_t child) : child_(child) {
    for (auto& place : running) {
      pid_t free = 0;
      if (place.compare_exchange_strong(free, child)) return;
    }
  }
  ~Registered() {
    for (auto& place : running) {
      pid_t mine = child_;
      if (place.compare_exchange_strong(mine, 0)) return;
    }
  }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;

 private:
  const pid_t child_;
};

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return number_; }
  void set(int number) { number_ = number; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

struct Pipe {
  Descriptor read, write;
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    read.set(ends[0]);
    write.set(ends[1]);
  }
};

// What the child starts with: its standard streams, a process group of its own, no signal blocked or ignored.
class Setup {
 public:
  Setup(const Pipe& in, const Pipe& out, const Pipe& err) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, in.read.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out.write.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, err.write.get(), STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;
  ~Setup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

pid_t start(const Command& command, const Setup& setup) {
  std::vector<std::string> words = command.words;
  std::vector<std::string> variables;
  for (const auto& [name, value] : command.environment) variables.push_back(name + "=" + value);
  pid_t child = 0;
  const int problem = posix_spawnp(&child, words.at(0).c_str(), setup.actions(), setup.attributes(),
                                   pointers(words).data(), pointers(variables).data());
  if (problem != 0) throw std::runtime_error("cannot run " + words[0] + ": " + std::strerror(problem));
  return child;
}

// Moves bytes between the child's streams and ours until it has closed them or the time is over.
class Exchange {
 public:
  Exchange(const Command& command, Pipe& in, Pipe& out, Pipe& err,
           std::chrono::steady_clock::time_point deadline)
      : input_(command.input), in_(in.write), out_(out.read), err_(err.read), deadline_(deadline) {
    fcntl(in_.get(), F_SETFL, O_NONBLOCK);
    if (input_.empty()) in_.close();
  }

  // False if the time ran out.
  bool run(Finished& result) {
    while (out_.get() >= 0 || err_.get() >= 0) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now())
              .count();
      if (left <= 0) return false;
      std::array<pollfd, 3> waiting = {
          {{in_.get(), POLLOUT, 0}, {out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
      if (poll(waiting.data(), waiting.size(), static_cast<int>(left)) < 0 && errno != EINTR) return false;
      if (waiting[0].revents != 0) write_some();
      if (waiting[1].revents != 0) read_some(out_, result.out);
      if (waiting[2].revents != 0) read_some(err_, result.err);
    }
    return true;
  }

 private:
  void write_some() {
    const ssize_t count = write(in_.get(), input_.data(), input_.size());
    if (count > 0) input_.erase(0, static_cast<std::size_t>(count));
    if (input_.empty() || (count < 0 && errno != EAGAIN && errno != EINTR)) in_.close();
  }

  static void read_some(Descriptor& from, std::string& into) {
    std::array<char, 16384> buffer{};
    const ssize_t count = read(from.get(), buffer.data(), buffer.size());
    if (count > 0) {
      const auto room = kMaxOutput - into.size();
      into.append(buffer.data(), std::min(static_cast<std::size_t>(count), room));
    } else if (count == 0 || errno != EINTR) {
      from.close();
    }
  }

  std::string input_;
  Descriptor& in_;
  Descriptor& out_;
  Descriptor& err_;
  std::chrono::steady_clock::time_point deadline_;
};

int exit_of(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

// A program may close its streams and live on.
bool ends_before(pid_t child, std::chrono::steady_clock::time_point deadline, int& status) {
  constexpr auto kPause = std::chrono::milliseconds(5);
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

}  // namespace

Finished run_program(const Command& command) {
  signal(SIGPIPE, SIG_IGN);  // a program that does not read its input must not end this one
  Pipe in;
  Pipe out;
  Pipe err;
  const Setup setup(in, out, err);
  const pid_t child = start(command, setup);
  const Registered registered(child);
  in.read.close();
  out.write.close();
  err.write.close();
  Finished result;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(command.timeout_seconds);
  int status = 0;
  result.timed_out =
      !Exchange(command, in, out, err, deadline).run(result) || !ends_before(child, deadline, status);
  if (result.timed_out) {
    kill(-child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  }
  result.exit = exit_of(status);
  return result;
}

void end_programs() {
  for (const auto& place : running) {
    if (const pid_t child = place.load()) kill(-child, SIGTERM);
  }
}

std::map<std::string, std::string> clean_environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view pair = *entry;
    if (pair.starts_with("AWS_") || pair.starts_with("LATCHKEY_")) continue;
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos) out.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return out;
}

}  // namespace latchkey::scenarios
