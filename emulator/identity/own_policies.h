// The policies of a user (with its groups), a group or a role by its ARN, as texts: for reports about what
// somebody may do.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "store/store.h"

namespace latchkey {

struct OwnPolicy {
  std::string name;  // as reports show it: an ARN, or "inline policy N of user/U"
  std::string text;
  std::string arn;  // managed policies; else empty
  std::string inline_name;
  std::string holder;  // "USER", "GROUP", "ROLE": whose inline policy it is
  std::string holder_name;
};

// nullopt: the ARN names no user, group, role, session of a role, or managed policy that is there.
std::optional<std::vector<OwnPolicy>> own_policies(const Store& store, std::string_view arn);

// What a policy's element says, which may be one value or a list of them; absent: none.
std::vector<Value> as_list(const Value* value);

}  // namespace latchkey
