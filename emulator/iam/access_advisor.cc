// What somebody may do and when it was last done, from the journal.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
#include <algorithm>
#include <map>
#include <set>

#include "core/encoding.h"
#include "core/json.h"
#include "iam/access.h"
#include "iam/errors.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "identity/own_policies.h"
#include "pipeline/journal.h"

namespace latchkey::iam {
namespace {

// The services that calls reach here, as AWS names them.
const std::map<std::string, std::string, std::less<>> kServiceNames{
    {"iam", "AWS Identity and Access Management"},
    {"kms", "AWS Key Management Service"},
    {"sts", "AWS Security Token Service"}};

std::string service_name(const std::string& name_space) {
  const auto known = kServiceNames.find(name_space);
  return known == kServiceNames.end() ? name_space : known->second;
}

// The services of which a policy allows something. A policy that allows every action, or all but some, allows
// those here.
std::set<std::string> services_of(const std::string& text) {
  std::set<std::string> out;
  const auto everything = [&] {
    for (const auto& [name_space, name] : kServiceNames) out.insert(name_space);
  };
  const auto document = parse_json(text);
  if (!document || !document->is<Members>()) return out;
  for (const Value& statement : as_list(document->get<Members>().find("Statement"))) {
    if (!statement.is<Members>()) continue;
    const Members& members = statement.get<Members>();
    const Value* effect = members.find("Effect");
    if (effect == nullptr || !effect->is<std::string>() || effect->get<std::string>() != "Allow") continue;
    if (members.find("NotAction") != nullptr) everything();
    for (const Value& action : as_list(members.find("Action"))) {
      if (!action.is<std::string>()) continue;
      const std::string& name = action.get<std::string>();
      const std::size_t colon = name.find(':');
      if (colon == std::string::npos) {
        everything();
      } else {
        out.insert(to_lower(name.substr(0, colon)));
      }
    }
  }
  return out;
}

std::vector<OwnPolicy> policies_of(const Call& call, const std::string& arn) {
  const auto parsed = Arn::parse(arn);
  const bool own =
      parsed && parsed->service == "iam" && (parsed->account == call.account || parsed->account == kAwsAccount);
  auto policies = own ? own_policies(call.store, arn) : std::nullopt;
  if (!policies) throw missing("ARN " + arn + " cannot be found.");
  return *std::move(policies);
}

// Whether a caller of the journal is who the report is about: itself, a session of the role, somebody in the
// group, or somebody with the policy.
bool is_about(const Call& call, const std::string& subject, const Entry& entry) {
  if (entry.principal == subject) return true;
  const auto arn = Arn::parse(subject);
  const auto caller = Arn::parse(entry.principal);
  if (!arn || !caller) return false;
  const std::string name = to_lower(arn->resource.substr(arn->resource.rfind('/') + 1));
  if (arn->resource.starts_with("role/")) {
    return caller->account == arn->account &&
           to_lower(caller->resource).starts_with("assumed-role/" + name + "/");
  }
  const auto policies = own_policies(call.store, entry.principal);
  if (arn->resource.starts_with("policy/")) {
    return policies && std::any_of(policies->begin(), policies->end(),
                                   [&](const OwnPolicy& p) { return p.arn == subject; });
  }
  if (!arn->resource.starts_with("group/") || !caller->resource.starts_with("user/")) return false;
  const auto user = call.store.find<User>(
      {caller->account, "", to_lower(caller->resource.substr(caller->resource.rfind('/') + 1))});
  return user && std::find(user->groups.begin(), user->groups.end(), name) != user->groups.end();
}

struct Use {
  Time at;
  std::string by;
  std::string region;
};

struct ServiceUse {
  std::optional<Use> last;
  std::map<std::string, Use> by_entity;  // ARN of the user or role
  std::map<std::string, Use> by_action;
};

// The role of a session's ARN, the ARN itself of anybody else.
std::string entity_of(const Call& call, const std::string& principal) {
  const auto arn = Arn::parse(principal);
  if (!arn || !arn->resource.starts_with("assumed-role/")) return principal;
  const std::string rest = arn->resource.substr(13);
  const std::string name = rest.substr(0, rest.find('/'));
  const auto role = call.store.find<Role>({arn->account, "", to_lower(name)});
  return role ? arn_of(arn->partition, *role)
              : Arn{arn->partition, "iam", "", arn->account, "role/" + name}.str();
}

std::map<std::string, ServiceUse> uses_of(const Call& call, const IamJob& job) {
  std::map<std::string, ServiceUse> out;
  JournalFilter filter;
  filter.account = call.account;
  for (const auto& entry : call.journal.list(filter)) {
    if (entry->time > job.created || entry->operation.empty() || !is_about(call, job.subject, *entry))
      continue;
    const Use use{entry->time, entity_of(call, entry->principal), entry->region};
    ServiceUse& service = out[entry->service];
    service.last = use;
    service.by_entity[use.by] = use;
    service.by_action[entry->operation] = use;
  }
  return out;
}

// --- The reports
// -----------------------------------------------------------------------------------------------------

Value generate_details(Call& call) {
  IamJob job;
  job.account = call.account;
  job.id = call.random.uuid();
  job.subject = call.in.text("Arn");
  job.by_action = call.in.text_or("Granularity", "SERVICE_LEVEL") == "ACTION_LEVEL";
  job.created = call.now;
  policies_of(call, job.subject);
  call.store.write([&](Txn& txn) { txn.put(job); });
  return Members{{"JobId", job.id}};
}

Ptr<IamJob> job_of(const Call& call) {
  auto job = call.store.find<IamJob>({call.account, "", call.in.text("JobId")});
  if (!job) throw missing("Invalid Job Id: " + call.in.text("JobId"));
  return job;
}

void add_use(Members& out, const Use& use, std::string_view time, std::string_view entity,
             std::string_view region) {
  out.add(std::string(time), use.at).add(std::string(entity), use.by).add(std::string(region), use.region);
}

Members service_entry(const std::string& name_space, const ServiceUse* use, bool by_action) {
  Members out{{"ServiceName", service_name(name_space)}, {"ServiceNamespace", name_space}};
  if (use != nullptr) {
    add_use(out, *use->last, "LastAuthenticated", "LastAuthenticatedEntity", "LastAuthenticatedRegion");
  }
  out.add("TotalAuthenticatedEntities",
          use == nullptr ? std::int64_t{0} : static_cast<std::int64_t>(use->by_entity.size()));
  if (!by_action) return out;
  List actions;
  if (use != nullptr) {
    for (const auto& [action, last] : use->by_action) {
      Members entry{{"ActionName", action}};
      add_use(entry, last, "LastAccessedTime", "LastAccessedEntity", "LastAccessedRegion");
      actions.emplace_back(std::move(entry));
    }
  }
  return out.add("TrackedActionsLastAccessed", std::move(actions));
}

Value get_details(Call& call) {
  const auto job = job_of(call);
  std::set<std::string> services;
  for (const OwnPolicy& policy : policies_of(call, job->subject)) services.merge(services_of(policy.text));
  const auto uses = uses_of(call, *job);
  const std::vector<std::string> ordered(services.begin(), services.end());
  Members answer = list_answer(
      call, "ServicesLastAccessed", ordered, [](const std::string& service) { return service; },
      [&](const std::string& service) {
        const auto use = uses.find(service);
        return service_entry(service, use == uses.end() ? nullptr : &use->second, job->by_action);
      });
  return answer.add("JobStatus", "COMPLETED")
      .add("JobType", job->by_action ? "ACTION_LEVEL" : "SERVICE_LEVEL")
      .add("JobCreationDate", job->created)
      .add("JobCompletionDate", job->created);
}

Members entity_info(const Call& call, const std::string& text) {
  const auto arn = Arn::parse(text);
  const std::string name = arn ? arn->resource.substr(arn->resource.rfind('/') + 1) : text;
  Members out{{"Arn", text}, {"Name", name}};
  const bool is_role = arn && arn->resource.starts_with("role/");
  out.add("Type", is_role ? "ROLE" : "USER");
  const Id id{call.account, "", to_lower(name)};
  const auto role = call.store.find<Role>(id);
  const auto user = call.store.find<User>(id);
  out.add("Id", is_role ? (role ? role->id : "") : (user ? user->id : call.account));
  return out.add("Path", is_role ? (role ? role->path : "/") : (user ? user->path : "/"));
}

Value get_details_with_entities(Call& call) {
  const auto job = job_of(call);
  const auto uses = uses_of(call, *job);
  const auto service = uses.find(to_lower(call.in.text("ServiceNamespace")));
  std::vector<std::pair<std::string, Use>> entities;
  if (service != uses.end())
    entities.assign(service->second.by_entity.begin(), service->second.by_entity.end());
  Members answer = list_answer(
      call, "EntityDetailsList", entities, [](const auto& entity) { return entity.first; },
      [&](const auto& entity) {
        return Members{{"EntityInfo", entity_info(call, entity.first)},
                       {"LastAuthenticated", entity.second.at}};
      });
  return answer.add("JobStatus", "COMPLETED")
      .add("JobCreationDate", job->created)
      .add("JobCompletionDate", job->created);
}

Value list_policies_granting_access(Call& call) {
  const auto policies = policies_of(call, call.in.text("Arn"));
  List out;
  for (const std::string& name_space : call.in.texts("ServiceNamespaces")) {
    List granting;
    for (const OwnPolicy& policy : policies) {
      if (!services_of(policy.text).contains(to_lower(name_space))) continue;
      Members entry;
      if (policy.arn.empty()) {
        entry.add("PolicyName", policy.inline_name)
            .add("PolicyType", "INLINE")
            .add("EntityType", policy.holder);
        entry.add("EntityName", policy.holder_name);
      } else {
        entry.add("PolicyName", policy.arn.substr(policy.arn.rfind('/') + 1)).add("PolicyType", "MANAGED");
        entry.add("PolicyArn", policy.arn);
      }
      granting.emplace_back(std::move(entry));
    }
    out.emplace_back(Members{{"ServiceNamespace", name_space}, {"Policies", std::move(granting)}});
  }
  return Members{{"PoliciesGrantingServiceAccess", std::move(out)}, {"IsTruncated", false}};
}

// An organization's report is about paths of units, and there is one account: whatever it reached counts.
Value generate_organizations_report(Call& call) {
  IamJob job;
  job.account = call.account;
  job.id = call.random.uuid();
  job.subject = call.in.text("EntityPath");
  job.created = call.now;
  call.store.write([&](Txn& txn) { txn.put(job); });
  return Members{{"JobId", job.id}};
}

Value get_organizations_report(Call& call) {
  const auto job = job_of(call);
  if (call.in.text_or("SortKey", "SERVICE_NAMESPACE_ASCENDING") != "SERVICE_NAMESPACE_ASCENDING") {
    throw invalid_input("The report can only be had in the order SERVICE_NAMESPACE_ASCENDING here.");
  }
  std::map<std::string, Use> last;
  JournalFilter filter;
  filter.account = call.account;
  for (const auto& entry : call.journal.list(filter)) {
    if (entry->time <= job->created && !entry->operation.empty()) {
      last[entry->service] = {entry->time, entity_of(call, entry->principal), entry->region};
    }
  }
  std::vector<std::pair<std::string, std::string>> services(kServiceNames.begin(), kServiceNames.end());
  Members answer = list_answer(
      call, "AccessDetails", services, [](const auto& service) { return service.first; },
      [&](const auto& service) {
        Members out{{"ServiceName", service.second}, {"ServiceNamespace", service.first}};
        const auto use = last.find(service.first);
        out.add("TotalAuthenticatedEntities", std::int64_t{use == last.end() ? 0 : 1});
        if (use == last.end()) return out;
        return out.add("EntityPath", job->subject)
            .add("Region", use->second.region)
            .add("LastAuthenticatedTime", use->second.at);
      });
  const auto accessible = static_cast<std::int64_t>(services.size());
  return answer.add("JobStatus", "COMPLETED")
      .add("JobCreationDate", job->created)
      .add("JobCompletionDate", job->created)
      .add("NumberOfServicesAccessible", accessible)
      .add("NumberOfServicesNotAccessed", accessible - static_cast<std::int64_t>(last.size()));
}

AccessRule on_arn() {
  return AccessRule([](Call& call) {
    if (!Arn::parse(call.in.text("Arn"))) throw unparsable_arn();
    return std::vector<Access>{{.action = action_of(call), .resource = call.in.text("Arn")}};
  });
}

}  // namespace

std::vector<Operation> access_advisor_operations() {
  const Member job = req("JobId", shape::JobId);
  const Member marker = opt("Marker", shape::Marker);
  const Member max_items = opt("MaxItems", shape::MaxItems);
  return {
      {.name = "GenerateServiceLastAccessedDetails",
       .input = {req("Arn", shape::Arn), opt("Granularity", shape::Granularity)},
       .access = on_arn(),
       .run = generate_details},
      {.name = "GetServiceLastAccessedDetails",
       .input = {job, max_items, marker},
       .access = on_everything(),
       .run = get_details},
      {.name = "GetServiceLastAccessedDetailsWithEntities",
       .input = {job, req("ServiceNamespace", shape::ServiceNamespace), max_items, marker},
       .access = on_everything(),
       .run = get_details_with_entities},
      {.name = "ListPoliciesGrantingServiceAccess",
       .input = {marker, req("Arn", shape::Arn), req("ServiceNamespaces", shape::ServiceNamespaces)},
       .access = on_arn(),
       .run = list_policies_granting_access},
      {.name = "GenerateOrganizationsAccessReport",
       .input = {req("EntityPath", shape::EntityPath),
                 opt("OrganizationsPolicyId", shape::OrganizationsPolicyId)},
       .access = on_everything(),
       .run = generate_organizations_report},
      {.name = "GetOrganizationsAccessReport",
       .input = {job, max_items, marker, opt("SortKey", shape::SortKey)},
       .access = on_everything(),
       .run = get_organizations_report},
  };
}

}  // namespace latchkey::iam
