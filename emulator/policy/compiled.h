// A policy document as the evaluator uses it. Made by compile(), never changed afterwards.
#pragma once

#include <string>
#include <vector>

#include "latchkey/policy.h"
#include "policy/condition.h"
#include "policy/match.h"
#include "policy/principal.h"

namespace latchkey::policy {

struct Statement {
  std::string sid;
  bool deny = false;
  // A statement that lacks an element its kind of policy needs, or contradicts itself, has no effect.
  bool effective = false;
  PrincipalElement principal;
  std::vector<ActionPattern> actions;
  bool not_action = false;
  std::vector<Pattern> resources;
  bool not_resource = false;
  bool any_resource = false;  // a role trust policy has no Resource and applies to the role
  std::vector<Condition> conditions;
};

class Policy {
 public:
  Kind kind = Kind::identity;
  bool variables = false;  // version 2012-10-17
  std::vector<Statement> statements;
};

}  // namespace latchkey::policy
