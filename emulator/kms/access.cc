#include "kms/access.h"

#include <algorithm>
#include <map>

#include "core/encoding.h"
#include "identity/context.h"
#include "kms/aws_managed_keys.h"
#include "kms/default_policy.h"
#include "kms/errors.h"
#include "kms/grant_match.h"
#include "kms/lifecycle.h"
#include "kms/recipient.h"

namespace latchkey::kms {
namespace {

constexpr std::size_t kUsualContextBytes = 1024;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

// A UUID with its hyphens, or a multi-Region key's id.
bool is_key_id(std::string_view id) {
  if (id.starts_with("mrk-")) return id.size() == 36 && is_hex(id.substr(4));
  if (id.size() != 36) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? id[i] != '-' : !is_hex(id.substr(i, 1))) return false;
  }
  return true;
}

KeyReference by_id(const Call& call, std::string_view account, std::string_view id) {
  KeyReference out;
  out.account = account;
  out.key = as_of_now(call, call.store.find<Key>({std::string(account), call.region, std::string(id)}));
  out.arn = Arn{call.partition, "kms", call.region, out.account, "key/" + std::string(id)}.str();
  if (!out.key) out.missing = key_not_found(out.arn);
  return out;
}

KeyReference by_alias(const Call& call, std::string_view account, std::string_view name) {
  const std::string arn =
      Arn{call.partition, "kms", call.region, std::string(account), std::string(name)}.str();
  auto alias = call.store.find<Alias>({std::string(account), call.region, std::string(name)});
  if (!alias && account == call.account) alias = aws_managed_alias(call, name);
  KeyReference out;
  if (alias) out = by_id(call, account, alias->target);
  if (!out.key) {
    out.account = account;
    out.arn = arn;
    out.missing = alias_not_found(arn);
  }
  out.alias = name;
  return out;
}

KeyReference by_arn(const Call& call, std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "kms") throw invalid_arn(arn ? arn->region : std::string(text));
  if (arn->region != call.region || arn->partition != call.partition) throw invalid_arn(arn->region);
  if (arn->resource.starts_with("alias/")) return by_alias(call, arn->account, arn->resource);
  if (!arn->resource.starts_with("key/")) throw invalid_key_id(text);
  return by_id(call, arn->account, std::string_view(arn->resource).substr(4));
}

// A key that is not there is asked for as if it delegated to its account: whoever may use every such key is
// told that it does not exist, everybody else is refused.
Ptr<Key> stand_in(const KeyReference& reference, const Call& call) {
  auto key = std::make_shared<Key>();
  key->account = reference.account;
  key->region = call.region;
  if (reference.account == call.account) key->policy = default_key_policy(call.partition, reference.account);
  return key;
}

void add_key_context(policy::Context& context, const Call& call, const Key& key) {
  context.set("kms:KeySpec", key.spec);
  context.set("kms:CustomerMasterKeySpec", key.spec);
  context.set("kms:KeyUsage", key.usage);
  context.set("kms:CustomerMasterKeyUsage", key.usage);
  context.set("kms:KeyOrigin", key.origin);
  context.set("kms:MultiRegion", key.multi_region ? "true" : "false");
  if (key.multi_region) context.set("kms:MultiRegionKeyType", is_primary(key) ? "PRIMARY" : "REPLICA");
  std::vector<std::string> aliases;
  for (const auto& alias : aliases_of(call.store, key)) aliases.push_back(alias->name);
  if (!aliases.empty()) context.set("kms:ResourceAliases", std::move(aliases));
  add_resource_tags(context, key.tags);
}

void add_encryption_context(policy::Context& context, const Members& encryption_context) {
  std::vector<std::string> keys;
  // Condition keys do not tell "A" from "a": the last value counts, under the first spelling.
  std::vector<std::pair<std::string_view, std::string_view>> distinct;
  std::map<std::string, std::size_t> places;
  for (const auto& [key, value] : encryption_context) {
    const auto [place, is_new] = places.emplace(to_lower(key), distinct.size());
    if (is_new) distinct.emplace_back(key, "");
    distinct[place->second].second = value.get<std::string>();
    keys.push_back(key);
  }
  for (const auto& [key, value] : distinct) context.add("kms:EncryptionContext:" + std::string(key), value);
  if (!keys.empty()) context.set("kms:EncryptionContextKeys", std::move(keys));
}

AccessRule on_key_rule(std::string_view member, Details details, bool own_only) {
  return AccessRule([=](Call& call) {
    const KeyReference reference =
        own_only ? find_own_key(call, call.in.text(member)) : find_key(call, call.in.text(member));
    call.key = reference.key;
    std::vector<Access> out;
    out.push_back(key_access(call, reference, call.operation.name, details));
    return out;
  });
}

}  // namespace

