// What the policies of a request say, and how AWS makes one decision of it. The rules of KMS keys and of role
// trust policies, which differ from everything else, stand here and nowhere else.
#pragma once

#include <vector>

#include "latchkey/policy.h"
#include "policy/principal.h"
#include "policy/request_view.h"

namespace latchkey::policy {

// What was found in all the policies that take part.
struct Findings {
  std::vector<Match> denies;  // in the order of scp, rcp, resource, identity, boundary, session
  std::vector<Match> allows;
  // Whether each kind allows. Kinds that limit but do not take part allow everything.
  bool scp = true;
  bool rcp = true;
  bool identity = false;
  bool boundary = true;
  bool session = true;
  Naming resource = Naming::none;  // the strongest naming by an Allow of the resource's policy or a grant,
  bool delegated = false;          // and, apart from it, whether one names the caller's account
};

// Operations that AWS never checks a permission for, so that no policy can deny them.
bool needs_no_permission(const RequestView& request);
bool bound_by_scps(const RequestView& request);
bool bound_by_rcps(const RequestView& request);
// Only these have identity policies and boundaries.
bool has_own_policies(const Principal& principal);
// How a KMS grant counts, as if the key policy named its grantee.
Naming grant_naming(const Named& grant, const Principal& principal);

// The kind of policy whose Allow is missing, where nothing denies; Cause::none if the request is allowed.
Cause missing_allow(const RequestView& request, const Findings& found);

}  // namespace latchkey::policy
