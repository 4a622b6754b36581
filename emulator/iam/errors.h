// The errors of IAM, one factory a condition. Texts are those of real answers where one is known.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/error.h"

namespace latchkey {
struct Call;
}

namespace latchkey::iam {

// The conditions with a sentence of the caller's.
AwsError missing(std::string message);        // NoSuchEntity
AwsError exists(std::string message);         // EntityAlreadyExists
AwsError conflict(std::string message);       // DeleteConflict
AwsError limit(std::string message);          // LimitExceeded
AwsError invalid_input(std::string message);  // InvalidInput
AwsError invalid(std::string message);        // ValidationError

// kind: "user", "group", "role". The sentences differ only in it.
AwsError no_such_entity(std::string_view kind, std::string_view name);
AwsError no_such_inline_policy(std::string_view kind, std::string_view policy);
AwsError no_such_boundary(std::string_view kind, std::string_view name);
AwsError no_such_access_key(std::string_view id);
AwsError no_such_policy(std::string_view arn);
AwsError no_such_version(std::string_view arn, std::string_view version);
AwsError not_attachable(std::string_view arn);
AwsError no_such_boundary_policy(std::string_view arn);

AwsError already_exists(std::string_view kind, std::string_view name);  // kind: "User", "Role"
AwsError policy_already_exists(std::string_view name);

AwsError must_detach_policies();
AwsError must_delete_policies();
AwsError must_delete_access_keys();
AwsError must_leave_groups();
AwsError must_delete_login_profile();
AwsError must_delete_mfa_device();
AwsError must_delete_certificates();
AwsError must_remove_referenced_objects();
AwsError must_leave_instance_profiles();
AwsError protected_role(std::string_view name);
AwsError policy_is_attached();
AwsError version_is_default();
AwsError policy_has_versions();

AwsError quota_exceeded(std::string_view quota, std::size_t most);  // "AccessKeysPerUser", 2
AwsError inline_policies_too_large(std::string_view kind, std::string_view name, std::size_t most);
AwsError too_many_versions();
AwsError too_many_tags();

AwsError malformed_policy(std::string message);  // in the evaluator's words
AwsError invalid_principal(std::string_view principal);

AwsError invalid_simulation(std::string message);
AwsError invalid_entity_arn(std::string_view arn);
AwsError invalid_resource_owner(std::string_view owner);
AwsError invalid_resource_name(std::string_view name);

AwsError unparsable_arn();
AwsError invalid_arn(std::string_view arn);
AwsError invalid_marker();
AwsError must_name_user();
AwsError duplicate_tags();
AwsError reserved_tag();
AwsError status_not_settable();

// AWS's own policies belong to AWS, whatever the caller may do.
AwsError policy_is_not_yours(const Call& call, std::string_view arn);
AwsError no_root_access_keys();

}  // namespace latchkey::iam
