#include "policy/combine.h"

#include <algorithm>
#include <array>

namespace latchkey::policy {
namespace {

using Caller = Principal::Kind;

template <std::size_t N>
bool among(std::string_view wanted, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), wanted) != names.end();
}

// "Cross-account use: Yes" in the KMS API reference. Permission for other operations on a key of another
// account has no effect.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
constexpr std::array<std::string_view, 20> kKeyOperationsAcrossAccounts = {
    "kms:creategrant",
    "kms:decrypt",
    "kms:derivesharedsecret",
    "kms:describekey",
    "kms:encrypt",
    "kms:generatedatakey",
    "kms:generatedatakeypair",
    "kms:generatedatakeypairwithoutplaintext",
    "kms:generatedatakeywithoutplaintext",
    "kms:generatemac",
    "kms:getkeyrotationstatus",
    "kms:getpublickey",
    "kms:listgrants",
    "kms:reencryptfrom",
    "kms:reencryptto",
    "kms:retiregrant",
    "kms:revokegrant",
    "kms:sign",
    "kms:verify",
    "kms:verifymac",
};

// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
constexpr std::array<std::string_view, 11> kServicesWithRcps = {
    "s3",       "sts", "kms",  "sqs",         "secretsmanager",
    "dynamodb", "ecr", "aoss", "cognito-idp", "cognito-identity",
    "logs",
};

// A key policy or a trust policy is the only door: IAM policies count where it opens to the account, not
// beside it.
bool resource_policy_decides(const RequestView& request) {
  if (request.key_resource()) return true;
  return request.service() == "sts" && request.role_resource();
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
Cause within_account(const RequestView& request, const Findings& found) {
  const bool guarded = resource_policy_decides(request);
  if (found.resource == Naming::direct) return Cause::none;
  if (request.principal().kind == Caller::root) return guarded ? Cause::resource : Cause::none;
  const bool by_identity = found.identity && (!guarded || found.delegated);
  if (found.resource == Naming::user) return found.session ? Cause::none : Cause::session;
  if (found.resource != Naming::role && !by_identity) {
    return guarded && !found.delegated ? Cause::resource : Cause::identity;
  }
  if (!found.boundary) return Cause::boundary;
  return found.session ? Cause::none : Cause::session;
}

// Both accounts must allow, each with its own policies; how the resource's policy names the caller no longer
// matters.
Cause across_accounts(const RequestView& request, const Findings& found) {
  if (found.resource == Naming::none && !found.delegated) return Cause::resource;
  if (request.key_resource() && !among(request.action(), kKeyOperationsAcrossAccounts))
    return Cause::resource;
  if (request.principal().kind == Caller::root) return Cause::none;
  if (!found.identity) return Cause::identity;
  if (!found.boundary) return Cause::boundary;
  return found.session ? Cause::none : Cause::session;
}

}  // namespace

// "No permissions are required to perform this operation" (STS API reference, GetCallerIdentity); "you cannot
// use policies to control authentication operations" (IAM User Guide, permissions for GetSessionToken).
bool needs_no_permission(const RequestView& request) {
  if (request.principal().kind == Caller::anonymous) return false;
  return request.action() == "sts:getcalleridentity" || request.action() == "sts:getsessiontoken";
}

bool bound_by_scps(const RequestView& request) {
  const Principal& who = request.principal();
  return who.kind != Caller::anonymous && who.kind != Caller::service && !service_linked_role(who);
}

bool bound_by_rcps(const RequestView& request) {
  if (service_linked_role(request.principal()) || !among(request.service(), kServicesWithRcps)) return false;
  // "kms:RetireGrant is not effective in an RCP." (KMS Developer Guide, resource control policies)
  return request.action() != "kms:retiregrant";
}

bool has_own_policies(const Principal& principal) {
  switch (principal.kind) {
    case Caller::user:
    case Caller::role:
    case Caller::role_session:
    case Caller::federated_user:
      return true;
    case Caller::anonymous:
    case Caller::root:
    case Caller::service:
      return false;
  }
  return false;
}

Naming grant_naming(const Named& grant, const Principal& principal) {
  if (!grant.arn.empty() && grant.arn == principal.arn) {
    if (principal.kind == Caller::role) return Naming::role;
    return principal.kind == Caller::user ? Naming::user : Naming::direct;
  }
  switch (principal.kind) {
    case Caller::user:
      return Naming::user;
    case Caller::role:
    case Caller::role_session:
      return Naming::role;
    case Caller::anonymous:
    case Caller::root:
    case Caller::federated_user:
    case Caller::service:
      return Naming::direct;
  }
  return Naming::direct;
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
Cause missing_allow(const RequestView& request, const Findings& found) {
  if (!found.rcp) return Cause::rcp;
  if (!found.scp) return Cause::scp;
  const Caller kind = request.principal().kind;
  if (kind == Caller::root && !found.session) return Cause::session;
  if (kind == Caller::anonymous || kind == Caller::service) {
    return found.resource == Naming::none ? Cause::resource : Cause::none;
  }
  return request.cross_account() ? across_accounts(request, found) : within_account(request, found);
}

}  // namespace latchkey::policy
