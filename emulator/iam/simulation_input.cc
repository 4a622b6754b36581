// From the members of a simulation request to the policies that take part.
#include <algorithm>

#include "core/arn.h"
#include "iam/errors.h"
#include "iam/lookup.h"
#include "iam/simulation.h"
#include "identity/organization.h"

namespace latchkey::iam {
namespace {

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html, ResourceHandlingOption
constexpr std::string_view kHandlingOptions[] = {
    "EC2-Classic-InstanceStore",    "EC2-Classic-EBS", "EC2-VPC-InstanceStore",
    "EC2-VPC-InstanceStore-Subnet", "EC2-VPC-EBS",     "EC2-VPC-EBS-Subnet"};

Document simulated_document(const std::string& text) {
  policy::Compiled result = policy::compile(text, policy::Kind::identity);
  if (!result.policy) throw invalid_simulation(std::move(result.error->message));
  return {text, std::move(result.policy)};
}

// --- The source ---

void add_policies(const Call& call, std::string_view word, const IamEntity& entity,
                  std::vector<SimulatedPolicy>& out) {
  for (const auto& [name, document] : entity.inline_policies) {
    out.push_back({std::string(word) + "_" + entity.name + "_" + name, document});
  }
  for (const std::string& key : entity.attached) {
    const auto policy = policy_of_key(call.store, key);
    if (policy) out.push_back({policy->name, policy->default_document().document});
  }
}

template <class T>
Ptr<T> source_of(const Call& call, const Arn& arn) {
  const std::string name = arn.resource.substr(arn.resource.rfind('/') + 1);
  auto found = arn.account == call.account ? call.store.find<T>(id_of(call, name)) : nullptr;
  if (!found || arn_of(arn.partition, *found) != arn.str()) throw no_such_entity(Kind<T>::word, name);
  return found;
}

struct SourceEntity {
  Ptr<User> user;
  Ptr<Group> group;
  Ptr<Role> role;
  const IamEntity& entity() const {
    if (user) return *user;
    return group ? static_cast<const IamEntity&>(*group) : *role;
  }
};

SourceEntity find_source(const Call& call) {
  const std::string& text = call.in.text("PolicySourceArn");
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "iam" || arn->partition != call.partition) throw invalid_entity_arn(text);
  SourceEntity source;
  if (arn->resource.starts_with("user/")) {
    source.user = source_of<User>(call, *arn);
  } else if (arn->resource.starts_with("group/")) {
    source.group = source_of<Group>(call, *arn);
  } else if (arn->resource.starts_with("role/")) {
    source.role = source_of<Role>(call, *arn);
  } else {
    throw invalid_entity_arn(text);
  }
  return source;
}

std::vector<SimulatedPolicy> policies_of(const Call& call, const SourceEntity& source) {
  std::vector<SimulatedPolicy> out;
  const std::string_view word = source.user ? "user" : source.group ? "group" : "role";
  add_policies(call, word, source.entity(), out);
  if (!source.user) return out;
  for (const std::string& name : source.user->groups) {
    if (const auto group = call.store.find<Group>(id_of(call, name)))
      add_policies(call, "group", *group, out);
  }
  return out;
}

// --- Context ---

struct ContextType {
  std::string_view name;
  policy::ValueType type;
};
// Each has a twin with "List" behind the name.
constexpr ContextType kContextTypes[] = {
    {"string", policy::ValueType::text},     {"numeric", policy::ValueType::number},
    {"boolean", policy::ValueType::boolean}, {"ip", policy::ValueType::address},
    {"binary", policy::ValueType::text},     {"date", policy::ValueType::date},
};

void add_context_entry(policy::Context& context, const Members& entry) {
  const Value* const key = entry.find("ContextKeyName");
  const Value* const type = entry.find("ContextKeyType");
  if (key == nullptr) throw invalid_simulation("ContextKeyName must be specified for each context entry.");
  const std::string& name = key->get<std::string>();
  std::vector<std::string> values;
  if (const Value* const given = entry.find("ContextKeyValues")) {
    for (const Value& value : given->get<List>()) values.push_back(value.get<std::string>());
  }
  const std::string type_name = type == nullptr ? "stringList" : type->get<std::string>();
  const bool list = type_name.ends_with("List");
  const std::string_view single = std::string_view(type_name).substr(0, type_name.size() - (list ? 4 : 0));
  if (!list && values.size() > 1) {
    throw invalid_simulation("Context key " + name + " of type " + type_name + " must have a single value.");
  }
  for (const ContextType& known : kContextTypes) {
    if (known.name != single) continue;
    for (const std::string& value : values) {
      if (policy::valid_value(known.type, value)) continue;
      throw invalid_simulation("Value " + value + " of context key " + name + " is not of type " + type_name +
                               ".");
    }
  }
  context.set(name, std::move(values));
}

// --- Everything else ---

std::string owner_account(const Call& call) {
  if (!call.in.has("ResourceOwner")) return "";
  const std::string& owner = call.in.text("ResourceOwner");
  const auto arn = Arn::parse(owner);
  if (!arn || arn->service != "iam" || !is_account_id(arn->account)) throw invalid_resource_owner(owner);
  return arn->account;
}

policy::Principal caller_of(const std::string& text) {
  const auto arn = Arn::parse(text);
  const bool user = arn && arn->service == "iam" && is_account_id(arn->account) &&
                    arn->resource.starts_with("user/") && !arn->resource.ends_with('/');
  if (!user)
    throw invalid_simulation("'" + text + "' is not valid as a Caller: it is not the ARN of an IAM user.");
  return policy::Principal::parse(text);
}

void check_actions(const Call& call) {
  for (const std::string& action : call.in.texts("ActionNames")) {
    const std::size_t colon = action.find(':');
    const bool sound = colon != std::string::npos && colon > 0 && colon + 1 < action.size() &&
                       action.find_first_of("*?", 0) == std::string::npos &&
                       action.find(':', colon + 1) == std::string::npos;
    if (!sound) throw invalid_simulation("Invalid Action Name: " + action + ".");
  }
}

void read_resources(const Call& call, Simulation& out) {
  out.resources = call.in.texts("ResourceArns");
  for (const std::string& resource : out.resources) {
    if (resource != "*" && !Arn::parse(resource)) throw invalid_resource_name(resource);
  }
  // "*" alone is what no list stands for.
  if (out.resources == std::vector<std::string>{"*"}) out.resources.clear();
  out.resource_owner = owner_account(call);
  if (!call.in.has("ResourceHandlingOption")) return;
  const std::string& option = call.in.text("ResourceHandlingOption");
  if (std::find(std::begin(kHandlingOptions), std::end(kHandlingOptions), option) ==
      std::end(kHandlingOptions)) {
    throw invalid_simulation("'" + option + "' is not valid as a Resource Handling Option.");
  }
  // Such a scenario takes all of its resources together.
  out.all_must_allow = true;
}

// What kind of policy it is depends on the resource, and documents of all kinds are taken.
void read_resource_policy(const std::string& text, Simulation& out) {
  constexpr auto kLenient = policy::Strictness::lenient;
  policy::Compiled compiled = policy::compile(text, policy::Kind::resource, kLenient);
  if (!compiled.policy) throw invalid_simulation(std::move(compiled.error->message));
  out.resource_policy = {"ResourcePolicy", {text, std::move(compiled.policy)}, policy::statement_spans(text)};
  out.key_policy = policy::compile(text, policy::Kind::key, kLenient).policy;
  add_keys(out.resource_keys, policy::context_keys(text));
}

// Once, and not again for every action and resource.
void look_into(SimulatedPolicy& policy, std::vector<std::string>& keys) {
  policy.spans = policy::statement_spans(policy.document.text());
  add_keys(keys, policy::context_keys(policy.document.text()));
}

// What both operations have in common.
void read_common(const Call& call, Simulation& out) {
  check_actions(call);
  for (SimulatedPolicy& policy : listed_policies(call, "PolicyInputList")) {
    out.identity.push_back(std::move(policy));
  }
  auto boundaries = listed_policies(call, "PermissionsBoundaryPolicyInputList");
  if (boundaries.size() > 1) {
    throw invalid_simulation("PermissionsBoundaryPolicyInputList can hold one policy only.");
  }
  if (!boundaries.empty()) out.boundary = std::move(boundaries.front());
  if (call.in.has("CallerArn")) {
    out.caller = caller_of(call.in.text("CallerArn"));
    out.caller_known = true;
  }
  read_resources(call, out);
  if (call.in.has("ResourcePolicy")) {
    if (!out.caller_known) throw invalid_simulation("CallerArn must be specified with a ResourcePolicy.");
    read_resource_policy(call.in.text("ResourcePolicy"), out);
  }
  for (const Value& entry : call.in.list("ContextEntries")) {
    add_context_entry(out.context, entry.get<Members>());
  }
  for (SimulatedPolicy& policy : out.identity) look_into(policy, out.identity_keys);
  if (out.boundary) look_into(*out.boundary, out.identity_keys);
}

}  // namespace

