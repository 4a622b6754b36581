// A line of `latchkey simulate`.
#include "core/json.h"
#include "latchkey/policy.h"
#include "target.h"

using namespace latchkey;

FUZZ_TARGET(simulate_line) {
  bool malformed = false;
  std::string answer = policy::simulate_line(input, &malformed);
  // An id is given back as it was written: it may be a number beyond what this reader of JSON takes.
  const bool by_number = answer.size() > 6 && (answer[6] == '-' || (answer[6] >= '0' && answer[6] <= '9'));
  if (by_number) answer.replace(6, answer.find(',') - 6, "0");
  const auto document = parse_json(answer);
  fuzz::require(static_cast<bool>(document) && document->is<Members>(), "an answer is a JSON object");
  const Members& members = document->get<Members>();
  fuzz::require((members.find("error") != nullptr) == malformed, "an error is there where the line is wrong");
  fuzz::require((members.find("decision") != nullptr) != malformed, "and a decision where it is not");
}
