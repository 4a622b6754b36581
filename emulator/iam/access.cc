#include "iam/access.h"

#include <algorithm>

#include "identity/context.h"

namespace latchkey::iam {
namespace {

constexpr std::string_view kOwnTagPrefix = "iam:ResourceTag/";

bool given(const Call& call, std::string_view member) {
  const auto& declared = call.operation.input;
  const bool known =
      std::any_of(declared.begin(), declared.end(), [&](const Member& m) { return m.name == member; });
  return known && call.in.has(member);
}

void add_request(const Call& call, policy::Context& context, Boundary boundary) {
  if (given(call, "Tags")) add_request_tags(context, call.in.tags("Tags", "Key", "Value"));
  if (given(call, "TagKeys")) add_tag_keys(context, call.in.texts("TagKeys"));
  if (boundary == Boundary::passed && given(call, "PermissionsBoundary")) {
    context.set("iam:PermissionsBoundary", call.in.text("PermissionsBoundary"));
  }
}

// What is known of a user, group or role that is there.
void add_entity(const Call& call, policy::Context& context, const IamEntity& entity, Boundary boundary) {
  add_resource_tags(context, entity.tags, kOwnTagPrefix);
  if (boundary != Boundary::in_force || entity.boundary.empty()) return;
  if (const auto policy = policy_of_key(call.store, entity.boundary)) {
    context.set("iam:PermissionsBoundary", arn_of(call.partition, *policy));
  }
}

// A user, group or role by its name. Where there is none its ARN has no path, and the handler says that there
// is none.
template <class T>
Access entity_access(const Call& call, const std::string& name, Boundary boundary) {
  const auto entity = call.store.find<T>(id_of(call, name));
  const std::string_view word = Kind<T>::word;
  Access access{.action = action_of(call), .resource = {}};
  add_request(call, access.context, boundary);
  if (given(call, "PolicyArn")) access.context.set("iam:PolicyARN", call.in.text("PolicyArn"));
  if (entity) add_entity(call, access.context, *entity, boundary);
  access.resource =
      entity ? arn_of(call.partition, *entity) : call.arn("iam", std::string(word) + "/" + name);
  access.shown_as = std::string(word) + " " + name;
  return access;
}

template <class T>
AccessRule on_named(Boundary boundary) {
  return AccessRule([boundary](Call& call) {
    return std::vector<Access>{entity_access<T>(call, call.in.text(Kind<T>::name), boundary)};
  });
}

// AWS's own policies can be seen from every account as if they were its own.
Access policy_access(const Call& call) {
  const std::string& arn = call.in.text("PolicyArn");
  const PolicyReference reference = policy_reference(call, arn);
  Access access{.action = action_of(call), .resource = arn};
  if (reference.of_aws()) access.resource_account = call.account;
  access.shown_as = "policy " + arn;
  add_request(call, access.context, Boundary::ignored);
  if (const auto policy = find_policy(call.store, call, reference)) {
    add_resource_tags(access.context, policy->tags, kOwnTagPrefix);
  }
  return access;
}

// Tagging what is made takes the permission to tag it, on the same resource.
std::vector<Access> creation(const Call& call, std::string_view word, std::string_view title,
                             std::string_view name) {
  const std::string path = call.in.text_or("Path", "/");
  Access make{.action = action_of(call),
              .resource = call.arn("iam", std::string(word) + path + std::string(name))};
  add_request(call, make.context, Boundary::passed);
  if (word == "policy") make.shown_as = "policy " + std::string(name);
  if (call.in.list("Tags").empty()) return {std::move(make)};
  Access tag = make;
  tag.action = "iam:Tag" + std::string(title);
  return {std::move(make), std::move(tag)};
}

template <class T>
AccessRule on_both_names() {
  return AccessRule([](Call& call) {
    const std::string& name = call.in.text(Kind<T>::name);
    const std::string new_name = "New" + std::string(Kind<T>::name);
    std::vector<Access> wanted{entity_access<T>(call, name, Boundary::ignored)};
    const auto entity = call.store.find<T>(id_of(call, name));
    if (!entity || !(call.in.has(new_name) || call.in.has("NewPath"))) return wanted;
    T renamed = *entity;
    renamed.name = call.in.text_or(new_name, renamed.name);
    renamed.path = call.in.text_or("NewPath", renamed.path);
    Access target = wanted.front();
    target.resource = arn_of(call.partition, renamed);
    target.shown_as.clear();
    wanted.push_back(std::move(target));
    return wanted;
  });
}

AccessRule on_path(std::string word, bool in_words) {
  return AccessRule([word = std::move(word), in_words](Call& call) {
    const std::string prefix = call.in.text_or("PathPrefix", "/");
    Access access{.action = action_of(call), .resource = call.arn("iam", word + prefix)};
    if (in_words) access.shown_as = word + " path " + prefix;
    return std::vector<Access>{std::move(access)};
  });
}

}  // namespace

template <>
AccessRule on_entity<User>(Boundary boundary) {
  return on_named<User>(boundary);
}

template <>
AccessRule on_entity<Group>(Boundary boundary) {
  return on_named<Group>(boundary);
}

template <>
AccessRule on_entity<Role>(Boundary boundary) {
  return on_named<Role>(boundary);
}

template <>
AccessRule on_entity<ManagedPolicy>(Boundary) {
  return AccessRule([](Call& call) { return std::vector<Access>{policy_access(call)}; });
}

namespace {

// What the operation names by T's member; where there is none, `absent` is the ARN that it would have.
template <class T, class ArnOf, class Absent>
AccessRule on_resource(ArnOf arn, Absent absent) {
  return AccessRule([=](Call& call) {
    const std::string& name = call.in.text(Kind<T>::name);
    const auto found = call.store.find<T>(id_named<T>(call, name));
    Access access{.action = action_of(call), .resource = found ? arn(call, *found) : absent(call, name)};
    add_request(call, access.context, Boundary::ignored);
    if (found) add_resource_tags(access.context, found->tags, kOwnTagPrefix);
    return std::vector<Access>{std::move(access)};
  });
}

std::string as_named(const Call&, const std::string& arn) { return arn; }

}  // namespace

std::string arn_of(const Call& call, const InstanceProfile& profile) {
  return call.arn("iam", "instance-profile" + profile.path + profile.name);
}

std::string arn_of(const Call& call, const OidcProvider& provider) {
  return call.arn("iam", "oidc-provider/" + provider.url);
}

std::string arn_of(const Call& call, const SamlProvider& provider) {
  return call.arn("iam", "saml-provider/" + provider.name);
}

std::string arn_of(const Call& call, const ServerCertificate& certificate) {
  return call.arn("iam", "server-certificate" + certificate.path + certificate.name);
}

template <>
AccessRule on_entity<InstanceProfile>(Boundary) {
  return on_resource<InstanceProfile>(
      [](const Call& call, const InstanceProfile& profile) { return arn_of(call, profile); },
      [](const Call& call, const std::string& name) { return call.arn("iam", "instance-profile/" + name); });
}

template <>
AccessRule on_entity<MfaDevice>(Boundary) {
  return on_resource<MfaDevice>([](const Call&, const MfaDevice& device) { return device.serial; },
                                // A device of hardware goes by the number that is printed on it.
                                [](const Call& call, const std::string& serial) {
                                  return serial.starts_with("arn:") ? serial
                                                                    : call.arn("iam", "mfa/" + serial);
                                });
}

template <>
AccessRule on_entity<OidcProvider>(Boundary) {
  return on_resource<OidcProvider>(
      [](const Call& call, const OidcProvider& provider) { return arn_of(call, provider); }, as_named);
}

template <>
AccessRule on_entity<SamlProvider>(Boundary) {
  return on_resource<SamlProvider>(
      [](const Call& call, const SamlProvider& provider) { return arn_of(call, provider); }, as_named);
}

template <>
AccessRule on_entity<ServerCertificate>(Boundary) {
  return on_resource<ServerCertificate>(
      [](const Call& call, const ServerCertificate& certificate) { return arn_of(call, certificate); },
      [](const Call& call, const std::string& name) {
        return call.arn("iam", "server-certificate/" + name);
      });
}

AccessRule on_new(std::string_view word, std::string_view title, bool has_path,
                  std::string (*name)(const Call&)) {
  return AccessRule([=](Call& call) {
    const std::string path = has_path ? call.in.text_or("Path", "/") : "/";
    Access make{.action = action_of(call),
                .resource = call.arn("iam", std::string(word) + path + name(call))};
    add_request(call, make.context, Boundary::ignored);
    if (call.in.list("Tags").empty()) return std::vector<Access>{std::move(make)};
    Access tag = make;
    tag.action = "iam:Tag" + std::string(title);
    return std::vector<Access>{std::move(make), std::move(tag)};
  });
}

AccessRule on_path_of(std::string_view word) { return on_path(std::string(word), false); }

AccessRule on_user_or_caller() {
  return AccessRule([](Call& call) {
    const auto name = user_or_caller(call);
    if (!name) return std::vector<Access>{{.action = action_of(call), .resource = call.arn("iam", "root")}};
    Access access = entity_access<User>(call, *name, Boundary::ignored);
    if (!call.in.has("UserName")) access.shown_as.clear();
    return std::vector<Access>{std::move(access)};
  });
}

AccessRule on_caller() {
  return AccessRule([](Call& call) {
    if (!call.who.user)
      return std::vector<Access>{{.action = action_of(call), .resource = call.arn("iam", "root")}};
    return std::vector<Access>{entity_access<User>(call, call.who.user->name, Boundary::ignored)};
  });
}

AccessRule on_user_of_access_key() {
  return AccessRule([](Call& call) {
    const std::string& id = call.in.text("AccessKeyId");
    const auto key = call.store.find<AccessKey>({"", "", id});
    if (key && key->account == call.account) {
      return std::vector<Access>{entity_access<User>(call, key->user, Boundary::ignored)};
    }
    // Another account's key is refused as that account's; one that is nobody's is looked for among the
    // caller's users.
    Access access{.action = action_of(call), .resource = call.arn("iam", "user/*")};
    access.shown_as = "access key " + id;
    if (key) access.resource_account = key->account;
    if (key) access.resource = Arn{call.partition, "iam", "", key->account, "user/" + key->user}.str();
    return std::vector<Access>{std::move(access)};
  });
}

template <>
AccessRule on_renamed<User>() {
  return on_both_names<User>();
}

template <>
AccessRule on_renamed<Group>() {
  return on_both_names<Group>();
}

AccessRule on_new_user() {
  return AccessRule([](Call& call) { return creation(call, "user", "User", call.in.text("UserName")); });
}

// Groups have no tags, so nothing but making one takes a permission.
AccessRule on_new_group() {
  return AccessRule([](Call& call) {
    const std::string resource = "group" + call.in.text_or("Path", "/") + call.in.text("GroupName");
    return std::vector<Access>{{.action = action_of(call), .resource = call.arn("iam", resource)}};
  });
}

AccessRule on_new_role() {
  return AccessRule([](Call& call) { return creation(call, "role", "Role", call.in.text("RoleName")); });
}

AccessRule on_new_policy() {
  return AccessRule(
      [](Call& call) { return creation(call, "policy", "Policy", call.in.text("PolicyName")); });
}

AccessRule on_users() { return on_path("user", false); }
AccessRule on_groups() { return on_path("group", false); }
AccessRule on_roles() { return on_path("role", false); }
AccessRule on_policies() { return on_path("policy", true); }

AccessRule on_everything() {
  return AccessRule(
      [](Call& call) { return std::vector<Access>{{.action = action_of(call), .resource = "*"}}; });
}

}  // namespace latchkey::iam
