// What concerns the account as a whole.
#include <algorithm>
#include <map>

#include "iam/access.h"
#include "iam/account_settings.h"
#include "iam/service.h"

namespace latchkey::iam {
namespace {

// AWS's default quotas, which nothing raises here.
constexpr std::pair<std::string_view, std::int64_t> kQuotas[] = {
    {"AccessKeysPerUserQuota", 2},
    {"AssumeRolePolicySizeQuota", 2048},
    {"AttachedPoliciesPerGroupQuota", 10},
    {"AttachedPoliciesPerRoleQuota", 10},
    {"AttachedPoliciesPerUserQuota", 10},
    {"GlobalEndpointTokenVersion", 1},
    {"GroupPolicySizeQuota", 5120},
    {"GroupsPerUserQuota", 10},
    {"GroupsQuota", 300},
    {"InstanceProfilesQuota", 1000},
    {"PoliciesQuota", 1500},
    {"PolicySizeQuota", 6144},
    {"PolicyVersionsInUseQuota", 10000},
    {"RolePolicySizeQuota", 10240},
    {"RolesQuota", 1000},
    {"ServerCertificatesQuota", 20},
    {"SigningCertificatesPerUserQuota", 2},
    {"UserPolicySizeQuota", 2048},
    {"UsersQuota", 5000},
    {"VersionsPerPolicyQuota", 5},
};
// What the root user of an account of Latchkey has none of.
constexpr std::string_view kNone[] = {"AccountAccessKeysPresent", "AccountPasswordPresent",
                                      "AccountSigningCertificatesPresent"};

Value get_account_summary(Call& call) {
  std::map<std::string_view, std::int64_t> summary(std::begin(kQuotas), std::end(kQuotas));
  for (const std::string_view name : kNone) summary[name] = 0;
  const auto total = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  const auto policies = call.store.range<ManagedPolicy>(call.account, "");
  summary["Users"] = total(call.store.count<User>(call.account, ""));
  summary["Groups"] = total(call.store.count<Group>(call.account, ""));
  summary["Roles"] = total(call.store.count<Role>(call.account, ""));
  summary["Policies"] = total(policies.size());
  summary["PolicyVersionsInUse"] = 0;
  for (const auto& policy : policies) summary["PolicyVersionsInUse"] += total(policy->versions.size());
  const auto devices = call.store.range<MfaDevice>(call.account, "");
  summary["MFADevices"] = total(devices.size());
  summary["MFADevicesInUse"] = std::count_if(devices.begin(), devices.end(),
                                             [](const auto& device) { return !device->user_id.empty(); });
  summary["AccountMFAEnabled"] = call.store.indexed<MfaDevice>(call.account).empty() ? 0 : 1;
  summary["InstanceProfiles"] = total(call.store.count<InstanceProfile>(call.account, ""));
  summary["ServerCertificates"] = total(call.store.count<ServerCertificate>(call.account, ""));
  summary["Providers"] = total(call.store.count<OidcProvider>(call.account, "")) +
                         total(call.store.count<SamlProvider>(call.account, ""));
  summary["GlobalEndpointTokenVersion"] =
      settings_of(call.store, call).global_token_version == "v2Token" ? 2 : 1;
  Members map;
  for (const auto& [name, value] : summary) map.add("entry", Members{{"key", name}, {"value", value}});
  return Members{{"SummaryMap", std::move(map)}};
}

}  // namespace

std::vector<Operation> account_operations() {
  return {
      {.name = "GetAccountSummary", .input = {}, .access = on_everything(), .run = get_account_summary},
  };
}

}  // namespace latchkey::iam
