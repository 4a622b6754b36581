// A policy document in every kind and strictness, then decided with.
#include <algorithm>

#include "latchkey/policy.h"
#include "target.h"

using namespace latchkey::policy;
using latchkey::fuzz::require;

namespace {

constexpr Kind kKinds[] = {Kind::identity, Kind::resource, Kind::key, Kind::trust, Kind::control};

Request make_request(const char* principal, const char* action, const char* resource) {
  Request request;
  request.principal = Principal::parse(principal);
  request.action = action;
  request.resource = resource;
  request.context.set("aws:SourceIp", "10.0.0.1");
  request.context.set("aws:TagKeys", std::vector<std::string>{"a", "b"});
  request.context.set("kms:EncryptionContext:k", "2030-01-01T00:00:00Z");
  return request;
}

const Request kRequests[] = {
    make_request("arn:aws:iam::123456789012:user/a/b", "kms:Decrypt",
                 "arn:aws:kms:us-east-1:123456789012:key/a"),
    make_request("arn:aws:sts::123456789012:assumed-role/r/s", "sts:AssumeRole",
                 "arn:aws:iam::111122223333:role/r"),
    make_request("anonymous", "s3:GetObject", "arn:aws:s3:::b/o"),
};

void decide_with(const PolicyPtr& policy, Kind kind) {
  Set set;
  set.identity.emplace().push_back({policy, "p", ""});
  if (kind == Kind::control) set.scp = {{Named{policy, "", ""}}};
  if (kind != Kind::control) set.boundary = Named{policy, "", ""};
  set.resource = Named{policy, "", ""};
  for (const Request& request : kRequests) {
    const Decision decision = decide(request, set);
    const Explanation why = explain(request, set);
    require(why.decision.outcome == decision.outcome, "an explanation agrees with the decision");
    require(why.decision.matched.size() == decision.matched.size(), "so do the statements that matched");
    require(!why.sentence.empty(), "a decision has a sentence");
  }
}

}  // namespace

FUZZ_TARGET(policy_document) {
  const auto spans = statement_spans(input);
  const auto keys = context_keys(input);
  require(std::none_of(keys.begin(), keys.end(), [](const std::string& key) { return key.empty(); }),
          "a context key has a name, or it is not listed");
  for (const Kind kind : kKinds) {
    const Compiled strict = compile(input, kind, Strictness::as_written);
    const Compiled managed = compile(input, kind, Strictness::as_managed);
    const Compiled lenient = compile(input, kind, Strictness::lenient);
    require(!strict.policy || lenient.policy, "what is taken as written is taken leniently");
    require(!managed.policy || strict.policy, "what is taken as managed is taken as written");
    for (const Compiled& compiled : {strict, lenient}) {
      require((compiled.policy == nullptr) == compiled.error.has_value(), "either a policy or an error");
    }
    if (!lenient.policy) continue;
    (void)named_principals(*lenient.policy);
    for (std::size_t i = 0; i < spans.size(); ++i) (void)sid(*lenient.policy, i);
    require(!version(*lenient.policy).empty(), "a policy has a version");
    decide_with(lenient.policy, kind);
  }
}
