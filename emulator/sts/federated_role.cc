#include "sts/federated_role.h"

#include "identity/context.h"
#include "sts/role_session.h"
#include "sts/session_parts.h"

namespace latchkey::sts {
namespace {

constexpr char kProviderKey[] = "aws:FederatedProvider";

}  // namespace

std::vector<Access> federated_access(Call& call, const Arn& arn, Federation federation) {
  const Ptr<Role> role = find_role(call, arn);
  call.account = arn.account;
  call.partition = arn.partition;
  call.who.account = arn.account;
  call.who.principal.kind = policy::Principal::Kind::service;
  call.who.principal.partition = arn.partition;
  call.who.principal.arn = federation.provider_arn;
  Access access{.action = action_of(call), .resource = arn.str(), .resource_account = arn.account};
  access.role = role ? role : nobodys_role();
  policy::Context& context = access.context;
  context = std::move(federation.keys);
  context.set(kProviderKey, federation.provider_arn);
  context.set("sts:RoleSessionName", federation.session_name);
  if (!federation.source_identity.empty()) context.set("sts:SourceIdentity", federation.source_identity);
  if (!federation.transitive.empty()) context.set("sts:TransitiveTagKeys", federation.transitive);
  add_request_tags(context, federation.tags);
  if (role) add_resource_tags(context, role->tags, "iam:ResourceTag/");
  std::vector<Access> out{access};
  if (!federation.tags.empty()) {
    access.action = "sts:TagSession";
    out.push_back(access);
  }
  if (!federation.source_identity.empty()) {
    access.action = "sts:SetSourceIdentity";
    out.push_back(std::move(access));
  }
  return out;
}

Session federated_session(const Call& call, const Arn& arn, Federation federation) {
  const Ptr<Role> role = find_role(call, arn);
  // With enforcement off a call gets this far without a role.
  if (!role) throw AwsError(404, "NoSuchEntity", "The role " + arn.str() + " cannot be found.");
  Session session = role_session(call, *role, federation.session_name);
  check_session_tags(federation.tags);
  session.tags = std::move(federation.tags);
  session.transitive = std::move(federation.transitive);
  session.source_identity = std::move(federation.source_identity);
  session.federation = std::move(federation.lasting);
  session.federation.emplace_back(kProviderKey, federation.provider_arn);
  add_session_policies(call, session);
  return session;
}

}  // namespace latchkey::sts
