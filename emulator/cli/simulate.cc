// latchkey simulate: decides authorization cases offline, one JSON line a case.
#include <fstream>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "latchkey/policy.h"

namespace latchkey::cli {
namespace {

constexpr std::size_t kFlushAt = 1 << 16;

constexpr std::string_view kUsage =
    "usage: latchkey simulate FILE\n"
    "\n"
    "Decides authorization cases offline. FILE (- for standard input) has one JSON object a line:\n"
    "  "
    "{\"id\":…,\"request\":{\"principal\":…,\"action\":…,\"resource\":…,\"resource_account\":…,\"context\":{"
    "…}},\n"
    "   "
    "\"policies\":{\"identity\":[…],\"resource\":…,\"boundary\":…,\"session\":[…],\"scp\":[[…]],\"rcp\":[[…]]"
    "}}\n"
    "and each gets one line in answer, in the same order. Exit status 2 if a line was not such an object.\n";

int refuse(std::ostream& err, const std::string& reason) {
  err << "latchkey simulate: " << reason << "\n";
  return 2;
}

// Answers line by line. Output is kept back while more input is at hand, so that a file goes fast and a pipe
// that waits for its answer gets it.
int answer(std::istream& in, std::string_view name, std::ostream& out, std::ostream& err) {
  bool any_malformed = false;
  std::string line, answers;
  while (std::getline(in, line)) {
    bool malformed = false;
    answers += policy::simulate_line(line, &malformed);
    answers += '\n';
    any_malformed = any_malformed || malformed;
    if (answers.size() < kFlushAt && in.rdbuf()->in_avail() > 0) continue;
    if (!out.write(answers.data(), static_cast<std::streamsize>(answers.size())).flush()) break;
    answers.clear();
  }
  if (!out.write(answers.data(), static_cast<std::streamsize>(answers.size())).flush()) {
    return refuse(err, "cannot write the answers");
  }
  // Answers to half of the cases are no success.
  if (in.bad()) return refuse(err, "cannot read " + std::string(name));
  return any_malformed ? 2 : 0;
}

}  // namespace

int simulate_command(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
                     std::ostream& err) {
  std::string file;
  bool has_file = false, options = true;
  for (const std::string& arg : args) {
    if (options && (arg == "--help" || arg == "-h")) {
      out << kUsage;
      return 0;
    }
    if (options && arg == "--") {
      options = false;
      continue;
    }
    if (options && arg.size() > 1 && arg.front() == '-') return refuse(err, "unknown option " + arg);
    if (has_file) return refuse(err, "more than one file is given");
    file = arg;
    has_file = true;
  }
  if (!has_file) return refuse(err, "no file is given (- is standard input)");
  if (file == "-") return answer(in, "the standard input", out, err);

  std::ifstream stream(file, std::ios::binary);
  // A directory can be opened but not read.
  if (!stream || (stream.peek() == std::ifstream::traits_type::eof() && !stream.eof())) {
    return refuse(err, "cannot read " + file);
  }
  stream.clear();
  return answer(stream, file, out, err);
}

}  // namespace latchkey::cli
