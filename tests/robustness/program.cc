#include "robustness/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace latchkey::robustness {

Program::Program(const std::string& path, std::vector<std::string> arguments,
                 const std::function<void()>& before_exec) {
  std::array<int, 2> out{};
  errors_ = ::memfd_create("errors", MFD_CLOEXEC);
  if (errors_ < 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("no more descriptors");
  out_ = out[0];
  arguments.insert(arguments.begin(), path);
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(errors_, STDERR_FILENO);
    if (before_exec) before_exec();
    ::execv(path.c_str(), words.data());
    ::_exit(127);
  }
  ::close(out[1]);
  if (child_ < 0) throw std::runtime_error("cannot fork");
}

Program::~Program() {
  if (!ended_) stop(SIGKILL);
  ::close(out_);
  ::close(errors_);
}

bool Program::ready() {
  std::string line;
  std::array<char, 1024> part;
  while (line.find('\n') == std::string::npos) {
    const ssize_t got = ::read(out_, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    line.append(part.data(), static_cast<std::size_t>(got));
  }
  const std::size_t end = line.find(" https=");
  const std::size_t colon = line.rfind(':', end);
  const std::size_t ca = line.find(" ca=");
  if (end == std::string::npos || ca == std::string::npos)
    throw std::runtime_error("not a ready line: " + line);
  port_ = std::atoi(line.substr(colon + 1, end - colon - 1).c_str());
  ca_ = line.substr(ca + 4, line.find('\n') - ca - 4);
  return true;
}

void Program::signal(int number) const {
  if (!ended_) ::kill(child_, number);
}

int Program::wait() {
  if (ended_) return exit_;
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return exit_;
}

std::string Program::errors() const {
  std::string text;
  std::array<char, 4096> part;
  while (true) {
    const ssize_t got = ::pread(errors_, part.data(), part.size(), static_cast<off_t>(text.size()));
    if (got <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
}

long Program::status(const std::string& name) const {
  std::ifstream file("/proc/" + std::to_string(child_) + "/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(name + ":")) return std::atol(line.c_str() + name.size() + 1);
  }
  return 0;
}

long Program::cpu_ms() const {
  std::ifstream file("/proc/" + std::to_string(child_) + "/stat");
  std::string word;
  long ticks = 0;
  for (int i = 1; i <= 15 && file >> word; ++i) {
    if (i >= 14) ticks += std::atol(word.c_str());  // utime, stime
  }
  return ticks * 1000 / ::sysconf(_SC_CLK_TCK);
}

std::size_t Program::descriptors() const {
  std::error_code problem;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/" + std::to_string(child_) + "/fd", problem), end;
       !problem && at != end; at.increment(problem)) {
    ++count;
  }
  return count;
}

}  // namespace latchkey::robustness
