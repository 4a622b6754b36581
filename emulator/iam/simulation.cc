// What the policies of a simulation say to an action, and how answers show it.
#include "iam/simulation.h"

#include <algorithm>

#include "core/arn.h"
#include "core/encoding.h"

namespace latchkey::iam {
namespace {

constexpr std::string_view kIdentityType = "IAM Policy";
constexpr std::string_view kBoundaryType = "IAM Permissions Boundary Policy";
constexpr std::string_view kResourceType = "Resource Policy";

// The outcome for one resource.
struct Verdict {
  policy::Outcome outcome = policy::Outcome::implicit_deny;
  List matched;
  std::vector<std::string> missing;
  bool allowed_by_boundary = true;
  bool allowed_by_organization = true;
  bool across_accounts = false;
  policy::Outcome by_identity = policy::Outcome::implicit_deny;
  policy::Outcome by_resource = policy::Outcome::implicit_deny;
};

policy::Named everything() {
  static const policy::PolicyPtr compiled =
      policy::compile(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})",
                      policy::Kind::identity)
          .policy;
  return {compiled, "", ""};
}

// Where no resource policy takes part, the simulator looks at identity policies alone: a key, which only its
// own policy opens, is simulated as if it had KMS's default one.
policy::Named door_of_account(const std::string& account) {
  const std::string text = R"({"Statement":{"Effect":"Allow","Principal":{"AWS":")" + account +
                           R"("},"Action":"*","Resource":"*"}})";
  return {policy::compile(text, policy::Kind::key, policy::Strictness::lenient).policy, "", ""};
}

Members place(const policy::Position& position) {
  return {{"Line", static_cast<std::int64_t>(position.line)},
          {"Column", static_cast<std::int64_t>(position.column)}};
}

Members statement_entry(const SimulatedPolicy& source, std::string_view type, std::size_t statement) {
  Members entry{{"SourcePolicyId", source.id}, {"SourcePolicyType", type}};
  if (statement < source.spans.size()) {
    entry.add("StartPosition", place(source.spans[statement].start));
    entry.add("EndPosition", place(source.spans[statement].end));
  }
  return entry;
}

// Evaluates one action on one resource.
class Evaluator {
 public:
  Evaluator(const Simulation& simulation, const policy::Named& door, const std::string& action,
            const std::string& resource)
      : simulation_(simulation), door_(door) {
    request_.principal = simulation.caller;
    request_.action = action;
    request_.resource = resource;
    request_.context = simulation.context;
    // The simulator reads trust policies and then leaves them aside.
    const bool assumes = to_lower(action).starts_with("sts:assume");
    with_resource_policy_ = simulation.resource_policy.has_value() && !assumes;
    request_.resource_account = with_resource_policy_ ? owner() : simulation.caller.account;
  }

  Verdict run() {
    Verdict out;
    const policy::Set set = policies();
    const policy::Decision decision = policy::decide(request_, set);
    out.outcome = decision.outcome;
    for (const policy::Match& match : decision.matched) add(match, out.matched);
    out.missing = missing();
    if (simulation_.boundary) {
      policy::Set boundary = alone();
      boundary.identity = {set.boundary.value()};
      out.allowed_by_boundary = allows(boundary);
    }
    if (simulation_.organization.scp) {
      policy::Set organization = alone();
      organization.scp = simulation_.organization.scp;
      organization.identity = {everything()};
      out.allowed_by_organization = allows(organization);
    }
    if (with_resource_policy_ && request_.resource_account != simulation_.caller.account) {
      out.across_accounts = true;
      policy::Set resource;
      resource.resource = set.resource;
      resource.identity = {everything()};
      out.by_resource = policy::decide(request_, resource).outcome;
      policy::Set identity = alone();
      identity.identity = set.identity;
      out.by_identity = at_home(identity).outcome;
    }
    return out;
  }

 private:
  std::string owner() const {
    const auto arn = Arn::parse(request_.resource);
    if (arn && is_account_id(arn->account)) return arn->account;
    return simulation_.resource_owner.empty() ? simulation_.caller.account : simulation_.resource_owner;
  }

  // No policy but what every simulation needs.
  policy::Set alone() const {
    policy::Set set;
    set.resource = door_;
    return set;
  }

  // As if the resource belonged to the caller's account.
  policy::Decision at_home(const policy::Set& set) const {
    policy::Request request = request_;
    request.resource_account = simulation_.caller.account;
    return policy::decide(request, set);
  }

  bool allows(const policy::Set& set) const { return at_home(set).outcome == policy::Outcome::allowed; }

  policy::Set policies() const {
    policy::Set set = alone();
    set.scp = simulation_.organization.scp;
    set.identity.emplace();
    for (const SimulatedPolicy& policy : simulation_.identity) {
      set.identity->push_back({policy.document.compiled(), policy.id, ""});
    }
    if (simulation_.boundary) {
      set.boundary = policy::Named{simulation_.boundary->document.compiled(), simulation_.boundary->id, ""};
    }
    if (with_resource_policy_) {
      const bool key = request_.resource.find(":kms:") != std::string::npos;
      set.resource = policy::Named{
          key ? simulation_.key_policy : simulation_.resource_policy->document.compiled(), "", ""};
    }
    return set;
  }

  void add(const policy::Match& match, List& out) const {
    if (match.kind == "identity") {
      out.push_back(statement_entry(simulation_.identity[match.index], kIdentityType, match.statement));
    } else if (match.kind == "boundary") {
      out.push_back(statement_entry(*simulation_.boundary, kBoundaryType, match.statement));
    } else if (match.kind == "resource" && with_resource_policy_) {
      out.push_back(statement_entry(*simulation_.resource_policy, kResourceType, match.statement));
    }
  }

