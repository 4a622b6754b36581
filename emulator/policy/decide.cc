#include "policy/evaluate.h"

namespace latchkey::policy {

Decision decide(const Request& request, const Set& policies) {
  NoRecorder recorder;
  return Evaluation<NoRecorder>(request, policies, recorder).run();
}

std::string label(const Match& match) {
  std::string out(match.kind);
  const auto index = [&out](std::size_t number) {
    out.append("[").append(std::to_string(number)).append("]");
  };
  const bool leveled = match.kind == "scp" || match.kind == "rcp";
  if (leveled) index(match.level);
  if (leveled || match.kind == "identity" || match.kind == "session") index(match.index);
  return out;
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::allowed:
      return "allowed";
    case Outcome::implicit_deny:
      return "implicitDeny";
    case Outcome::explicit_deny:
      return "explicitDeny";
  }
  return "implicitDeny";
}

}  // namespace latchkey::policy
