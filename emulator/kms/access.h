// How KMS operations find their key and which permissions they need: the vocabulary of KMS's access rules.
// https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kms/key_states.h"
#include "pipeline/list_page.h"
#include "pipeline/operation.h"

namespace latchkey::kms {

// What a KeyId names: id, key ARN, alias name or alias ARN.
struct KeyReference {
  Ptr<Key> key;                     // null: there is none, and `missing` says so
  std::string arn;                  // of the key, or what it would be
  std::string account;
  std::string alias;                // the alias that was used; empty if none was
  std::optional<AwsError> missing;
};

// Throws what AWS answers before it looks at permissions: an id or ARN that can name no key.
KeyReference find_key(const Call& call, std::string_view key_id);
// Likewise, for operations that only the key's own account may ask for.
KeyReference find_own_key(const Call& call, std::string_view key_id);
// The key in the caller's region that has this material; null if none has.
Ptr<Key> key_of_material(const Call& call, std::string_view material_id);

// The key's usage fits the operation.
void require_usage(const Call& call, const Key& key, std::string_view usage);
void refuse_dry_run(const Call& call);  // throws what a dry run that would have succeeded gets
// No grant has been made yet, so no token names one. Says so.
void require_honoured_members(const Call& call);

// A condition key that is what the request says in a member, or the fallback without it. Empty member: always the fallback.
struct RequestKey {
  std::string_view condition;
  std::string_view member;
  std::string_view fallback = {};
};

// Which member holds the encryption context, the encryption algorithm (empty: the operation has none), and what else of the
// request is a condition key.
struct Details {
  std::string_view encryption_context = {};
  std::string_view algorithm = {};
  std::span<const RequestKey> request = {};
};

Access key_access(const Call& call, const KeyReference& reference, std::string_view action, const Details& details = {});
Access alias_access(const Call& call, std::string_view action, std::string_view alias_name);

// The rules. on_key leaves the key it found in call.key.
AccessRule on_key(std::string_view member, Details details = {});
// Only within the key's own account, whatever its key policy says.
AccessRule on_own_key(std::string_view member);
AccessRule on_everything();

// The name of an alias, checked.
void check_alias_name(std::string_view name);
std::vector<Ptr<Alias>> aliases_of(const Store& store, const Key& key);

// --- Lists -----------------------------------------------------------------------------------------------------------

ListPage page_of(const Call& call, std::int64_t default_limit);
// The end of a list answer: NextMarker where there is more, and Truncated.
void finish_page(Members& answer, const ListPage& page);

}  // namespace latchkey::kms
