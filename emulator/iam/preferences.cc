// The account's alias, its preferences for STS, and what an organization may switch on. The account counts as
// the management account of an organization of its own, so that these features can be tried.
#include "core/cipher.h"
#include "core/encoding.h"
#include "iam/access.h"
#include "iam/account_settings.h"
#include "iam/errors.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "identity/issuers.h"

namespace latchkey::iam {
namespace {

Value list_account_aliases(Call& call) {
  const auto itself = [](const std::string& alias) { return alias; };
  std::vector<std::string> aliases;
  const auto settings = settings_of(call.store, call);
  if (!settings.alias.empty()) aliases.push_back(settings.alias);
  return list_answer(call, "AccountAliases", aliases, itself, itself);
}

// An alias is unique in the world; an account has one, and a new one takes its place.
Value create_account_alias(Call& call) {
  const std::string& alias = call.in.text("AccountAlias");
  for (const auto& other : call.store.all<AccountSettings>()) {
    if (other->alias == alias) throw exists("The account alias " + alias + " already exists.");
  }
  change_settings(call, [&](AccountSettings& settings) { settings.alias = alias; });
  return {};
}

Value delete_account_alias(Call& call) {
  const std::string& alias = call.in.text("AccountAlias");
  change_settings(call, [&](AccountSettings& settings) {
    if (settings.alias != alias) throw missing("The account alias with name " + alias + " cannot be found.");
    settings.alias.clear();
  });
  return {};
}

Value set_token_version(Call& call) {
  change_settings(call, [&](AccountSettings& settings) {
    settings.global_token_version = call.in.text("GlobalEndpointTokenVersion");
  });
  return {};
}

// --- Organization
// ----------------------------------------------------------------------------------------------------

std::string organization_id(const Call& call) {
  return "o-" + hex_encode(sha256("organization " + call.account)).substr(0, 10);
}

Members features(const Call& call) {
  const auto settings = settings_of(call.store, call);
  List enabled;
  if (settings.root_credentials_management) enabled.emplace_back(std::string("RootCredentialsManagement"));
  if (settings.root_sessions) enabled.emplace_back(std::string("RootSessions"));
  return {{"OrganizationId", organization_id(call)}, {"EnabledFeatures", std::move(enabled)}};
}

Value list_organizations_features(Call& call) { return features(call); }

template <bool AccountSettings::*feature, bool on>
Value set_feature(Call& call) {
  change_settings(call, [&](AccountSettings& settings) { settings.*feature = on; });
  return features(call);
}

// --- Outbound web identity federation
// --------------------------------------------------------------------------------

AwsError federation_disabled() {
  return {404, "FeatureDisabled", "Outbound web identity federation is not enabled for this account."};
}

Value enable_federation(Call& call) {
  change_settings(call, [&](AccountSettings& settings) {
    if (settings.outbound_federation) {
      throw AwsError{409, "FeatureEnabled",
                     "Outbound web identity federation is already enabled for this account."};
    }
    settings.outbound_federation = true;
  });
  return Members{{"IssuerIdentifier", outbound_issuer(call.account)}};
}

Value disable_federation(Call& call) {
  change_settings(call, [&](AccountSettings& settings) {
    if (!settings.outbound_federation) throw federation_disabled();
    settings.outbound_federation = false;
  });
  return {};
}

Value federation_info(Call& call) {
  if (!settings_of(call.store, call).outbound_federation) throw federation_disabled();
  return Members{{"IssuerIdentifier", outbound_issuer(call.account)}, {"JwtVendingEnabled", true}};
}

}  // namespace

std::vector<Operation> preference_operations() {
  const Member alias = req("AccountAlias", shape::AccountAlias);
  std::vector<Operation> table{
      {.name = "ListAccountAliases",
       .input = {opt("Marker", shape::Marker), opt("MaxItems", shape::MaxItems)},
       .access = on_everything(),
       .run = list_account_aliases},
      {.name = "CreateAccountAlias",
       .input = {alias},
       .access = on_everything(),
       .run = create_account_alias},
      {.name = "DeleteAccountAlias",
       .input = {alias},
       .access = on_everything(),
       .run = delete_account_alias},
      {.name = "SetSecurityTokenServicePreferences",
       .input = {req("GlobalEndpointTokenVersion", shape::TokenVersion)},
       .access = on_everything(),
       .run = set_token_version},
  };
  const std::pair<std::string_view, Value (*)(Call&)> plain[] = {
      {"ListOrganizationsFeatures", list_organizations_features},
      {"EnableOrganizationsRootCredentialsManagement",
       set_feature<&AccountSettings::root_credentials_management, true>},
      {"DisableOrganizationsRootCredentialsManagement",
       set_feature<&AccountSettings::root_credentials_management, false>},
      {"EnableOrganizationsRootSessions", set_feature<&AccountSettings::root_sessions, true>},
      {"DisableOrganizationsRootSessions", set_feature<&AccountSettings::root_sessions, false>},
      {"EnableOutboundWebIdentityFederation", enable_federation},
      {"DisableOutboundWebIdentityFederation", disable_federation},
      {"GetOutboundWebIdentityFederationInfo", federation_info},
  };
  for (const auto& [name, run] : plain) {
    table.push_back({.name = name, .input = {}, .access = on_everything(), .run = run});
  }
  return table;
}

}  // namespace latchkey::iam
