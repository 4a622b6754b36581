#include <utility>

#include "policy/evaluate.h"
#include "policy/sentence.h"

namespace latchkey::policy {
namespace {

// Keeps what the evaluator looks at, in order.
class Recorder {
 public:
  static constexpr bool kRecords = true;

  void policy(const Match& where, const Named& named) {
    NotedPolicy noted;
    noted.where = where;
    noted.note.label = label(where);
    noted.note.name = named.name;
    if (!named.policy) noted.named = Naming::direct;  // a grant
    policies.push_back(std::move(noted));
  }
  StatementNote* statement(std::size_t index, const Statement& statement) {
    StatementNote& note = policies.back().note.statements.emplace_back();
    note.statement = index;
    note.sid = statement.sid;
    note.deny = statement.deny;
    return &note;
  }
  void applied(Naming naming, bool deny) {
    NotedPolicy& noted = policies.back();
    if (naming == Naming::none) return;
    if (deny) {
      noted.denies = true;
    } else if (naming == Naming::account) {
      noted.delegates = true;
    } else {
      noted.named = std::max(noted.named, naming);
    }
  }

  std::vector<NotedPolicy> policies;
};

std::string contribution(const NotedPolicy& policy, bool cross_account) {
  if (policy.denies) return "deny";
  if (policy.named != Naming::none) return "allow";
  if (!policy.delegates) return "none";
  return cross_account ? "allow" : "delegates to identity policies";
}

}  // namespace

Explanation explain(const Request& request, const Set& policies) {
  Recorder recorder;
  Evaluation<Recorder> evaluation(request, policies, recorder);
  Explanation out;
  out.decision = evaluation.run();
  out.sentence = sentence(out.decision, evaluation.request(), recorder.policies);
  for (NotedPolicy& policy : recorder.policies) {
    policy.note.contribution = contribution(policy, evaluation.request().cross_account());
    out.policies.push_back(std::move(policy.note));
  }
  return out;
}

}  // namespace latchkey::policy