KeyReference find_key(const Call& call, std::string_view key_id) {
  if (key_id.starts_with("arn:")) return by_arn(call, key_id);
  if (key_id.starts_with("alias/")) return by_alias(call, call.account, key_id);
  if (!is_key_id(key_id)) throw invalid_key_id(key_id);
  return by_id(call, call.account, key_id);
}

KeyReference find_own_key(const Call& call, std::string_view key_id) {
  KeyReference reference = find_key(call, key_id);
  if (reference.account != call.account) reference.missing = invalid_arn(call.region);
  return reference;
}

Ptr<Key> key_of_material(const Call& call, std::string_view material_id) {
  for (const auto& key : call.store.indexed<Key>(call.region + "/" + std::string(material_id))) {
    if (auto now = as_of_now(call, key)) return now;
  }
  return nullptr;
}

void require_usage(const Call& call, const Key& key, std::string_view usage) {
  if (key.usage != usage) throw wrong_usage(key.arn(), key.usage, call.operation.name);
}

void refuse_dry_run(const Call& call) {
  if (call.in.flag("DryRun")) throw dry_run_succeeded();
}

void require_honoured_members(const Call& call) {
  const Members& given = call.in.members();
  // Grants count at once here, so a token changes nothing; but it must be one.
  if (const Value* tokens = given.find("GrantTokens")) {
    for (const Value& token : tokens->get<List>()) {
      if (!grant_of_token(call, token.get<std::string>())) throw invalid_grant_token();
    }
  }
}

Access key_access(const Call& call, const KeyReference& reference, std::string_view action,
                  const Details& details) {
  Access access{.action = "kms:" + std::string(action), .resource = reference.arn};
  access.resource_account = reference.account;
  access.missing = reference.missing;
  access.key = reference.key ? reference.key : stand_in(reference, call);
  if (reference.account != call.account) access.shown = Shown::hidden;
  policy::Context& context = access.context;
  context = policy::Context(kUsualContextBytes);
  context.set("kms:CallerAccount", call.account);
  add_recipient_context(context, call);
  if (reference.key) add_key_context(context, call, *reference.key);
  if (!reference.alias.empty()) context.set("kms:RequestAlias", reference.alias);
  const bool takes_context = !details.encryption_context.empty();
  if (takes_context) add_encryption_context(context, call.in.map(details.encryption_context));
  if (reference.key) {
    access.grant = covering_grant(call, *reference.key, action,
                                  takes_context ? &call.in.map(details.encryption_context) : nullptr);
  }
  if (!details.algorithm.empty()) {
    context.set("kms:EncryptionAlgorithm", call.in.view_or(details.algorithm, "SYMMETRIC_DEFAULT"));
  }
  for (const RequestKey& key : details.request) {
    context.set(key.condition,
                key.member.empty() ? key.fallback : call.in.view_or(key.member, key.fallback));
  }
  return access;
}

Access alias_access(const Call& call, std::string_view action, std::string_view alias_name) {
  Access access{.action = "kms:" + std::string(action), .resource = call.arn("kms", alias_name)};
  access.context.set("kms:CallerAccount", call.account);
  return access;
}

AccessRule on_key(std::string_view member, Details details) { return on_key_rule(member, details, false); }

AccessRule on_own_key(std::string_view member) { return on_key_rule(member, {}, true); }

AccessRule on_everything() {
  return AccessRule([](Call& call) {
    Access access{.action = action_of(call), .resource = "*"};
    access.context.set("kms:CallerAccount", call.account);
    add_recipient_context(access.context, call);
    return std::vector<Access>{std::move(access)};
  });
}

void check_alias_name(std::string_view name) {
  if (!name.starts_with("alias/")) throw invalid_alias_prefix();
  if (name.starts_with("alias/aws/")) throw reserved_alias();
  if (name.find(':') != std::string_view::npos) {
    throw validation(std::string(name) + " contains invalid characters for an alias");
  }
}

std::vector<Ptr<Alias>> aliases_of(const Store& store, const Key& key) {
  return store.indexed<Alias>(key.account + "/" + key.region + "/" + key.id);
}

ListPage page_of(const Call& call, std::int64_t default_limit) {
  return ListPage::asked_for(call, "Limit", default_limit, invalid_marker);
}

void finish_page(Members& answer, const ListPage& page) {
  if (page.truncated()) answer.add("NextMarker", page.next_marker());
  answer.add("Truncated", page.truncated());
}

}  // namespace latchkey::kms
