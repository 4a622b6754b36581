// Everything that gives permissions in the account, in one list, and the report on its credentials.
#include <algorithm>
#include <map>

#include "core/encoding.h"
#include "iam/access.h"
#include "iam/account_settings.h"
#include "iam/answers.h"
#include "iam/errors.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/usage.h"
#include "identity/principals.h"

namespace latchkey::iam {
namespace {

// --- GetAccountAuthorizationDetails
// ----------------------------------------------------------------------------------

List inline_list(const IamEntity& entity) {
  List out;
  for (const auto& [name, document] : entity.inline_policies) {
    out.emplace_back(Members{{"PolicyName", name}, {"PolicyDocument", percent_encode(document.text())}});
  }
  return out;
}

List attached_list(const Call& call, const IamEntity& entity) {
  List out;
  for (const std::string& key : entity.attached) {
    if (const auto policy = policy_of_key(call.store, key)) {
      out.emplace_back(Members{{"PolicyName", policy->name}, {"PolicyArn", arn_of(call.partition, *policy)}});
    }
  }
  return out;
}

Members user_detail(const Call& call, const User& user) {
  List groups;
  for (const std::string& name : user.groups) {
    const auto group = call.store.find<Group>({user.account, "", name});
    groups.emplace_back(group ? group->name : name);
  }
  Members out{{"Path", user.path},
              {"UserName", user.name},
              {"UserId", user.id},
              {"Arn", arn_of(call.partition, user)},
              {"CreateDate", user.created},
              {"GroupList", std::move(groups)},
              {"AttachedManagedPolicies", attached_list(call, user)}};
  if (!user.inline_policies.empty()) out.add("UserPolicyList", inline_list(user));
  add_boundary_and_tags(call, out, user);
  return out;
}

Members group_detail(const Call& call, const Group& group) {
  return group_entry(call, group)
      .add("GroupPolicyList", inline_list(group))
      .add("AttachedManagedPolicies", attached_list(call, group));
}

List profiles_of(const Call& call, const Role& role) {
  List out;
  for (const auto& profile : call.store.indexed<InstanceProfile>(role.account + "/" + to_lower(role.name))) {
    out.emplace_back(instance_profile_entry(call, *profile));
  }
  return out;
}

Members role_detail(const Call& call, const Role& role) {
  Members out{{"Path", role.path},
              {"RoleName", role.name},
              {"RoleId", role.id},
              {"Arn", arn_of(call.partition, role)},
              {"CreateDate", role.created},
              {"AssumeRolePolicyDocument", percent_encode(shown_text(call.store, role.trust))},
              {"InstanceProfileList", profiles_of(call, role)},
              {"RolePolicyList", inline_list(role)},
              {"AttachedManagedPolicies", attached_list(call, role)}};
  add_boundary_and_tags(call, out, role);
  return out.add("RoleLastUsed", role_last_used(role));
}

Members policy_detail(const Call& call, const ManagedPolicy& policy) {
  List versions;
  for (const auto& version : policy.versions) {
    versions.emplace_back(
        version_entry(policy, version).add("Document", percent_encode(version.document.text())));
  }
  return policy_entry(call, policy).add("PolicyVersionList", std::move(versions));
}

// The four lists share their pages: one after the other, each in the order of its entities' names. Keys are a list's number,
// a slash and a name.
struct DetailPage {
  const Call& call;
  ListPage page;
  std::map<std::string_view, List> lists{
      {"UserDetailList", {}}, {"GroupDetailList", {}}, {"RoleDetailList", {}}, {"Policies", {}}};
};

bool filtered(const Call& call, std::string_view kind) {
  const auto kinds = call.in.texts("Filter");
  return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// What Filter calls the entities, where among the lists they come, and which list they stand in.
struct DetailPart {
  std::string_view filter;
  std::string prefix;
  std::string_view list;
};

template <class T, class Keep>
void add_details(DetailPage& out, const DetailPart& part, std::string_view account, Members (*detail)(const Call&, const T&),
                 Keep keep) {
  const std::string& after = out.page.after();
  const bool inside = after.starts_with(part.prefix);
  if (out.page.truncated() || !filtered(out.call, part.filter) || (!inside && after > part.prefix)) return;
  scan<T>(out.call.store, account, "", inside ? after.substr(part.prefix.size()) : "", [&](const Ptr<T>& entity) {
    if (!keep(*entity)) return true;
    if (!out.page.takes(part.prefix + Traits<T>::id(*entity).name)) return false;
    out.lists[part.list].emplace_back(detail(out.call, *entity));
    return true;
  });
}

Value get_account_authorization_details(Call& call) {
  DetailPage out{call, page_of(call)};
  const auto all = [](const auto&) { return true; };
  add_details<User>(out, {"User", "1/", "UserDetailList"}, call.account, user_detail, all);
  add_details<Group>(out, {"Group", "2/", "GroupDetailList"}, call.account, group_detail, all);
  add_details<Role>(out, {"Role", "3/", "RoleDetailList"}, call.account, role_detail, all);
  add_details<ManagedPolicy>(out, {"LocalManagedPolicy", "4/", "Policies"}, call.account, policy_detail, all);
  // AWS lists those of its own that are in use.
  add_details<ManagedPolicy>(out, {"AWSManagedPolicy", "5/", "Policies"}, kAwsAccount, policy_detail,
                             [&](const ManagedPolicy& policy) {
                               return count_uses(call.store, policy, call.account, Use::permissions) +
                                          count_uses(call.store, policy, call.account, Use::boundary) >
                                      0;
                             });
  Members answer;
  for (auto& [name, list] : out.lists) answer.add(std::string(name), std::move(list));
  finish_page(answer, out.page);
  return answer;
}

// --- The credential report
// -------------------------------------------------------------------------------------------

constexpr std::int64_t kReportLife = 4 * 3600;  // AWS makes a new one every four hours at most
constexpr std::string_view kReportHead =
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_"
    "rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_"
    "used_region,"
    "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_"
    "date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_"
    "active,"
    "cert_2_last_rotated,additional_credentials_info";

std::string report_time(Time time) {
  std::string text = format_iso8601(time);
  if (!text.empty() && text.back() == 'Z') text.replace(text.size() - 1, 1, "+00:00");
  return text;
}

std::string_view truth(bool value) { return value ? "true" : "false"; }

void add_cells(std::string& row, std::initializer_list<std::string_view> cells) {
  for (const std::string_view cell : cells) row.append(",").append(cell);
}

void add_key(std::string& row, const AccessKey* key) {
  if (key == nullptr) return add_cells(row, {"false", "N/A", "N/A", "N/A", "N/A"});
  add_cells(row, {truth(key->active), report_time(key->created),
                  key->last_used ? report_time(*key->last_used) : "N/A", key->last_used_region,
                  key->last_used_service});
}

std::string report_row(const Call& call, const User& user, const AccountSettings& settings) {
  std::string row = user.name;
  add_cells(row, {arn_of(call.partition, user), report_time(user.created)});
  const auto login = call.store.find<LoginProfile>({user.account, "", user.id});
  if (login) {
    const std::int64_t age =
        settings.password_policy.empty() ? 0 : settings.password_policy.front().max_age_days;
    add_cells(row,
              {"true", user.password_last_used ? report_time(*user.password_last_used) : "no_information",
               report_time(login->changed),
               age > 0 ? report_time(login->changed.plus_seconds(age * 86'400)) : "not_supported"});
  } else {
    add_cells(row, {"false", "N/A", "N/A", "N/A"});
  }
  add_cells(row, {truth(!call.store.indexed<MfaDevice>(user.id).empty())});
  const auto keys = call.store.indexed<AccessKey>(user.account + "/" + to_lower(user.name));
  for (std::size_t i = 0; i < 2; ++i) add_key(row, i < keys.size() ? keys[i].get() : nullptr);
  const auto certificates = call.store.indexed<SigningCertificate>(user.id);
  for (std::size_t i = 0; i < 2; ++i) {
    if (i < certificates.size()) {
      add_cells(row, {truth(certificates[i]->active), report_time(certificates[i]->uploaded)});
    } else {
      add_cells(row, {"false", "N/A"});
    }
  }
  add_cells(row, {""});
  return row;
}

std::string make_report(const Call& call) {
  const auto settings = settings_of(call.store, call);
  std::string out(kReportHead);
  out += "\n<root_account>," + call.arn("iam", "root") +
         ",N/A,not_supported,no_information,not_supported,not_supported," +
         std::string(truth(!call.store.indexed<MfaDevice>(call.account).empty())) +
         ",false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A,";
  for (const auto& user : call.store.range<User>(call.account, ""))
    out += "\n" + report_row(call, *user, settings);
  return out;
}

bool fresh(const AccountSettings& settings, Time now) {
  return settings.credential_report_made && settings.credential_report_made->plus_seconds(kReportLife) > now;
}

Value generate_credential_report(Call& call) {
  const auto settings = settings_of(call.store, call);
  if (fresh(settings, call.now)) return Members{{"State", "COMPLETE"}};
  std::string report = make_report(call);
  change_settings(call, [&](AccountSettings& changed) {
    changed.credential_report = report;
    changed.credential_report_made = call.now;
  });
  return Members{{"State", "STARTED"},
                 {"Description", "No report exists. Starting a new report generation task"}};
}

Value get_credential_report(Call& call) {
  const auto settings = settings_of(call.store, call);
  if (!settings.credential_report_made)
    throw AwsError{410, "ReportNotPresent", "No report exists. Generate one first."};
  if (!fresh(settings, call.now))
    throw AwsError{410, "ReportExpired", "The report has expired. Generate a new one."};
  return Members{{"Content", Blob{settings.credential_report}},
                 {"ReportFormat", "text/csv"},
                 {"GeneratedTime", *settings.credential_report_made}};
}

}  // namespace

std::vector<Operation> authorization_detail_operations() {
  return {
      {.name = "GetAccountAuthorizationDetails",
       .input = {opt("Filter", shape::EntityTypes), opt("MaxItems", shape::MaxItems),
                 opt("Marker", shape::Marker)},
       .access = on_everything(),
       .run = get_account_authorization_details},
      {.name = "GenerateCredentialReport",
       .input = {},
       .access = on_everything(),
       .run = generate_credential_report},
      {.name = "GetCredentialReport", .input = {}, .access = on_everything(), .run = get_credential_report},
  };
}

}  // namespace latchkey::iam
