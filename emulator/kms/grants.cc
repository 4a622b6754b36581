// Grants: permissions on one key for one principal, given and taken back without a policy.
// https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
#include <algorithm>
#include <set>

#include "core/encoding.h"
#include "identity/principals.h"
#include "kms/access.h"
#include "kms/errors.h"
#include "kms/grant_match.h"
#include "kms/grant_operations.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

constexpr std::size_t kMostGrantsPerKey = 50'000;

AwsError no_such_grant(std::string_view id) {
  return {400, "NotFoundException", "Grant " + std::string(id) + " is not found."};
}

// Grants are of keys: an alias may point to another key tomorrow.
KeyReference find_granted_key(const Call& call, const std::string& key_id) {
  const auto arn = Arn::parse(key_id);
  if (key_id.starts_with("alias/") || (arn && arn->resource.starts_with("alias/"))) {
    throw AwsError(400, "InvalidArnException", "Key Aliases are not supported for this operation.");
  }
  return find_key(call, key_id);
}

std::string grants_of(const Key& key) { return key.account + "/" + key.region + "/" + key.id; }

// --- CreateGrant
// -----------------------------------------------------------------------------------------------------

Tags pairs_of(const Members& context) {
  Tags out;
  for (const auto& [key, value] : context) out.emplace_back(key, value.get<std::string>());
  std::sort(out.begin(), out.end());
  return out;
}

void take_constraint(const Call& call, const Key& key, Grant& grant) {
  const Members& given = call.in.map("Constraints");
  const Value* subset = given.find("EncryptionContextSubset");
  const Value* equals = given.find("EncryptionContextEquals");
  if (subset != nullptr && equals != nullptr) throw validation("More than one constraint supplied");
  const Value* wanted = subset != nullptr ? subset : equals;
  if (wanted == nullptr) return;
  if (key.spec != "SYMMETRIC_DEFAULT") {
    throw validation(
        "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.");
  }
  grant.constraint_is_subset = subset != nullptr;
  grant.constraint = pairs_of(wanted->get<Members>());
}

// A principal is an account, user, role, session or federated user; or an AWS service by its name.
void check_principal(const Call& call, const std::string& principal) {
  const auto arn = Arn::parse(principal);
  const bool service = !arn && principal.ends_with(".amazonaws.com");
  if (!service && (!arn || (arn->service != "iam" && arn->service != "sts"))) {
    throw AwsError(400, "InvalidArnException", "ARN does not refer to a valid principal: " + principal);
  }
  if (!service && !principal_exists(call.store, principal)) {
    throw AwsError(400, "InvalidArnException", "ARN does not refer to a valid principal: " + principal);
  }
}

bool same_grant(const Grant& a, const Grant& b) {
  return a.name == b.name && a.grantee == b.grantee && a.grantee_id == b.grantee_id &&
         a.retiring == b.retiring && a.operations == b.operations && a.constraint == b.constraint &&
         a.constraint_is_subset == b.constraint_is_subset;
}

bool at_least_as_strict(const Grant& made, const Grant& by) {
  if (by.constraint.empty()) return true;
  if (!by.constraint_is_subset) return !made.constraint_is_subset && made.constraint == by.constraint;
  return std::includes(made.constraint.begin(), made.constraint.end(), by.constraint.begin(),
                       by.constraint.end());
}

// Whoever may create grants only by a grant of its own can pass on no more than that grant allows.
std::optional<policy::Named> grant_to_create(const Call& call, const Key& key, const Grant& made) {
  for (const auto& by : call.store.indexed<Grant>(grants_of(key))) {
    if (!is_caller(call.who, by->grantee, by->grantee_id)) continue;
    const auto has = [&](const std::string& operation) {
      return std::find(by->operations.begin(), by->operations.end(), operation) != by->operations.end();
    };
    if (!has("CreateGrant") || !std::all_of(made.operations.begin(), made.operations.end(), has)) continue;
    if (at_least_as_strict(made, *by)) return as_evidence(*by);
  }
  return std::nullopt;
}

Grant requested_grant(const Call& call, const Key& key) {
  Grant grant;
  grant.account = key.account;
  grant.region = key.region;
  grant.key = key.id;
  grant.name = call.in.text_or("Name", "");
  grant.created = call.now;
  grant.grantee = call.in.text("GranteePrincipal");
  grant.grantee_id = unique_id_of_principal(call.store, grant.grantee);
  grant.retiring = call.in.text_or("RetiringPrincipal", "");
  grant.issuer = Arn{call.partition, "iam", "", call.account, "root"}.str();
  std::set<std::string> operations;
  for (const std::string& operation : call.in.texts("Operations")) operations.insert(operation);
  grant.operations.assign(operations.begin(), operations.end());
  return grant;
}

