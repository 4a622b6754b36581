// A line with a method and a target of the control API or of instance metadata, then a body.
#include "core/json.h"
#include "latchkey/emulator.h"
#include "target.h"

using namespace latchkey;

FUZZ_TARGET(control_api) {
  static Emulator emulator;
  static int calls = 0;
  if (++calls % 500 == 0) emulator.control("POST", "/_latchkey/reset");
  const std::string_view line = fuzz::next_line(input);
  const std::size_t blank = std::min(line.find(' '), line.size());
  const std::string target(line.substr(std::min(blank + 1, line.size())));
  if (!target.starts_with("/_latchkey/") && !target.starts_with("/latest/")) return;
  const Emulator::Reply reply = emulator.control(line.substr(0, blank), target, input);
  fuzz::require(reply.status >= 200 && reply.status < 500, "no request is the server's fault: " + reply.body);
}
