#include "iam/errors.h"

#include "pipeline/operation.h"

namespace latchkey::iam {
namespace {

std::string text(std::string_view before, std::string_view middle, std::string_view after) {
  return std::string(before).append(middle).append(after);
}

}  // namespace

AwsError missing(std::string message) { return {404, "NoSuchEntity", std::move(message)}; }
AwsError conflict(std::string message) { return {409, "DeleteConflict", std::move(message)}; }
AwsError limit(std::string message) { return {409, "LimitExceeded", std::move(message)}; }
AwsError exists(std::string message) { return {409, "EntityAlreadyExists", std::move(message)}; }
AwsError invalid_input(std::string message) { return {400, "InvalidInput", std::move(message)}; }
AwsError invalid(std::string message) { return validation_error(Protocol::query, std::move(message)); }

AwsError no_such_entity(std::string_view kind, std::string_view name) {
  return missing(text("The ", kind, " with name ") + text("", name, " cannot be found."));
}
AwsError no_such_inline_policy(std::string_view kind, std::string_view policy) {
  return missing(text("The ", kind, " policy with name ") + text("", policy, " cannot be found."));
}
AwsError no_such_boundary(std::string_view kind, std::string_view name) {
  return missing(text("The ", kind, " with name ") + text("", name, " has no permissions boundary."));
}
AwsError no_such_access_key(std::string_view id) {
  return missing(text("The Access Key with id ", id, " cannot be found."));
}
AwsError no_such_policy(std::string_view arn) { return missing(text("Policy ", arn, " was not found.")); }
AwsError no_such_version(std::string_view arn, std::string_view version) {
  return missing(text("Policy ", arn, " version ") +
                 text("", version, " does not exist or is not attachable."));
}
AwsError not_attachable(std::string_view arn) {
  return missing(text("Policy ", arn, " does not exist or is not attachable."));
}
AwsError no_such_boundary_policy(std::string_view arn) {
  return missing(text("Scope ARN: ", arn, " does not exist or is not attachable."));
}

AwsError already_exists(std::string_view kind, std::string_view name) {
  return exists(text("", kind, " with name ") + text("", name, " already exists."));
}
AwsError policy_already_exists(std::string_view name) {
  return exists(text("A policy called ", name, " already exists. Duplicate names are not allowed."));
}

AwsError must_detach_policies() { return conflict("Cannot delete entity, must detach all policies first."); }
AwsError must_delete_policies() { return conflict("Cannot delete entity, must delete policies first."); }
AwsError must_delete_access_keys() {
  return conflict("Cannot delete entity, must delete access keys first.");
}
AwsError must_leave_groups() { return conflict("Cannot delete entity, must remove users from group first."); }
AwsError must_delete_login_profile() {
  return conflict("Cannot delete entity, must delete login profile first.");
}
AwsError must_delete_mfa_device() { return conflict("Cannot delete entity, must delete MFA device first."); }
AwsError must_delete_certificates() {
  return conflict("Cannot delete entity, must delete certificates first.");
}
AwsError must_remove_referenced_objects() {
  return conflict("Cannot delete entity, must remove referenced objects first.");
}
AwsError must_leave_instance_profiles() {
  return conflict("Cannot delete entity, must remove roles from instance profile first.");
}
AwsError protected_role(std::string_view name) {
  return {400, "UnmodifiableEntity",
          text("Cannot perform the operation on the protected role '", name,
               "' - this role is only modifiable by AWS")};
}
AwsError policy_is_attached() { return conflict("Cannot delete a policy attached to entities."); }
AwsError policy_has_versions() {
  return conflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's "
      "versions. The "
      "default version is deleted with the policy.");
}
AwsError version_is_default() { return conflict("Cannot delete the default version of a policy."); }

AwsError quota_exceeded(std::string_view quota, std::size_t most) {
  return limit(text("Cannot exceed quota for ", quota, ": ") + std::to_string(most));
}
AwsError inline_policies_too_large(std::string_view kind, std::string_view name, std::size_t most) {
  return limit("Maximum policy size of " + std::to_string(most) + text(" bytes exceeded for ", kind, " ") +
               std::string(name));
}
AwsError too_many_versions() {
  return limit(
      "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
      "existing "
      "version.");
}
AwsError too_many_tags() { return limit("The number of tags has reached the maximum limit."); }

AwsError malformed_policy(std::string message) {
  return {400, "MalformedPolicyDocument", std::move(message)};
}
AwsError invalid_principal(std::string_view principal) {
  return malformed_policy(text("Invalid principal in policy: \"AWS\":\"", principal, "\""));
}

AwsError invalid_simulation(std::string message) { return invalid_input(std::move(message)); }
AwsError invalid_entity_arn(std::string_view arn) {
  return invalid_input(text("Invalid Entity Arn: ", arn, " does not clearly define entity type and name."));
}
AwsError invalid_resource_owner(std::string_view owner) {
  return invalid_input(text("'", owner, "' is not a valid as a Resource Owner."));  // AWS's grammar
}
AwsError invalid_resource_name(std::string_view name) {
  return invalid_input(text("ResourceNames are not in a valid ARN format: ", name, "."));
}

AwsError unparsable_arn() { return invalid("Invalid ARN:  Could not be parsed!"); }
AwsError invalid_arn(std::string_view arn) { return invalid_input(text("ARN ", arn, " is not valid.")); }
AwsError invalid_marker() { return invalid("Invalid Marker."); }
AwsError must_name_user() { return invalid("Must specify userName when calling with non-User credentials"); }
AwsError duplicate_tags() {
  return invalid_input("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
}
AwsError reserved_tag() { return invalid_input("Tag keys that begin with aws: are reserved for AWS use."); }
AwsError status_not_settable() { return invalid_input("The status Expired cannot be set."); }

AwsError policy_is_not_yours(const Call& call, std::string_view arn) {
  return access_denied(Protocol::query, "User: " + call.who.principal.arn +
                                            " is not authorized to perform: " + action_of(call) +
                                            " on resource: policy " + std::string(arn));
}
AwsError no_root_access_keys() {
  return not_implemented(
      Protocol::query,
      "Latchkey does not create access keys for an account's root user: every account has the key "
      "that is its own number, with the secret test.");
}

}  // namespace latchkey::iam