Value create_grant(Call& call) {
  require_honoured_members(call);
  const Key& key = *call.key;
  require_state(call, key);
  Grant grant = requested_grant(call, key);
  take_constraint(call, key, grant);
  check_grant_operations(key, grant.operations);
  check_principal(call, grant.grantee);
  if (!grant.retiring.empty()) check_principal(call, grant.retiring);
  refuse_dry_run(call);
  const auto made = call.store.write([&](Txn& txn) -> Ptr<Grant> {
    const auto present = txn.indexed<Grant>(grants_of(key));
    // A retried request makes no second grant, if it has a name.
    const auto twin = std::find_if(present.begin(), present.end(), [&](const auto& other) {
      return !grant.name.empty() && same_grant(*other, grant);
    });
    if (twin != present.end()) return *twin;
    if (present.size() >= kMostGrantsPerKey) {
      throw limit_exceeded("The quota of 50000 grants for the key " + key.arn() + " is reached.");
    }
    grant.id = hex_encode(call.random.bytes(32));
    return txn.put(std::move(grant));
  });
  return Members{{"GrantToken", new_grant_token(*made, call.random)}, {"GrantId", made->id}};
}

std::vector<Access> create_grant_access(Call& call) {
  const KeyReference reference = find_granted_key(call, call.in.text("KeyId"));
  call.key = reference.key;
  Access access = key_access(call, reference, "CreateGrant");
  policy::Context& context = access.context;
  context.set("kms:GrantOperations", call.in.texts("Operations"));
  context.set("kms:GranteePrincipal", call.in.text("GranteePrincipal"));
  if (call.in.has("RetiringPrincipal"))
    context.set("kms:RetiringPrincipal", call.in.text("RetiringPrincipal"));
  for (const char* type : {"EncryptionContextEquals", "EncryptionContextSubset"}) {
    if (call.in.map("Constraints").find(type) != nullptr) context.set("kms:GrantConstraintType", type);
  }
  context.set("kms:GrantIsForAWSResource", "false");
  access.grant.reset();
  if (!reference.key) return {std::move(access)};
  Grant wanted = requested_grant(call, *reference.key);
  const Members& constraints = call.in.map("Constraints");
  for (const char* type : {"EncryptionContextEquals", "EncryptionContextSubset"}) {
    if (const Value* pairs = constraints.find(type)) {
      wanted.constraint = pairs_of(pairs->get<Members>());
      wanted.constraint_is_subset = std::string_view(type) == "EncryptionContextSubset";
    }
  }
  access.grant = grant_to_create(call, *reference.key, wanted);
  return {std::move(access)};
}

// --- Lists
// -----------------------------------------------------------------------------------------------------------

Members entry(const Call& call, const Grant& grant) {
  const Key key = [&] {
    Key out;
    out.account = grant.account;
    out.region = grant.region;
    out.id = grant.key;
    return out;
  }();
  Members out{
      {"KeyId", key.arn()}, {"GrantId", grant.id}, {"Name", grant.name}, {"CreationDate", grant.created}};
  // A principal that is gone shows as the unique id it had.
  const bool there = grant.grantee_id.empty() || principal_exists(call.store, grant.grantee_id);
  out.add("GranteePrincipal", there ? grant.grantee : grant.grantee_id);
  if (!grant.retiring.empty()) out.add("RetiringPrincipal", grant.retiring);
  out.add("IssuingAccount", grant.issuer);
  List operations;
  for (const std::string& operation : grant.operations) operations.emplace_back(operation);
  out.add("Operations", std::move(operations));
  if (grant.constraint.empty()) return out;
  Members pairs;
  for (const auto& [name, value] : grant.constraint) pairs.add(name, value);
  return out.add("Constraints",
                 Members{{grant.constraint_is_subset ? "EncryptionContextSubset" : "EncryptionContextEquals",
                          std::move(pairs)}});
}

