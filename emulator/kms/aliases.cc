#include <algorithm>

#include "kms/access.h"
#include "kms/aws_managed_keys.h"
#include "kms/errors.h"
#include "kms/lifecycle.h"
#include "kms/service.h"
#include "kms/shapes.h"
#include "store/scan.h"

namespace latchkey::kms {
namespace {

constexpr std::size_t kMostAliasesPerKey = 50;

// A target is a key by id or ARN, in the caller's account and region.
KeyReference target_of(const Call& call) {
  const std::string& target = call.in.text("TargetKeyId");
  if (target.starts_with("alias/")) throw alias_of_alias();
  KeyReference reference = find_key(call, target);
  if (!reference.alias.empty()) throw alias_of_alias();
  if (reference.account != call.account && !reference.missing)
    reference.missing = key_not_found(reference.arn);
  return reference;
}

Id alias_id(const Call& call) { return {call.account, call.region, call.in.text("AliasName")}; }

void check_room(Txn& txn, const Key& key) {
  if (txn.indexed<Alias>(key.account + "/" + key.region + "/" + key.id).size() >= kMostAliasesPerKey) {
    throw limit_exceeded("The alias quota of 50 for the key " + key.arn() + " is reached.");
  }
}

Value create_alias(Call& call) {
  require_state(call, *call.key);
  const std::string& name = call.in.text("AliasName");
  call.store.write([&](Txn& txn) {
    const auto present = txn.find<Alias>(alias_id(call));
    const auto target = present ? txn.find<Key>({call.account, call.region, present->target}) : nullptr;
    if (target && !is_gone(txn, *target, call.now)) throw alias_exists(call.arn("kms", name));
    check_room(txn, *call.key);
    txn.put(Alias{call.account, call.region, name, call.key->id, call.now, call.now});
  });
  return {};
}

Value update_alias(Call& call) {
  require_state(call, *call.key);
  call.store.write([&](Txn& txn) {
    const auto present = txn.find<Alias>(alias_id(call));
    if (!present) throw alias_not_found(call.arn("kms", call.in.text("AliasName")));
    const auto before = txn.find<Key>({call.account, call.region, present->target});
    if (before && (before->usage != call.key->usage || before->spec != call.key->spec)) {
      throw validation("The current and new KMS keys of an alias must have the same type and key usage.");
    }
    if (present->target != call.key->id) check_room(txn, *call.key);
    Alias next = *present;
    next.target = call.key->id;
    next.updated = call.now;
    txn.put(std::move(next));
  });
  return {};
}

Value delete_alias(Call& call) {
  call.store.write([&](Txn& txn) {
    if (!txn.find<Alias>(alias_id(call))) throw alias_not_found(call.arn("kms", call.in.text("AliasName")));
    txn.erase<Alias>(alias_id(call));
  });
  return {};
}

struct Listed {
  std::string name;
  Ptr<Alias> alias;  // null: predefined, and no key has been made for it yet
};

// The account's aliases and the predefined ones, in the order of their names: show(listed) until it answers
// false. An alias goes with its key.
template <class Show>
void each_alias(const Call& call, const std::string& after, Show show) {
  const auto predefined = predefined_aliases();
  auto next = std::upper_bound(predefined.begin(), predefined.end(), after);
  bool wanted = true;
  const auto give = [&](const Listed& listed) { return wanted = show(listed); };
  scan<Alias>(call.store, call.account, call.region, after, [&](const Ptr<Alias>& alias) {
    const auto key = call.store.find<Key>({alias->account, alias->region, alias->target});
    if (!key || is_gone(call.store, *key, call.now)) return true;
    for (; next != predefined.end() && *next < alias->name; ++next) {
      if (!give(Listed{std::string(*next), nullptr})) return false;
    }
    if (next != predefined.end() && *next == alias->name) ++next;
    return give(Listed{alias->name, alias});
  });
  for (; wanted && next != predefined.end(); ++next) give(Listed{std::string(*next), nullptr});
}

Value list_aliases(Call& call) {
  ListPage page = page_of(call, 50);
  std::string of_key;
  if (call.in.has("KeyId")) {
    const KeyReference reference = find_key(call, call.in.text("KeyId"));
    if (reference.missing) throw *reference.missing;
    of_key = reference.key->id;
  }
  List aliases;
  each_alias(call, page.after(), [&](const Listed& listed) {
    if (!of_key.empty() && (!listed.alias || listed.alias->target != of_key)) return true;
    if (!page.takes(listed.name)) return false;
    Members entry{{"AliasName", listed.name}, {"AliasArn", call.arn("kms", listed.name)}};
    if (listed.alias) {
      entry.add("TargetKeyId", listed.alias->target);
      entry.add("CreationDate", listed.alias->created).add("LastUpdatedDate", listed.alias->updated);
    }
    aliases.emplace_back(std::move(entry));
    return true;
  });
  Members answer{{"Aliases", std::move(aliases)}};
  finish_page(answer, page);
  return answer;
}

// AWS does not say which aliases the key has when one of them is deleted.
policy::Context without_aliases(const policy::Context& context) {
  policy::Context out;
  for (const auto& [key, values] : context.entries()) {
    if (key != "kms:ResourceAliases") out.set(key, values);
  }
  return out;
}

// Permission is needed on the alias (by IAM policy only) and on every key that it leaves or reaches.
std::vector<Access> alias_change_access(Call& call) {
  const std::string& name = call.in.text("AliasName");
  check_alias_name(name);
  std::vector<Access> out{alias_access(call, call.operation.name, name)};
  if (call.operation.name != "CreateAlias") {
    KeyReference current = find_key(call, name);
    current.alias.clear();
    if (!current.key) {
      out.back().missing = current.missing;
    } else {
      out.push_back(key_access(call, current, call.operation.name));
      if (call.operation.name == "DeleteAlias") out.back().context = without_aliases(out.back().context);
    }
    call.key = current.key;
  }
  if (call.operation.name != "DeleteAlias") {
    const KeyReference target = target_of(call);
    out.push_back(key_access(call, target, call.operation.name));
    call.key = target.key;
  }
  return out;
}

}  // namespace

std::vector<Operation> alias_operations() {
  using namespace shape;
  return {
      {.name = "CreateAlias",
       .input = {req("AliasName", AliasName), req("TargetKeyId", KeyId)},
       .access = AccessRule(alias_change_access),
       .run = create_alias},
      {.name = "UpdateAlias",
       .input = {req("AliasName", AliasName), req("TargetKeyId", KeyId)},
       .access = AccessRule(alias_change_access),
       .run = update_alias},
      {.name = "DeleteAlias",
       .input = {req("AliasName", AliasName)},
       .access = AccessRule(alias_change_access),
       .run = delete_alias},
      {.name = "ListAliases",
       .input = {opt("KeyId", KeyId), opt("Limit", Limit), opt("Marker", Marker)},
       .access = on_everything(),
       .run = list_aliases},
  };
}

}  // namespace latchkey::kms
