// Log lines on standard error, as text or JSON. Thread safe: a line is one write.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "core/value.h"

namespace latchkey {

enum class LogLevel { error, info, debug };
enum class LogFormat { text, json };

class Log {
 public:
  using Sink = std::function<void(const std::string& line)>;  // the line has its line end

  Log(LogLevel level, LogFormat format, Sink sink);  // an empty sink writes to standard error
  bool enabled(LogLevel level) const { return level <= level_; }
  // fields follow the message: as name=value in text, as members in JSON.
  void write(LogLevel level, std::string_view message, const Members& fields = {}) const;
  void error(std::string_view message, const Members& fields = {}) const { write(LogLevel::error, message, fields); }
  void info(std::string_view message, const Members& fields = {}) const { write(LogLevel::info, message, fields); }
  void debug(std::string_view message, const Members& fields = {}) const { write(LogLevel::debug, message, fields); }

 private:
  LogLevel level_;
  LogFormat format_;
  Sink sink_;
};

}  // namespace latchkey
