// OpenID Connect identity providers.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
#include <algorithm>

#include "iam/access.h"
#include "iam/answers.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/tags.h"

namespace latchkey::iam {
namespace {

constexpr std::size_t kMostClientIds = 100;
constexpr std::size_t kMostThumbprints = 5;
constexpr std::string_view kScheme = "https://";

// As ARNs have it.
std::string host_and_path(const Call& call) {
  std::string url = call.in.text("Url");
  if (url.starts_with(kScheme)) url.erase(0, kScheme.size());
  return url;
}

// Where the keys are fetched from, so there must be a host, and neither query nor fragment.
std::string checked_url(const Call& call) {
  std::string url = host_and_path(call);
  const bool bare = !url.empty() && url.find_first_of("?#@ ") == std::string::npos && url.front() != '/';
  if (!call.in.text("Url").starts_with(kScheme) || !bare)
    throw invalid("Invalid Open ID Connect Provider URL");
  return url;
}

void check_thumbprints(const std::vector<std::string>& thumbprints) {
  if (thumbprints.size() > kMostThumbprints)
    throw invalid_input("Thumbprint list must contain fewer than 5 entries.");
}

Value create_provider(Call& call) {
  OidcProvider provider;
  provider.account = call.account;
  provider.url = checked_url(call);
  provider.created = call.now;
  provider.client_ids = call.in.texts("ClientIDList");
  provider.thumbprints = call.in.texts("ThumbprintList");
  provider.tags = call.in.tags("Tags", "Key", "Value");
  check_new_tags(provider.tags);
  check_thumbprints(provider.thumbprints);
  if (provider.client_ids.size() > kMostClientIds) {
    throw quota_exceeded("ClientIdsPerOpenIdConnectProvider", kMostClientIds);
  }
  call.store.write([&](Txn& txn) {
    if (txn.find<OidcProvider>(Traits<OidcProvider>::id(provider))) {
      throw exists("Provider with url https://" + provider.url + " already exists.");
    }
    txn.put(provider);
  });
  Members answer{{"OpenIDConnectProviderArn", arn_of(call, provider)}};
  if (!provider.tags.empty()) answer.add("Tags", tag_list(provider.tags));
  return answer;
}

List texts(const std::vector<std::string>& values) {
  List out;
  for (const std::string& value : values) out.emplace_back(value);
  return out;
}

Value get_provider(Call& call) {
  const auto provider = named<OidcProvider>(call);
  Members answer{{"Url", provider->url},
                 {"ClientIDList", texts(provider->client_ids)},
                 {"ThumbprintList", texts(provider->thumbprints)},
                 {"CreateDate", provider->created}};
  if (!provider->tags.empty()) answer.add("Tags", tag_list(provider->tags));
  return answer;
}

Value list_providers(Call& call) {
  List out;
  for (const auto& provider : call.store.range<OidcProvider>(call.account, "")) {
    out.emplace_back(Members{{"Arn", arn_of(call, *provider)}});
  }
  return Members{{"OpenIDConnectProviderList", std::move(out)}};
}

// Adding what is there and removing what is not are no errors.
Value add_client_id(Call& call) {
  change<OidcProvider>(call, [&](OidcProvider& provider, Txn&) {
    const std::string& id = call.in.text("ClientID");
    auto& ids = provider.client_ids;
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) return;
    if (ids.size() >= kMostClientIds)
      throw quota_exceeded("ClientIdsPerOpenIdConnectProvider", kMostClientIds);
    ids.push_back(id);
  });
  return {};
}

Value remove_client_id(Call& call) {
  change<OidcProvider>(
      call, [&](OidcProvider& provider, Txn&) { std::erase(provider.client_ids, call.in.text("ClientID")); });
  return {};
}

Value update_thumbprints(Call& call) {
  auto thumbprints = call.in.texts("ThumbprintList");
  check_thumbprints(thumbprints);
  change<OidcProvider>(call,
                       [&](OidcProvider& provider, Txn&) { provider.thumbprints = std::move(thumbprints); });
  return {};
}

Value delete_provider(Call& call) {
  const std::string& arn = call.in.text("OpenIDConnectProviderArn");
  call.store.write([&](Txn& txn) {
    require<OidcProvider>(txn, call, arn);
    txn.erase<OidcProvider>(id_named<OidcProvider>(call, arn));
  });
  return {};
}

}  // namespace

std::vector<Operation> oidc_provider_operations() {
  const Member arn = req("OpenIDConnectProviderArn", shape::Arn);
  return {
      {.name = "CreateOpenIDConnectProvider",
       .input = {req("Url", shape::OidcUrl), opt("ClientIDList", shape::ClientIds),
                 opt("ThumbprintList", shape::Thumbprints), opt("Tags", shape::Tags)},
       .access = on_new("oidc-provider", "OpenIDConnectProvider", false, host_and_path),
       .run = create_provider},
      {.name = "GetOpenIDConnectProvider",
       .input = {arn},
       .access = on_entity<OidcProvider>(),
       .run = get_provider},
      {.name = "ListOpenIDConnectProviders", .input = {}, .access = on_everything(), .run = list_providers},
      {.name = "AddClientIDToOpenIDConnectProvider",
       .input = {arn, req("ClientID", shape::ClientId)},
       .access = on_entity<OidcProvider>(),
       .run = add_client_id},
      {.name = "RemoveClientIDFromOpenIDConnectProvider",
       .input = {arn, req("ClientID", shape::ClientId)},
       .access = on_entity<OidcProvider>(),
       .run = remove_client_id},
      {.name = "UpdateOpenIDConnectProviderThumbprint",
       .input = {arn, req("ThumbprintList", shape::Thumbprints)},
       .access = on_entity<OidcProvider>(),
       .run = update_thumbprints},
      {.name = "DeleteOpenIDConnectProvider",
       .input = {arn},
       .access = on_entity<OidcProvider>(),
       .run = delete_provider},
  };
}

}  // namespace latchkey::iam
