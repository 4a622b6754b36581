// SAML 2.0 identity providers.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml.html
#include <algorithm>

#include "iam/access.h"
#include "iam/answers.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/tags.h"
#include "identity/saml.h"
#include "kms/private_key.h"

namespace latchkey::iam {
namespace {

constexpr std::int64_t kValidSeconds = 100LL * 365 * 86'400;
constexpr std::size_t kMostPrivateKeys = 2;

// The issuer's description of itself; it is read again when an assertion is checked.
std::string checked_metadata(const Call& call) {
  const std::string& text = call.in.text("SAMLMetadataDocument");
  if (!parse_saml_metadata(text)) throw invalid_input("Could not parse metadata");
  return text;
}

void add_private_key(const Call& call, SamlProvider& provider) {
  if (!call.in.has("AddPrivateKey")) return;
  const std::string& pem = call.in.text("AddPrivateKey");
  if (!kms::PrivateKey::from_pem(pem)) throw invalid_input("The private key is not valid.");
  if (provider.private_keys.size() >= kMostPrivateKeys) {
    throw quota_exceeded("PrivateKeysPerSAMLProvider", kMostPrivateKeys);
  }
  provider.private_keys.push_back({call.random.unique_id("", 22), Secret(pem), call.now});
}

Value create_provider(Call& call) {
  SamlProvider provider;
  provider.account = call.account;
  provider.name = call.in.text("Name");
  provider.id = call.random.unique_id("", 21);
  provider.created = call.now;
  provider.valid_until = call.now.plus_seconds(kValidSeconds);
  provider.metadata = checked_metadata(call);
  provider.encryption_mode = call.in.text_or("AssertionEncryptionMode", "");
  provider.tags = call.in.tags("Tags", "Key", "Value");
  check_new_tags(provider.tags);
  add_private_key(call, provider);
  if (provider.encryption_mode == "Required" && provider.private_keys.empty()) {
    throw invalid_input("A private key is needed where assertion encryption is required.");
  }
  call.store.write([&](Txn& txn) {
    if (txn.find<SamlProvider>(Traits<SamlProvider>::id(provider))) {
      throw exists("Provider with name " + provider.name + " already exists.");
    }
    txn.put(provider);
  });
  Members answer{{"SAMLProviderArn", arn_of(call, provider)}};
  if (!provider.tags.empty()) answer.add("Tags", tag_list(provider.tags));
  return answer;
}

Value get_provider(Call& call) {
  const auto provider = named<SamlProvider>(call);
  Members answer{{"SAMLProviderUUID", provider->id},
                 {"SAMLMetadataDocument", provider->metadata},
                 {"CreateDate", provider->created},
                 {"ValidUntil", provider->valid_until}};
  if (!provider->tags.empty()) answer.add("Tags", tag_list(provider->tags));
  if (!provider->encryption_mode.empty()) answer.add("AssertionEncryptionMode", provider->encryption_mode);
  List keys;
  for (const auto& key : provider->private_keys) {
    keys.emplace_back(Members{{"KeyId", key.id}, {"Timestamp", key.added}});
  }
  if (!keys.empty()) answer.add("PrivateKeyList", std::move(keys));
  return answer;
}

Value list_providers(Call& call) {
  List out;
  for (const auto& provider : call.store.range<SamlProvider>(call.account, "")) {
    out.emplace_back(Members{{"Arn", arn_of(call, *provider)},
                             {"ValidUntil", provider->valid_until},
                             {"CreateDate", provider->created}});
  }
  return Members{{"SAMLProviderList", std::move(out)}};
}

Value update_provider(Call& call) {
  change<SamlProvider>(call, [&](SamlProvider& provider, Txn&) {
    if (call.in.has("SAMLMetadataDocument")) provider.metadata = checked_metadata(call);
    if (call.in.has("AssertionEncryptionMode"))
      provider.encryption_mode = call.in.text("AssertionEncryptionMode");
    if (call.in.has("RemovePrivateKey")) {
      const std::string& id = call.in.text("RemovePrivateKey");
      if (std::erase_if(provider.private_keys, [&](const auto& key) { return key.id == id; }) == 0) {
        throw invalid_input("The private key with id " + id + " cannot be found.");
      }
    }
    add_private_key(call, provider);
  });
  return Members{{"SAMLProviderArn", call.in.text("SAMLProviderArn")}};
}

Value delete_provider(Call& call) {
  const std::string& arn = call.in.text("SAMLProviderArn");
  call.store.write([&](Txn& txn) {
    require<SamlProvider>(txn, call, arn);
    txn.erase<SamlProvider>(id_named<SamlProvider>(call, arn));
  });
  return {};
}

}  // namespace

std::vector<Operation> saml_provider_operations() {
  const Member arn = req("SAMLProviderArn", shape::Arn);
  return {
      {.name = "CreateSAMLProvider",
       .input = {req("SAMLMetadataDocument", shape::SamlMetadata), req("Name", shape::SamlProviderName),
                 opt("Tags", shape::Tags), opt("AssertionEncryptionMode", shape::EncryptionMode),
                 opt("AddPrivateKey", shape::PrivateKey)},
       .access = on_new("saml-provider", "SAMLProvider", false,
                        [](const Call& call) { return call.in.text("Name"); }),
       .run = create_provider},
      {.name = "GetSAMLProvider", .input = {arn}, .access = on_entity<SamlProvider>(), .run = get_provider},
      {.name = "ListSAMLProviders", .input = {}, .access = on_everything(), .run = list_providers},
      {.name = "UpdateSAMLProvider",
       .input = {opt("SAMLMetadataDocument", shape::SamlMetadata), arn,
                 opt("AssertionEncryptionMode", shape::EncryptionMode),
                 opt("AddPrivateKey", shape::PrivateKey), opt("RemovePrivateKey", shape::PrivateKeyId)},
       .access = on_entity<SamlProvider>(),
       .run = update_provider},
      {.name = "DeleteSAMLProvider",
       .input = {arn},
       .access = on_entity<SamlProvider>(),
       .run = delete_provider},
  };
}

}  // namespace latchkey::iam
