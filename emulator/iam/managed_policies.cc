#include "iam/access.h"
#include "iam/answers.h"
#include "iam/documents.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/tags.h"
#include "iam/usage.h"

namespace latchkey::iam {
namespace {

// --- One policy
// ------------------------------------------------------------------------------------------------------

Value create_policy(Call& call) {
  ManagedPolicy policy;
  policy.account = call.account;
  policy.name = call.in.text("PolicyName");
  policy.path = call.in.text_or("Path", "/");
  policy.id = call.random.unique_id("ANPA", 17);
  policy.description = call.in.text_or("Description", "");
  policy.created = policy.updated = call.now;
  policy.tags = call.in.tags("Tags", "Key", "Value");
  check_new_tags(policy.tags);
  policy.versions.push_back({"v1", managed_document(call.in.text("PolicyDocument")), call.now});
  const auto made = call.store.write([&](Txn& txn) {
    if (txn.find<ManagedPolicy>(id_of(call, policy.name))) throw policy_already_exists(policy.name);
    return txn.put(policy);
  });
  Members answer = policy_entry(call, *made);
  if (!made->tags.empty()) answer.add("Tags", tag_list(made->tags));
  return Members{{"Policy", std::move(answer)}};
}

Value get_policy(Call& call) {
  const auto policy = named<ManagedPolicy>(call);
  Members answer = policy_entry(call, *policy, Description::shown);
  answer.add("Tags", tag_list(policy->tags));
  return Members{{"Policy", std::move(answer)}};
}

Value delete_policy(Call& call) {
  const PolicyReference reference = policy_reference(call, call.in.text("PolicyArn"));
  call.store.write([&](Txn& txn) {
    const auto policy = require<ManagedPolicy>(txn, call, reference.arn);
    if (reference.of_aws()) throw policy_is_not_yours(call, reference.arn);
    for (const Use use : {Use::permissions, Use::boundary}) {
      if (count_uses(txn, *policy, call.account, use) > 0) throw policy_is_attached();
    }
    if (policy->versions.size() > 1) throw policy_has_versions();
    txn.erase<ManagedPolicy>(reference.id);
  });
  return {};
}

// --- Lists
// -----------------------------------------------------------------------------------------------------------

bool listed(const Call& call, const ManagedPolicy& policy) {
  if (!policy.path.starts_with(call.in.text_or("PathPrefix", "/"))) return false;
  const std::string usage = call.in.text_or("PolicyUsageFilter", "");
  const auto used = [&](Use use) { return count_uses(call.store, policy, call.account, use) > 0; };
  if ((call.in.flag("OnlyAttached") || usage == "PermissionsPolicy") && !used(Use::permissions)) return false;
  return usage != "PermissionsBoundary" || used(Use::boundary);
}

// One list of two tables: the account's own policies, then AWS's. Keys begin with the account, and digits
// come before letters; names have no character beyond '~'.
Value list_policies(Call& call) {
  const std::string scope = call.in.text_or("Scope", "All");
  ListPage page = page_of(call);
  List shown;
  const auto add = [&](std::string_view account) {
    const std::string prefix = std::string(account) + "/";
    if (page.truncated() || page.after() > prefix + "~") return;
    const bool inside = page.after().starts_with(prefix);
    scan<ManagedPolicy>(call.store, account, "", inside ? page.after().substr(prefix.size()) : "",
                        [&](const Ptr<ManagedPolicy>& policy) {
                          if (!listed(call, *policy)) return true;
                          if (!page.takes(policy->key())) return false;
                          shown.emplace_back(policy_entry(call, *policy));
                          return true;
                        });
  };
  if (scope != "AWS") add(call.account);
  if (scope != "Local") add(kAwsAccount);
  Members answer{{"Policies", std::move(shown)}};
  finish_page(answer, page);
  return answer;
}

// A user, group or role that uses a policy.
struct UserOfPolicy {
  std::string key;  // kind and name
  Members entry;
};

template <class T>
void add_users(const Call& call, const ManagedPolicy& policy, std::vector<UserOfPolicy>& out) {
  if (call.in.text_or("EntityFilter", Kind<T>::title) != Kind<T>::title) return;
  const std::string prefix = call.in.text_or("PathPrefix", "/");
  const std::string usage = call.in.text_or("PolicyUsageFilter", "");
  const std::string id(std::string(Kind<T>::title) + "Id");
  std::map<std::string, Ptr<T>> found;
  const auto collect = [&](Use use) {
    for (const Ptr<T>& entity : users_of_policy<T>(call.store, policy, call.account, use)) {
      if (entity->path.starts_with(prefix)) found[to_lower(entity->name)] = entity;
    }
  };
  if (usage != "PermissionsBoundary") collect(Use::permissions);
  if (usage != "PermissionsPolicy") collect(Use::boundary);
  for (const auto& [name, entity] : found) {
    out.push_back({std::string(Kind<T>::word) + "/" + name,
                   Members{{std::string(Kind<T>::name), entity->name}, {id, entity->id}}});
  }
}

// One page runs through all three lists.
Value list_entities_for_policy(Call& call) {
  const auto policy = named<ManagedPolicy>(call);
  std::vector<UserOfPolicy> all;
  add_users<Group>(call, *policy, all);
  add_users<Role>(call, *policy, all);
  add_users<User>(call, *policy, all);
  ListPage page = page_of(call);
  std::map<char, List> shown;  // by the first letter of the key: g, r, u
  for (UserOfPolicy& one : all) {
    if (page.is_behind(one.key)) continue;
    if (!page.takes(one.key)) break;
    shown[one.key.front()].push_back(std::move(one.entry));
  }
  Members answer{{"PolicyGroups", std::move(shown['g'])},
                 {"PolicyUsers", std::move(shown['u'])},
                 {"PolicyRoles", std::move(shown['r'])}};
  finish_page(answer, page);
  return answer;
}

}  // namespace

Members policy_entry(const Call& call, const ManagedPolicy& policy, Description description) {
  Members answer{{"PolicyName", policy.name},
                 {"PolicyId", policy.id},
                 {"Arn", arn_of(call.partition, policy)},
                 {"Path", policy.path},
                 {"DefaultVersionId", policy.default_version}};
  const auto count = [&](Use use) {
    return static_cast<std::int64_t>(count_uses(call.store, policy, call.account, use));
  };
  answer.add("AttachmentCount", count(Use::permissions));
  answer.add("PermissionsBoundaryUsageCount", count(Use::boundary));
  answer.add("IsAttachable", true);
  if (description == Description::shown && !policy.description.empty()) {
    answer.add("Description", policy.description);
  }
  answer.add("CreateDate", policy.created);
  answer.add("UpdateDate", policy.updated);
  return answer;
}

std::vector<Operation> managed_policy_operations() {
  const Member arn = req("PolicyArn", shape::PolicyArn);
  const Member marker = opt("Marker", shape::Marker);
  const Member items = opt("MaxItems", shape::MaxItems);
  return {
      {.name = "CreatePolicy",
       .input = {req("PolicyName", shape::PolicyName), opt("Path", shape::PolicyPath),
                 req("PolicyDocument", shape::PolicyDocument), opt("Description", shape::PolicyDescription),
                 opt("Tags", shape::Tags)},
       .access = on_new_policy(),
       .run = create_policy},
      {.name = "GetPolicy", .input = {arn}, .access = on_entity<ManagedPolicy>(), .run = get_policy},
      {.name = "DeletePolicy", .input = {arn}, .access = on_entity<ManagedPolicy>(), .run = delete_policy},
      {.name = "ListPolicies",
       .input = {opt("Scope", shape::PolicyScope), opt("OnlyAttached", shape::Flag),
                 opt("PathPrefix", shape::PolicyPath), opt("PolicyUsageFilter", shape::PolicyUsage), marker,
                 items},
       .access = on_policies(),
       .run = list_policies},
      {.name = "ListEntitiesForPolicy",
       .input = {arn, opt("EntityFilter", shape::EntityType), opt("PathPrefix", shape::Path),
                 opt("PolicyUsageFilter", shape::PolicyUsage), marker, items},
       .access = on_entity<ManagedPolicy>(),
       .run = list_entities_for_policy},
  };
}

}  // namespace latchkey::iam
