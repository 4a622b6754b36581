// What AssumeRoleWithWebIdentity and AssumeRoleWithSAML have in common: nobody signs the request; the caller
// is whom an identity provider of the role's account vouches for.
#pragma once

#include <string>
#include <vector>

#include "core/arn.h"
#include "identity/session.h"
#include "pipeline/operation.h"

namespace latchkey::sts {

// What the provider says, checked.
struct Federation {
  std::string provider_arn;
  std::string session_name;
  std::string source_identity;
  Tags tags;
  std::vector<std::string> transitive;
  policy::Context keys;  // the provider's own condition keys, for the trust policy
  Tags lasting;          // those of them that requests with the session's credentials have too
};

// The caller becomes the provider, in the role's account. Asks the role's trust policy for the action, and
// for sts:TagSession and sts:SetSourceIdentity where they are needed.
std::vector<Access> federated_access(Call& call, const Arn& arn, Federation federation);
// The session of the role that the request names, with its tags and session policies.
Session federated_session(const Call& call, const Arn& arn, Federation federation);

}  // namespace latchkey::sts