  // Every key that a policy of the simulation mentions, whether its statement is about this action or not.
  std::vector<std::string> missing() const {
    std::vector<std::string> out = simulation_.identity_keys;
    if (with_resource_policy_) add_keys(out, simulation_.resource_keys);
    std::erase_if(out, [&](const std::string& key) { return policy::has_key(request_, key); });
    return out;
  }

  const Simulation& simulation_;
  const policy::Named& door_;
  policy::Request request_;
  bool with_resource_policy_ = false;
};

List text_list(const std::vector<std::string>& texts) { return List(texts.begin(), texts.end()); }

void add_boundary(const Simulation& simulation, Members& answer, bool allowed) {
  if (!simulation.boundary) return;
  answer.add("PermissionsBoundaryDecisionDetail", Members{{"AllowedByPermissionsBoundary", allowed}});
}

// A map in the query protocol.
Members details(const Verdict& verdict) {
  if (!verdict.across_accounts) return {};
  const auto entry = [](std::string_view key, policy::Outcome outcome) {
    return Members{{"key", key}, {"value", policy::to_string(outcome)}};
  };
  return {{"entry", entry(kIdentityType, verdict.by_identity)},
          {"entry", entry(kResourceType, verdict.by_resource)}};
}

Members resource_result(const Simulation& simulation, const std::string& resource, const Verdict& verdict) {
  Members out{{"EvalResourceName", resource},
              {"EvalResourceDecision", policy::to_string(verdict.outcome)},
              {"MatchedStatements", verdict.matched},
              {"MissingContextValues", text_list(verdict.missing)}};
  if (verdict.across_accounts) out.add("EvalDecisionDetails", details(verdict));
  add_boundary(simulation, out, verdict.allowed_by_boundary);
  return out;
}

// What AWS calls several resources by: the form that ARNs of the action's resources have.
std::string resource_form(const std::string& action, const std::string& resource) {
  const auto arn = Arn::parse(resource);
  if (!arn) return "*";
  const std::string start = "arn:" + arn->partition + ":";
  if (arn->service == "s3") {
    return start + (arn->resource.find('/') == std::string::npos ? "s3:::${BucketName}"
                                                                 : "s3:::${BucketName}/${KeyName}");
  }
  const std::string type = arn->resource.substr(0, arn->resource.find('/'));
  if (arn->service == "kms") {
    return start + (type == "alias" ? "kms:${Region}:${Account}:alias/${Alias}"
                                    : "kms:${Region}:${Account}:key/${KeyId}");
  }
  if (arn->service == "iam" && (type == "user" || type == "group" || type == "role" || type == "policy")) {
    std::string title = type;
    title.front() = static_cast<char>(title.front() - 'a' + 'A');
    return start + "iam::${Account}:" + type + "/${" + title + "Name}";
  }
  return start + action.substr(0, action.find(':')) + ":${Region}:${Account}:${ResourceType}:${ResourceId}";
}

// One explicit deny decides; else one resource that is allowed is enough.
policy::Outcome together(const std::vector<Verdict>& verdicts, bool all_must_allow) {
  const auto is = [](policy::Outcome outcome) {
    return [outcome](const Verdict& verdict) { return verdict.outcome == outcome; };
  };
  if (std::any_of(verdicts.begin(), verdicts.end(), is(policy::Outcome::explicit_deny))) {
    return policy::Outcome::explicit_deny;
  }
  const auto allowed = is(policy::Outcome::allowed);
  const bool enough = all_must_allow ? std::all_of(verdicts.begin(), verdicts.end(), allowed)
                                     : std::any_of(verdicts.begin(), verdicts.end(), allowed);
  return enough ? policy::Outcome::allowed : policy::Outcome::implicit_deny;
}

}  // namespace

Members evaluation_result(const Simulation& simulation, const std::string& action) {
  const bool listed = !simulation.resources.empty();
  const policy::Named door = door_of_account(simulation.caller.account);
  std::vector<Verdict> verdicts;
  List specific;
  for (const std::string& resource : simulation.resources) {
    verdicts.push_back(Evaluator(simulation, door, action, resource).run());
    specific.push_back(resource_result(simulation, resource, verdicts.back()));
  }
  if (!listed) verdicts.push_back(Evaluator(simulation, door, action, "*").run());
  const policy::Outcome outcome = together(verdicts, simulation.all_must_allow);

  std::string name = "*";
  if (listed) name = simulation.resources.front();
  if (verdicts.size() > 1) name = resource_form(action, name);
  // Of several resources the statements stand with those that they matched.
  Members out{{"EvalActionName", action},
              {"EvalResourceName", name},
              {"EvalDecision", policy::to_string(outcome)},
              {"MatchedStatements", verdicts.size() == 1 ? verdicts.front().matched : List()},
              {"MissingContextValues", listed ? List() : text_list(verdicts.front().missing)}};
  const auto every = [&](bool Verdict::*member) {
    return std::all_of(verdicts.begin(), verdicts.end(), [member](const Verdict& v) { return v.*member; });
  };
  if (simulation.organization.scp) {
    out.add("OrganizationsDecisionDetail",
            Members{{"AllowedByOrganizations", every(&Verdict::allowed_by_organization)}});
  }
  add_boundary(simulation, out, every(&Verdict::allowed_by_boundary));
  if (listed) {
    out.add("EvalDecisionDetails", details(verdicts.front()));
    out.add("ResourceSpecificResults", std::move(specific));
  }
  return out;
}

}  // namespace latchkey::iam
