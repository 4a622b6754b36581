// What the operations that assume a role have in common: finding it, its session, and the answer.
#pragma once

#include <string>

#include "core/arn.h"
#include "identity/session.h"
#include "pipeline/operation.h"

namespace latchkey::sts {

// RoleArn's account and name. Throws for an ARN that names no role.
Arn role_arn(const Call& call);
// The role, if it stands under exactly this path and name.
Ptr<Role> find_role(const Call& call, const Arn& arn);
// Stands in for a role that does not exist: it is refused like one whose trust policy names nobody.
Ptr<Role> nobodys_role();

// A new session, with its duration checked against the role's.
Session role_session(const Call& call, const Role& role, const std::string& session_name);
// Credentials, AssumedRoleUser and PackedPolicySize.
Members role_answer(const Call& call, const Session& session, const std::string& partition);

}  // namespace latchkey::sts
