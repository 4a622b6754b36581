// The request context: aws: condition keys as AWS fills them for every request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
#pragma once

#include <string>
#include <string_view>

#include "identity/identity.h"
#include "latchkey/policy.h"

namespace latchkey {

struct Connection {
  std::string_view peer_address;
  std::string_view user_agent;
  std::string_view referer;
  bool tls = false;
};

// Everything about the caller, the connection and the time. What follows from the principal's ARN alone
// (aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType) the evaluator fills in itself.
policy::Context global_context(const Identity& who, const Connection& connection, std::string_view region,
                               Time now);

// aws:RequestTag/KEY and aws:TagKeys of tags that a request carries.
void add_request_tags(policy::Context& context, const Tags& tags);
// aws:TagKeys of an untag request.
void add_tag_keys(policy::Context& context, const std::vector<std::string>& keys);
// aws:ResourceTag/KEY, and the service's own key where it has one ("iam:ResourceTag/").
void add_resource_tags(policy::Context& context, const Tags& tags, std::string_view own_prefix = {});

}  // namespace latchkey
