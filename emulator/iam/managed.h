// AWS's own managed policies, as far as they are here.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "store/entity.h"

namespace latchkey::iam {

// managed_policies.json as the build puts it into the program: of each policy the members but "document", and that
// one's text.
struct ManagedPolicyTexts {
  std::span<const std::string_view> members;
  std::span<const std::string_view> documents;
};
extern const ManagedPolicyTexts managed_policy_texts;

// Names, dates and documents as AWS publishes them (managed_policies.json); only each policy's default
// version is known. Account "aws".
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
const std::vector<std::shared_ptr<const ManagedPolicy>>& aws_managed_policies();

}  // namespace latchkey::iam