std::vector<SimulatedPolicy> listed_policies(const Call& call, std::string_view member) {
  std::vector<SimulatedPolicy> out;
  for (const std::string& text : call.in.texts(member)) {
    std::string id = std::string(member) + "." + std::to_string(out.size() + 1);
    out.push_back({std::move(id), simulated_document(text)});
  }
  return out;
}

void add_keys(std::vector<std::string>& keys, std::vector<std::string> more) {
  for (std::string& key : more) {
    const bool known = std::any_of(keys.begin(), keys.end(),
                                   [&](const std::string& other) { return equal_ignoring_case(other, key); });
    if (!known) keys.push_back(std::move(key));
  }
}

std::vector<SimulatedPolicy> policies_of_source(const Call& call) {
  return policies_of(call, find_source(call));
}

Simulation custom_simulation(const Call& call) {
  Simulation out;
  out.caller.kind = policy::Principal::Kind::user;
  out.caller.account = call.account;
  out.caller.partition = call.partition;
  read_common(call, out);
  return out;
}

// A caller that is given acts with the policies of the source; the source's own boundary and its account's
// SCPs still count.
Simulation principal_simulation(const Call& call) {
  const SourceEntity source = find_source(call);
  Simulation out;
  out.identity = policies_of(call, source);
  if (source.group) {
    out.caller.kind = policy::Principal::Kind::user;
    out.caller.account = call.account;
    out.caller.partition = call.partition;
  } else {
    out.caller = policy::Principal::parse(call.in.text("PolicySourceArn"));
    out.caller.unique_id = source.entity().id;
    // A role is no user, so with a resource's policy somebody else has to be named.
    out.caller_known = source.user != nullptr;
  }
  if (!source.entity().boundary.empty()) {
    const auto policy = policy_of_key(call.store, source.entity().boundary);
    out.boundary =
        policy ? SimulatedPolicy{policy->name, policy->default_document().document} : SimulatedPolicy{};
  }
  read_common(call, out);
  add_service_controls(call.store, call.account, out.organization);
  return out;
}

}  // namespace latchkey::iam
