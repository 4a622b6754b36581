#include "core/log.h"

#include <cstdio>
#include <utility>

#include "core/clock.h"
#include "core/json.h"

namespace latchkey {
namespace {

std::string_view name(LogLevel level) {
  switch (level) {
    case LogLevel::error: return "error";
    case LogLevel::info: return "info";
    case LogLevel::debug: return "debug";
  }
  return "";
}

// A stamp of the machine's time: what an operator compares with other logs.
std::string stamp() { return format_iso8601(Clock().real(), Precision::milliseconds); }

// One line whatever the client sent: line breaks and control characters would let it forge log lines.
std::string one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

std::string as_text(LogLevel level, std::string_view message, const Members& fields) {
  std::string line = stamp() + " " + std::string(name(level)) + " " + one_line(message);
  for (const auto& [key, value] : fields) {
    line += " " + key + "=" + (value.is<std::string>() ? one_line(value.get<std::string>()) : to_json(value));
  }
  return line + "\n";
}

std::string as_json(LogLevel level, std::string_view message, const Members& fields) {
  Members line{{"time", stamp()}, {"level", name(level)}, {"message", message}};
  for (const auto& [key, value] : fields) line.add(key, value);
  return to_json(line) + "\n";
}

}  // namespace

Log::Log(LogLevel level, LogFormat format, Sink sink) : level_(level), format_(format), sink_(std::move(sink)) {
  if (!sink_) sink_ = [](const std::string& line) { std::fwrite(line.data(), 1, line.size(), stderr); };
}

void Log::write(LogLevel level, std::string_view message, const Members& fields) const {
  if (!enabled(level)) return;
  sink_(format_ == LogFormat::text ? as_text(level, message, fields) : as_json(level, message, fields));
}

}  // namespace latchkey
