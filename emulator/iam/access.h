// Which permissions IAM's operations need: the vocabulary of IAM's access rules.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
//
// Denials name what already is in words ("user bob", "policy path /") and what is about to be by its ARN.
#pragma once

#include <string_view>

#include "iam/lookup.h"
#include "pipeline/operation.h"

namespace latchkey::iam {

// Whether iam:PermissionsBoundary is in the context, and whose it is.
enum class Boundary {
  ignored,
  in_force,  // the one the user or role has
  passed,    // the one the request sets
};

// Tags of the request and of the entity, the policy of an attachment and the boundary are in the context of
// each rule.

// The user, group or role that UserName, GroupName or RoleName names.
template <class T>
AccessRule on_entity(Boundary boundary = Boundary::ignored);
template <>
AccessRule on_entity<User>(Boundary boundary);
template <>
AccessRule on_entity<Group>(Boundary boundary);
template <>
AccessRule on_entity<Role>(Boundary boundary);
// The managed policy that PolicyArn names.
template <>
AccessRule on_entity<ManagedPolicy>(Boundary boundary);

// The same for what else has a name or an ARN of its own.
template <>
AccessRule on_entity<InstanceProfile>(Boundary boundary);
template <>
AccessRule on_entity<MfaDevice>(Boundary boundary);
template <>
AccessRule on_entity<OidcProvider>(Boundary boundary);
template <>
AccessRule on_entity<SamlProvider>(Boundary boundary);
template <>
AccessRule on_entity<ServerCertificate>(Boundary boundary);

// The user that UserName names or, without it, the caller.
AccessRule on_user_or_caller();
// The calling user, of an operation that takes no name.
AccessRule on_caller();
// The user whose access key AccessKeyId names.
AccessRule on_user_of_access_key();
// The user or group as it is and as it will be named.
template <class T>
AccessRule on_renamed();
template <>
AccessRule on_renamed<User>();
template <>
AccessRule on_renamed<Group>();

// What is about to be made; with tags also the permission to tag it.
AccessRule on_new_user();
AccessRule on_new_group();
AccessRule on_new_role();
AccessRule on_new_policy();
// What has a path if `has_path`, in ARNs after `word`, with tags by the action iam:Tag`title`. name(call): as
// its ARN has it.
AccessRule on_new(std::string_view word, std::string_view title, bool has_path,
                  std::string (*name)(const Call&));

// Lists: what stands under PathPrefix.
AccessRule on_users();
AccessRule on_groups();
AccessRule on_roles();
AccessRule on_policies();
AccessRule on_path_of(std::string_view word);
AccessRule on_everything();

// The ARNs of what has no overload in the store.
std::string arn_of(const Call& call, const InstanceProfile& profile);
std::string arn_of(const Call& call, const OidcProvider& provider);
std::string arn_of(const Call& call, const SamlProvider& provider);
std::string arn_of(const Call& call, const ServerCertificate& certificate);

}  // namespace latchkey::iam
