#include "identity/principals.h"
#include "kms/access.h"
#include "kms/default_policy.h"
#include "kms/errors.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

constexpr std::size_t kMostPolicyBytes = 32'768;

// There is only one policy a key, and its name is fixed.
void check_policy_name(const Call& call) {
  if (call.in.text_or("PolicyName", "default") != "default") {
    throw AwsError(400, "NotFoundException", "No such policy exists");
  }
}

Value get_key_policy(Call& call) {
  check_policy_name(call);
  return Members{{"Policy", shown_text(call.store, call.key->policy)}, {"PolicyName", "default"}};
}

Value put_key_policy(Call& call) {
  check_policy_name(call);
  const std::string& text = call.in.text("Policy");
  if (text.size() > kMostPolicyBytes) throw limit_exceeded("The key policy is larger than 32768 bytes.");
  Document policy =
      checked_key_policy(call, text, call.key->arn(), call.in.flag("BypassPolicyLockoutSafetyCheck"));
  call.store.write([&](Txn& txn) {
    const auto current = txn.find<Key>({call.key->account, call.key->region, call.key->id});
    if (!current) throw key_not_found(call.key->arn());
    Key key = *current;
    key.policy = std::move(policy);
    txn.put(std::move(key));
  });
  return {};
}

Value list_key_policies(Call& call) {
  const ListPage page = page_of(call, 100);
  List names;
  if (page.after().empty()) names.emplace_back("default");
  Members answer{{"PolicyNames", std::move(names)}};
  finish_page(answer, page);
  return answer;
}

std::vector<Access> put_access(Call& call) {
  const KeyReference reference = find_key(call, call.in.text("KeyId"));
  call.key = reference.key;
  Access access = key_access(call, reference, "PutKeyPolicy");
  access.context.set("kms:BypassPolicyLockoutSafetyCheck",
                     call.in.flag("BypassPolicyLockoutSafetyCheck") ? "true" : "false");
  return {std::move(access)};
}

}  // namespace

std::vector<Operation> policy_operations() {
  using namespace shape;
  return {
      {.name = "GetKeyPolicy",
       .input = {req("KeyId", KeyId), opt("PolicyName", PolicyName)},
       .access = on_own_key("KeyId"),
       .run = get_key_policy},
      {.name = "PutKeyPolicy",
       .input = {req("KeyId", KeyId), opt("PolicyName", PolicyName), req("Policy", Policy),
                 opt("BypassPolicyLockoutSafetyCheck", Flag)},
       .access = AccessRule(put_access),
       .run = put_key_policy},
      {.name = "ListKeyPolicies",
       .input = {req("KeyId", KeyId), opt("Limit", Limit), opt("Marker", Marker)},
       .access = on_own_key("KeyId"),
       .run = list_key_policies},
  };
}

}  // namespace latchkey::kms
