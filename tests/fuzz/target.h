// One fuzz target a file, in two uses: libFuzzer calls it by the name it knows, and replay.cc, which has all
// targets in one program, by their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace latchkey::fuzz {

// Fails the run. Targets catch what bad input may be answered with, and never this.
struct Broken : std::logic_error {
  using std::logic_error::logic_error;
};
inline void require(bool holds, const std::string& rule) {
  if (!holds) throw Broken(rule);
}

// The text up to the next line end, which is taken off the input with it.
inline std::string_view next_line(std::string_view& input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view line = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return line;
}

// Number in [0, count) from the first byte, which is taken off the input.
inline std::size_t choose(std::string_view& input, std::size_t count) {
  if (input.empty()) return 0;
  const auto byte = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return byte % count;
}

struct Registration {
  Registration(const char* name, void (*run)(std::string_view));
};

}  // namespace latchkey::fuzz

#ifdef LATCHKEY_REPLAY
#define FUZZ_ENTRY(name) static const latchkey::fuzz::Registration registration_##name(#name, name);
#else
#define FUZZ_ENTRY(name)                                                              \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    name(std::string_view(reinterpret_cast<const char*>(data), size));                \
    return 0;                                                                         \
  }
#endif

// FUZZ_TARGET(name) { ... uses `input` ... }
#define FUZZ_TARGET(name)                   \
  static void name(std::string_view input); \
  FUZZ_ENTRY(name)                          \
  static void name([[maybe_unused]] std::string_view input)
