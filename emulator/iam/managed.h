// AWS's own managed policies, as far as they are here.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "store/entity.h"

namespace latchkey::iam {

// A line of managed_policies.json, as the build puts it into the program. The order is the file's.
struct ManagedPolicyRow {
  std::string_view name, path;
  std::string_view id = {};  // where it is known
  std::string_view created, updated;  // ISO 8601
  std::string_view version;
  std::string_view description = {};  // where there is one
  std::string_view document;
};
extern const std::span<const ManagedPolicyRow> managed_policy_rows;

// Names, dates and documents as AWS publishes them (managed_policies.json); only each policy's default
// version is known. Account "aws".
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
const std::vector<std::shared_ptr<const ManagedPolicy>>& aws_managed_policies();

}  // namespace latchkey::iam
