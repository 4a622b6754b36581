// Users, groups, roles and policies as answers show them: in a list AWS leaves out what it shows of one
// alone.
#pragma once

#include "pipeline/operation.h"

namespace latchkey::iam {

Members user_entry(const Call& call, const User& user);
Members user_details(const Call& call, const User& user);  // with boundary and tags

Members group_entry(const Call& call, const Group& group);

Members new_role_details(const Call& call,
                         const Role& role);  // as made: no MaxSessionDuration, no RoleLastUsed
Members role_entry(const Call& call, const Role& role);
Members role_details(const Call& call, const Role& role);  // with boundary, tags and RoleLastUsed

void add_boundary_and_tags(const Call& call, Members& answer, const IamEntity& entity);
Members role_last_used(const Role& role);

// GetPolicy alone shows the description.
enum class Description { absent, shown };
Members policy_entry(const Call& call, const ManagedPolicy& policy,
                     Description description = Description::absent);
Members version_entry(const ManagedPolicy& policy, const ManagedPolicy::Version& version);

Members instance_profile_entry(const Call& call,
                               const InstanceProfile& profile);  // with its role, without its tags

List tag_list(const Tags& tags);

}  // namespace latchkey::iam
