// A line of `latchkey simulate`.
#include "core/json.h"
#include "latchkey/policy.h"
#include "target.h"

using namespace latchkey;

namespace {

// Behind the JSON value that begins at a place.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  int depth = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      quoted = c != '"';
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}')) return at;
    if (c == '"') quoted = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  }
  return text.size();
}

}  // namespace

FUZZ_TARGET(simulate_line) {
  bool malformed = false;
  std::string answer = policy::simulate_line(input, &malformed);
  // An id is given back as it was written: there may be numbers in it beyond what this reader of JSON takes.
  constexpr std::string_view kId = "{\"id\":";
  if (answer.starts_with(kId)) {
    const std::size_t end = end_of_value(answer, kId.size());
    answer.replace(kId.size(), end - kId.size(), "0");
  }
  const auto document = parse_json(answer);
  fuzz::require(static_cast<bool>(document) && document->is<Members>(), "an answer is a JSON object");
  const Members& members = document->get<Members>();
  fuzz::require((members.find("error") != nullptr) == malformed, "an error is there where the line is wrong");
  fuzz::require((members.find("decision") != nullptr) != malformed, "and a decision where it is not");
}
