#include "iam/answers.h"

#include "core/encoding.h"
#include "iam/lookup.h"
#include "identity/principals.h"

namespace latchkey::iam {
namespace {

Members role_start(const Call& call, const Role& role) {
  Members answer{{"Path", role.path},
                 {"RoleName", role.name},
                 {"RoleId", role.id},
                 {"Arn", arn_of(call.partition, role)},
                 {"CreateDate", role.created},
                 {"AssumeRolePolicyDocument", percent_encode(shown_text(call.store, role.trust))}};
  if (role.has_description) answer.add("Description", role.description);
  return answer;
}

}  // namespace

void add_boundary_and_tags(const Call& call, Members& answer, const IamEntity& entity) {
  if (!entity.boundary.empty()) {
    const auto policy = policy_of_key(call.store, entity.boundary);
    answer.add("PermissionsBoundary",
               Members{{"PermissionsBoundaryType", "Policy"},
                       {"PermissionsBoundaryArn", policy ? arn_of(call.partition, *policy) : std::string()}});
  }
  if (!entity.tags.empty()) answer.add("Tags", tag_list(entity.tags));
}

Members user_entry(const Call& call, const User& user) {
  Members answer{{"Path", user.path},
                 {"UserName", user.name},
                 {"UserId", user.id},
                 {"Arn", arn_of(call.partition, user)},
                 {"CreateDate", user.created}};
  if (user.password_last_used) answer.add("PasswordLastUsed", *user.password_last_used);
  return answer;
}

Members user_details(const Call& call, const User& user) {
  Members answer = user_entry(call, user);
  add_boundary_and_tags(call, answer, user);
  return answer;
}

Members group_entry(const Call& call, const Group& group) {
  return {{"Path", group.path},
          {"GroupName", group.name},
          {"GroupId", group.id},
          {"Arn", arn_of(call.partition, group)},
          {"CreateDate", group.created}};
}

Members new_role_details(const Call& call, const Role& role) {
  Members answer = role_start(call, role);
  add_boundary_and_tags(call, answer, role);
  return answer;
}

Members role_last_used(const Role& role) {
  Members out;
  if (role.last_used) {
    out.add("LastUsedDate", *role.last_used);
    out.add("Region", role.last_used_region);
  }
  return out;
}

Members role_entry(const Call& call, const Role& role) {
  Members answer = role_start(call, role);
  answer.add("MaxSessionDuration", role.max_session_seconds);
  return answer;
}

Members role_details(const Call& call, const Role& role) {
  Members answer = role_entry(call, role);
  add_boundary_and_tags(call, answer, role);
  answer.add("RoleLastUsed", role_last_used(role));
  return answer;
}

List tag_list(const Tags& tags) {
  List list;
  for (const auto& [key, value] : tags) list.push_back(Members{{"Key", key}, {"Value", value}});
  return list;
}

}  // namespace latchkey::iam