Value page_of_grants(const Call& call, std::vector<Ptr<Grant>> grants) {
  std::sort(grants.begin(), grants.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  ListPage page = page_of(call, 50);
  List out;
  for (const auto& grant : grants) {
    if (page.is_behind(grant->id)) continue;
    if (!page.takes(grant->id)) break;
    out.emplace_back(entry(call, *grant));
  }
  Members answer{{"Grants", std::move(out)}};
  finish_page(answer, page);
  return answer;
}

Value list_grants(Call& call) {
  std::vector<Ptr<Grant>> grants = call.store.indexed<Grant>(grants_of(*call.key));
  const std::string id = call.in.text_or("GrantId", "");
  const std::string grantee = call.in.text_or("GranteePrincipal", "");
  std::erase_if(grants, [&](const auto& grant) {
    return (!id.empty() && grant->id != id) || (!grantee.empty() && grant->grantee != grantee);
  });
  return page_of_grants(call, std::move(grants));
}

Value list_retirable_grants(Call& call) {
  const std::string& retiring = call.in.text("RetiringPrincipal");
  check_principal(call, retiring);
  std::vector<Ptr<Grant>> grants = call.store.indexed<Grant>("retiring/" + call.region + "/" + retiring);
  std::erase_if(grants, [&](const auto& grant) {
    const auto key = call.store.find<Key>({grant->account, grant->region, grant->key});
    return grant->account != call.account || !key || key->gone(call.now);
  });
  return page_of_grants(call, std::move(grants));
}

std::vector<Access> list_or_revoke_access(Call& call) {
  const KeyReference reference = find_granted_key(call, call.in.text("KeyId"));
  call.key = reference.key;
  Access access = key_access(call, reference, call.operation.name);
  access.context.set("kms:GrantIsForAWSResource", "false");
  return {std::move(access)};
}

// --- RevokeGrant, RetireGrant
// ----------------------------------------------------------------------------------------

void erase_grant(const Call& call, const std::string& id) {
  const Id place{call.key->account, call.key->region, call.key->id + "/" + id};
  if (!call.store.find<Grant>(place)) throw no_such_grant(id);
  refuse_dry_run(call);
  call.store.write([&](Txn& txn) {
    if (!txn.find<Grant>(place)) throw no_such_grant(id);
    txn.erase<Grant>(place);
  });
}

Value revoke_grant(Call& call) {
  erase_grant(call, call.in.text("GrantId"));
  return {};
}

// By its token, or by key and id; null where there is none of that id.
Ptr<Grant> grant_to_retire(const Call& call, KeyReference& reference) {
  if (call.in.has("GrantToken")) {
    const auto grant = grant_of_token(call, call.in.text("GrantToken"));
    if (!grant) throw invalid_grant_token();
    reference =
        find_key(call, Arn{call.partition, "kms", grant->region, grant->account, "key/" + grant->key}.str());
    return grant;
  }
  if (!call.in.has("KeyId") || !call.in.has("GrantId")) {
    throw validation("You must specify either a GrantToken or both a KeyId and a GrantId.");
  }
  reference = find_granted_key(call, call.in.text("KeyId"));
  if (!reference.key) return nullptr;
  return call.store.find<Grant>(
      {reference.key->account, reference.key->region, reference.key->id + "/" + call.in.text("GrantId")});
}

// The retiring principal may, and so may a grantee whose grant says so; everybody else needs a policy.
std::vector<Access> retire_access(Call& call) {
  KeyReference reference;
  const auto grant = grant_to_retire(call, reference);
  call.key = reference.key;
  Access access = key_access(call, reference, "RetireGrant");
  access.context.set("kms:GrantIsForAWSResource", "false");
  access.grant.reset();
  if (!grant) return {std::move(access)};
  const bool may =
      std::find(grant->operations.begin(), grant->operations.end(), "RetireGrant") != grant->operations.end();
  const bool retiring =
      !grant->retiring.empty() &&
      is_caller(call.who, grant->retiring, unique_id_of_principal(call.store, grant->retiring));
  if (retiring || (may && is_caller(call.who, grant->grantee, grant->grantee_id)))
    access.grant = as_evidence(*grant);
  return {std::move(access)};
}

Value retire_grant(Call& call) {
  KeyReference reference;
  const auto grant = grant_to_retire(call, reference);
  erase_grant(call, grant ? grant->id : call.in.text("GrantId"));
  return {};
}

}  // namespace

std::vector<Operation> grant_operations() {
  using namespace shape;
  return {
      {.name = "CreateGrant",
       .input = {req("KeyId", KeyId), req("GranteePrincipal", PrincipalId),
                 opt("RetiringPrincipal", PrincipalId), req("Operations", GrantOperations),
                 opt("Constraints", GrantConstraints), opt("GrantTokens", GrantTokens),
                 opt("Name", GrantName), opt("DryRun", Flag)},
       .access = AccessRule(create_grant_access),
       .run = create_grant},
      {.name = "ListGrants",
       .input = {opt("Limit", Limit), opt("Marker", Marker), req("KeyId", KeyId), opt("GrantId", GrantId),
                 opt("GranteePrincipal", PrincipalId)},
       .access = AccessRule(list_or_revoke_access),
       .run = list_grants},
      {.name = "ListRetirableGrants",
       .input = {opt("Limit", Limit), opt("Marker", Marker), req("RetiringPrincipal", PrincipalId)},
       .access = on_everything(),
       .run = list_retirable_grants},
      {.name = "RetireGrant",
       .input = {opt("GrantToken", GrantToken), opt("KeyId", KeyId), opt("GrantId", GrantId),
                 opt("DryRun", Flag)},
       .access = AccessRule(retire_access),
       .run = retire_grant},
      {.name = "RevokeGrant",
       .input = {req("KeyId", KeyId), req("GrantId", GrantId), opt("DryRun", Flag)},
       .access = AccessRule(list_or_revoke_access),
       .run = revoke_grant},
  };
}

}  // namespace latchkey::kms
