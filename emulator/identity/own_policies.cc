#include "identity/own_policies.h"

#include "core/encoding.h"

namespace latchkey {
namespace {

void add_managed(const Store& store, std::string_view partition, const std::string& key,
                 std::vector<OwnPolicy>& out) {
  const std::size_t slash = key.find('/');
  const auto managed = store.find<ManagedPolicy>({key.substr(0, slash), "", key.substr(slash + 1)});
  if (!managed) return;
  OwnPolicy policy;
  policy.arn = arn_of(partition, *managed);
  policy.name = policy.arn;
  policy.text = managed->default_document().document.text();
  out.push_back(std::move(policy));
}

void add_policies(const Store& store, const IamEntity& entity, std::string_view word, std::string_view holder,
                  std::string_view partition, std::vector<OwnPolicy>& out) {
  for (const auto& [name, document] : entity.inline_policies) {
    OwnPolicy policy;
    policy.name = "inline policy " + name + " of " + std::string(word) + "/" + entity.name;
    policy.text = document.text();
    policy.inline_name = name;
    policy.holder = holder;
    policy.holder_name = entity.name;
    out.push_back(std::move(policy));
  }
  for (const std::string& key : entity.attached) add_managed(store, partition, key, out);
}

}  // namespace

std::optional<std::vector<OwnPolicy>> own_policies(const Store& store, std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn) return std::nullopt;
  const std::string& resource = arn->resource;
  std::string name = to_lower(resource.substr(resource.rfind('/') + 1));
  const bool session = resource.starts_with("assumed-role/");
  if (session) name = to_lower(resource.substr(13, resource.find('/', 13) - 13));
  std::vector<OwnPolicy> out;
  if (resource.starts_with("user/")) {
    const auto user = store.find<User>({arn->account, "", name});
    if (!user) return std::nullopt;
    add_policies(store, *user, "user", "USER", arn->partition, out);
    for (const std::string& group : user->groups) {
      if (const auto found = store.find<Group>({arn->account, "", group})) {
        add_policies(store, *found, "group", "GROUP", arn->partition, out);
      }
    }
    return out;
  }
  if (resource.starts_with("group/")) {
    const auto group = store.find<Group>({arn->account, "", name});
    if (!group) return std::nullopt;
    add_policies(store, *group, "group", "GROUP", arn->partition, out);
    return out;
  }
  if (resource.starts_with("policy/")) {
    add_managed(store, arn->partition, arn->account + "/" + name, out);
    if (out.empty()) return std::nullopt;
    return out;
  }
  if (!session && !resource.starts_with("role/")) return std::nullopt;
  const auto role = store.find<Role>({arn->account, "", name});
  if (!role) return std::nullopt;
  add_policies(store, *role, "role", "ROLE", arn->partition, out);
  return out;
}

std::vector<Value> as_list(const Value* value) {
  if (value == nullptr) return {};
  return value->is<List>() ? value->get<List>() : List{*value};
}

}  // namespace latchkey
