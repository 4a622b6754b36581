// A line with a pattern, and a text: as resources, in ARN and string conditions, as principals.
#include "core/arn.h"
#include "core/json.h"
#include "latchkey/policy.h"
#include "target.h"

using namespace latchkey;
using fuzz::require;
using policy::Outcome;

namespace {

// By a Deny: that a key or a role has a policy of its own does not matter then.
bool denied(const policy::Request& request, const Members& statement, const char* version) {
  const std::string document = to_json(Members{{"Version", version}, {"Statement", statement}});
  const policy::Compiled compiled =
      policy::compile(document, policy::Kind::identity, policy::Strictness::lenient);
  require(compiled.policy != nullptr, "a document is a document whatever its resources are");
  (void)policy::compile(document, policy::Kind::identity, policy::Strictness::as_written);
  policy::Set set;
  set.identity.emplace().push_back({compiled.policy, "", ""});
  return policy::decide(request, set).outcome == Outcome::explicit_deny;
}

void as_principal(std::string_view text) {
  const policy::Principal principal = policy::Principal::parse(text);
  const std::string document = to_json(Members{
      {"Statement",
       Members{
           {"Effect", "Allow"}, {"Principal", Members{{"AWS", text}}}, {"Action", "*"}, {"Resource", "*"}}}});
  for (const policy::Kind kind : {policy::Kind::key, policy::Kind::trust, policy::Kind::resource}) {
    const policy::Compiled compiled = policy::compile(document, kind, policy::Strictness::lenient);
    if (!compiled.policy) continue;
    (void)policy::named_principals(*compiled.policy);
    policy::Request request;
    request.principal = principal;
    request.action = "kms:Decrypt";
    request.resource = text;
    policy::Set set;
    set.resource = policy::Named{compiled.policy, "", ""};
    (void)policy::decide(request, set);
  }
}

}  // namespace

FUZZ_TARGET(arns) {
  if (input.size() > 4096) return;
  const std::string_view pattern = fuzz::next_line(input);
  if (const auto arn = Arn::parse(input)) require(arn->str() == input, "an ARN is written as it was read");
  as_principal(pattern);
  as_principal(input);

  policy::Request request;
  request.principal = policy::Principal::parse("arn:aws:iam::123456789012:user/alice");
  request.action = "test:Do";
  request.resource = input;
  request.resource_account = "123456789012";
  request.context.set("test:key", std::string(input));
  const Value any("*");
  const auto on_resource = [&](const Value& resource, const char* version) {
    return denied(request, {{"Effect", "Deny"}, {"Action", "*"}, {"Resource", resource}}, version);
  };
  const auto on_condition = [&](const char* op, std::string_view wanted, const char* version) {
    const Members condition{{op, Members{{"test:key", wanted}}}};
    return denied(request, {{"Effect", "Deny"}, {"Action", "*"}, {"Resource", any}, {"Condition", condition}},
                  version);
  };
  for (const char* version : {"2012-10-17", "2008-10-17"}) {
    (void)on_resource(pattern, version);
    for (const char* op : {"ArnLike", "ArnEquals", "StringLike", "StringEquals"}) {
      (void)on_condition(op, pattern, version);
    }
  }
  require(on_resource(any, "2012-10-17"), "* is every resource");
  require(on_condition("StringLike", "*", "2012-10-17"), "* is every text");
  // Text that is not UTF-8 does not come through a document as it is.
  bool plain = true;
  for (const char c : input) plain = plain && c >= ' ' && c < 0x7F && c != '*' && c != '?' && c != '$';
  if (!plain || input.empty()) return;
  require(on_resource(input, "2012-10-17"), "a resource without wildcards matches itself");
  require(on_condition("StringEquals", input, "2012-10-17"), "and equals itself");
}
