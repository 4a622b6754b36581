#include "policy/sentence.h"

#include <utility>

namespace latchkey::policy {
namespace {

std::string quoted(const std::vector<std::string>& values) {
  if (values.empty()) return "nothing";
  std::string out;
  for (const std::string& value : values) {
    if (!out.empty()) out.append(" or ");
    out.append("\"").append(value).append("\"");
  }
  return out;
}

std::string resource_policy_name(const RequestView& request) {
  if (request.key_resource()) return "the key policy";
  return request.role_resource() && request.service() == "sts" ? "the role's trust policy"
                                                               : "the resource's policy";
}

// "the permissions boundary arn:…": the policy as a person would point at it.
std::string subject(const NotedPolicy& policy, const RequestView& request) {
  const std::string_view kind = policy.where.kind;
  const std::string& name = policy.note.name;
  const auto named = [&name](std::string what) { return name.empty() ? what : what + " " + name; };
  if (kind == "resource") return resource_policy_name(request);
  if (kind == "boundary") return named("the permissions boundary");
  if (kind == "session") return named("the session policy");
  if (kind == "scp") return named("the service control policy");
  if (kind == "rcp") return named("the resource control policy");
  if (kind == "grant") return named("the grant");
  if (name.find("policy ") != std::string::npos) return name;  // "inline policy minimum of user/qe-app"
  return "policy " + (name.empty() ? policy.note.label : name);
}

std::string capitalized(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string statement_name(std::size_t index, std::string_view id) {
  std::string out = "statement " + std::to_string(index);
  if (!id.empty()) out.append(" (Sid ").append(id).append(")");
  return out;
}

const NotedPolicy* find(const std::vector<NotedPolicy>& policies, const Match& match) {
  for (const NotedPolicy& policy : policies) {
    if (policy.where.kind == match.kind && policy.where.level == match.level &&
        policy.where.index == match.index) {
      return &policy;
    }
  }
  return nullptr;
}

std::string caller(const Principal& who) {
  const std::string_view arn = who.arn;
  const std::string name(arn.substr(arn.find_last_of("/:") + 1));
  switch (who.kind) {
    case Principal::Kind::anonymous:
      return "the anonymous caller";
    case Principal::Kind::root:
      return "the root user of account " + who.account;
    case Principal::Kind::user:
      return "user " + name;
    case Principal::Kind::role:
      return "role " + name;
    case Principal::Kind::role_session:
      return "the role of session " + who.arn;
    case Principal::Kind::federated_user:
      return "federated user " + name;
    case Principal::Kind::service:
      return who.arn;
  }
  return who.arn;
}

// Why a condition that was looked at did not hold.
std::string unmet(const ConditionNote& condition) {
  if (!condition.seen) return condition.key + " was absent";
  return condition.key + " was " + quoted(*condition.seen) + " where " + condition.op + " wants " +
         quoted(condition.wanted);
}

// The Allow statement that came closest, and how far it came.
struct NearMiss {
  const NotedPolicy* policy = nullptr;
  const StatementNote* statement = nullptr;
  int steps = -1;
  std::size_t allow_statements = 0;
};

NearMiss nearest(const std::vector<NotedPolicy>& policies, std::string_view kind) {
  NearMiss nearest;
  for (const NotedPolicy& policy : policies) {
    if (policy.where.kind != kind) continue;
    for (const StatementNote& statement : policy.note.statements) {
      if (statement.deny) continue;
      ++nearest.allow_statements;
      const int steps = statement.principal_matched + statement.action_matched + statement.resource_matched;
      if (statement.applies() || steps <= nearest.steps) continue;
      nearest.policy = &policy;
      nearest.statement = &statement;
      nearest.steps = steps;
    }
  }
  return nearest;
}

// "An Allow exists in …, statement 0, but kms:ViaService was absent": empty if nothing came near.
std::string near_miss(const NearMiss& miss, const RequestView& request) {
  if (!miss.statement) return "";
  const std::string place =
      subject(*miss.policy, request) + ", " + statement_name(miss.statement->statement, miss.statement->sid);
  if (miss.steps == 3) {
    for (const ConditionNote& condition : miss.statement->conditions) {
      if (!condition.met) return "An Allow exists in " + place + ", but " + unmet(condition) + ".";
    }
    return "";
  }
  if (miss.steps == 2) {
    return "An Allow exists in " + place + ", but it does not cover the resource " +
           std::string(request.resource()) + ".";
  }
  // One statement that is about something else is worth naming; of several, none is nearer than the others.
  if (miss.steps == 1 && miss.allow_statements == 1) {
    return capitalized(place) + " does not cover " + request.request().action + ".";
  }
  return "";
}

std::string missing_identity(const RequestView& request, const std::vector<NotedPolicy>& policies) {
  const NearMiss miss = nearest(policies, "identity");
  if (std::string text = near_miss(miss, request); !text.empty()) return text;
  const std::string who = caller(request.principal());
  if (miss.allow_statements == 0) return capitalized(who) + " has no policy that allows anything.";
  return "No policy of " + who + " mentions " + request.request().action + ".";
}

std::string missing_resource(const RequestView& request, const std::vector<NotedPolicy>& policies) {
  if (std::string text = near_miss(nearest(policies, "resource"), request); !text.empty()) {
    // Within one account the resource's policy may also leave it to IAM; that it does not is half of the
    // cause.
    if (text.find("An Allow exists") == 0) return text;
  }
  const std::string who = caller(request.principal());
  const std::string policy = resource_policy_name(request);
  bool present = false;
  for (const NotedPolicy& noted : policies) present = present || noted.where.kind == "resource";
  if (!present) return "There is no resource-based policy, so nothing allows " + who + " here.";
  if (request.cross_account() || !request.key_resource()) {
    return capitalized(policy) + " does not allow " + who + " to call " + request.request().action + ".";
  }
  return capitalized(policy) + " neither allows " + who + " to call " + request.request().action +
         " nor lets IAM policies of the account allow it.";
}

std::string missing_level(std::string_view kind, std::string_view what, const RequestView& request,
                          const std::vector<NotedPolicy>& policies) {
  if (std::string text = near_miss(nearest(policies, kind), request); !text.empty()) {
    if (text.find("An Allow exists") == 0) return text;
  }
  return "At some level no " + std::string(what) + " allows " + request.request().action + ".";
}

std::string implicit_deny(Cause cause, const RequestView& request, const std::vector<NotedPolicy>& policies) {
  const auto limit = [&](std::string_view kind, const std::string& what) {
    const std::string text = near_miss(nearest(policies, kind), request);
    return text.empty() ? "No " + what + " allows " + request.request().action + "." : text;
  };
  switch (cause) {
    case Cause::scp:
      return missing_level("scp", "service control policy", request, policies);
    case Cause::rcp:
      return missing_level("rcp", "resource control policy", request, policies);
    case Cause::resource:
      return missing_resource(request, policies);
    case Cause::boundary:
      return limit("boundary", "permissions boundary");
    case Cause::session:
      return limit("session", "session policy");
    case Cause::identity:
    case Cause::none:
      return missing_identity(request, policies);
  }
  return "";
}

std::string allowed(const Decision& decision, const RequestView& request,
                    const std::vector<NotedPolicy>& policies) {
  if (needs_no_permission(request)) return request.request().action + " needs no permission.";
  std::string text, delegation;
  for (const Match& match : decision.matched) {
    const NotedPolicy* const policy = find(policies, match);
    if (!policy || match.kind == "boundary" || match.kind == "session") continue;
    if (match.kind == "resource" && policy->delegates && policy->named == Naming::none) {
      delegation = capitalized(subject(*policy, request)) + " leaves it to IAM policies, and ";
      continue;
    }
    if (!text.empty()) continue;
    text = subject(*policy, request);
    if (match.policy)
      text += ", " + statement_name(match.statement, sid(*match.policy, match.statement)) + ",";
    text += " allows it.";
  }
  if (!text.empty()) return capitalized(delegation + text);
  return "The root user may do everything in its account that no policy denies.";
}

}  // namespace

std::string sentence(const Decision& decision, const RequestView& request,
                     const std::vector<NotedPolicy>& policies) {
  switch (decision.outcome) {
    case Outcome::allowed:
      return allowed(decision, request, policies);
    case Outcome::implicit_deny:
      return implicit_deny(decision.cause, request, policies);
    case Outcome::explicit_deny:
      break;
  }
  const Match& match = decision.matched.front();
  const NotedPolicy* const policy = find(policies, match);
  const std::string who = policy ? subject(*policy, request) : std::string(match.kind);
  return capitalized(who) +
         " denies it: " + statement_name(match.statement, sid(*match.policy, match.statement)) + ".";
}

}  // namespace latchkey::policy
