// The decisive cause of a decision in one plain sentence.
#pragma once

#include <string>
#include <vector>

#include "latchkey/policy.h"
#include "policy/combine.h"

namespace latchkey::policy {

// A note with what the sentence needs besides: where its policy stood and how it named the caller.
struct NotedPolicy {
  Match where;
  PolicyNote note;
  Naming named = Naming::none;
  bool delegates = false;
  bool denies = false;
};

std::string sentence(const Decision& decision, const RequestView& request,
                     const std::vector<NotedPolicy>& policies);

}  // namespace latchkey::policy
