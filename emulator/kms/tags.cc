#include "kms/tags.h"

#include <algorithm>
#include <set>

#include "core/encoding.h"
#include "identity/context.h"
#include "kms/access.h"
#include "kms/errors.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

constexpr std::size_t kMostTags = 50;

Key current_key(Txn& txn, const Call& call) {
  const auto key = txn.find<Key>({call.key->account, call.key->region, call.key->id});
  if (!key) throw key_not_found(call.key->arn());
  require_state(call, *key);
  return *key;
}

Value tag_resource(Call& call) {
  const Tags tags = call.in.tags("Tags", "TagKey", "TagValue");
  check_new_tags(tags);
  call.store.write([&](Txn& txn) {
    Key key = current_key(txn, call);
    for (const auto& given : tags) {
      const auto present = std::find_if(key.tags.begin(), key.tags.end(),
                                        [&](const auto& tag) { return tag.first == given.first; });
      if (present == key.tags.end()) {
        key.tags.push_back(given);
      } else {
        present->second = given.second;
      }
    }
    if (key.tags.size() > kMostTags) throw tag_error("Too many tags");
    txn.put(std::move(key));
  });
  return {};
}

Value untag_resource(Call& call) {
  const std::vector<std::string> names = call.in.texts("TagKeys");
  call.store.write([&](Txn& txn) {
    Key key = current_key(txn, call);
    std::erase_if(key.tags, [&](const auto& tag) {
      return std::find(names.begin(), names.end(), tag.first) != names.end();
    });
    txn.put(std::move(key));
  });
  return {};
}

Value list_resource_tags(Call& call) {
  ListPage page = page_of(call, 50);
  Tags tags = call.key->tags;
  std::sort(tags.begin(), tags.end());
  List out;
  for (const auto& [name, value] : tags) {
    if (page.is_behind(name)) continue;
    if (!page.takes(name)) break;
    out.emplace_back(Members{{"TagKey", name}, {"TagValue", value}});
  }
  Members answer{{"Tags", std::move(out)}};
  finish_page(answer, page);
  return answer;
}

std::vector<Access> tag_access(Call& call) {
  const KeyReference reference = find_key(call, call.in.text("KeyId"));
  call.key = reference.key;
  Access access = key_access(call, reference, call.operation.name);
  if (call.operation.name == "TagResource") {
    add_request_tags(access.context, call.in.tags("Tags", "TagKey", "TagValue"));
  } else {
    add_tag_keys(access.context, call.in.texts("TagKeys"));
  }
  return {std::move(access)};
}

}  // namespace

void check_new_tags(const Tags& tags) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : tags) {
    if (to_lower(name).starts_with("aws:")) throw tag_error("Tags beginning with aws: are reserved");
    if (!seen.insert(name).second) throw tag_error("Duplicate tag keys");
  }
  if (tags.size() > kMostTags) throw tag_error("Too many tags");
}

std::vector<Operation> tag_operations() {
  using namespace shape;
  return {
      {.name = "TagResource",
       .input = {req("KeyId", KeyId), req("Tags", shape::Tags)},
       .access = AccessRule(tag_access),
       .run = tag_resource},
      {.name = "UntagResource",
       .input = {req("KeyId", KeyId), req("TagKeys", TagKeys)},
       .access = AccessRule(tag_access),
       .run = untag_resource},
      {.name = "ListResourceTags",
       .input = {req("KeyId", KeyId), opt("Limit", Limit), opt("Marker", Marker)},
       .access = on_own_key("KeyId"),
       .run = list_resource_tags},
  };
}

}  // namespace latchkey::kms
