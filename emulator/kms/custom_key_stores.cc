#include "kms/custom_key_stores.h"

#include <algorithm>

#include "core/encoding.h"
#include "kms/access.h"
#include "kms/errors.h"
#include "kms/service.h"
#include "kms/shapes.h"
#include "store/scan.h"

namespace latchkey::kms {
namespace {

constexpr char kCloudHsm[] = "AWS_CLOUDHSM";
constexpr char kExternal[] = "EXTERNAL_KEY_STORE";
constexpr char kConnecting[] = "CONNECTING";
constexpr char kConnected[] = "CONNECTED";
constexpr char kDisconnecting[] = "DISCONNECTING";
constexpr char kDisconnected[] = "DISCONNECTED";
// AWS takes minutes. Long enough that a client that does not wait for CONNECTED is found out.
constexpr std::int64_t kSettleMs = 1'000;

// The state is a function of the store and the time, so a clock that is moved takes the store along.
std::string_view state_of(const CustomKeyStore& store, Time now) {
  if (now < store.settles) return store.state;
  if (store.state == kConnecting) return kConnected;
  return store.state == kDisconnecting ? std::string_view(kDisconnected) : store.state;
}

AwsError refusal(std::string_view code, std::string message) {
  return {400, std::string(code), std::move(message)};
}

AwsError not_found(std::string_view id) {
  return refusal("CustomKeyStoreNotFoundException",
                 "The custom key store " + std::string(id) + " does not exist.");
}

AwsError wrong_state(const CustomKeyStore& store, Time now) {
  return refusal("CustomKeyStoreInvalidStateException", "The custom key store " + store.id + " is " +
                                                            std::string(state_of(store, now)) +
                                                            ", which is not valid for this operation.");
}

Id id_of(const Call& call, std::string_view id) { return {call.account, call.region, std::string(id)}; }

template <class Source>
Ptr<CustomKeyStore> require_store(const Source& source, const Call& call, std::string_view id) {
  auto found = source.template find<CustomKeyStore>(id_of(call, id));
  if (!found) throw not_found(id);
  return found;
}

// --- What makes a store
// ----------------------------------------------------------------------------------------------

void require_members(const Call& call, std::string_view type,
                     std::initializer_list<std::string_view> members) {
  for (const std::string_view member : members) {
    if (!call.in.has(member)) {
      throw validation(std::string(member) + " is required for a custom key store of the type " +
                       std::string(type) + ".");
    }
  }
}

void refuse_members(const Call& call, std::string_view type,
                    std::initializer_list<std::string_view> members) {
  for (const std::string_view member : members) {
    if (call.in.has(member)) {
      throw validation(std::string(member) + " is not valid for a custom key store of the type " +
                       std::string(type) + ".");
    }
  }
}

void check_new_store(const Call& call, std::string_view type) {
  if (type == kCloudHsm) {
    require_members(call, type, {"CloudHsmClusterId", "TrustAnchorCertificate", "KeyStorePassword"});
    refuse_members(
        call, type,
        {"XksProxyUriEndpoint", "XksProxyUriPath", "XksProxyAuthenticationCredential", "XksProxyConnectivity",
         "XksProxyVpcEndpointServiceName", "XksProxyVpcEndpointServiceOwner"});
    if (!call.in.text("TrustAnchorCertificate").starts_with("-----BEGIN CERTIFICATE-----")) {
      throw refusal("IncorrectTrustAnchorException",
                    "The trust anchor certificate is not that of the cluster.");
    }
    return;
  }
  require_members(
      call, type,
      {"XksProxyUriEndpoint", "XksProxyUriPath", "XksProxyAuthenticationCredential", "XksProxyConnectivity"});
  refuse_members(call, type, {"CloudHsmClusterId", "TrustAnchorCertificate", "KeyStorePassword"});
}

// What the request says of an external store's proxy; the rest stays as it is.
void take_proxy(const Call& call, CustomKeyStore& store) {
  store.xks_connectivity = call.in.text_or("XksProxyConnectivity", store.xks_connectivity);
  store.xks_endpoint = call.in.text_or("XksProxyUriEndpoint", store.xks_endpoint);
  store.xks_path = call.in.text_or("XksProxyUriPath", store.xks_path);
  store.xks_vpc_service = call.in.text_or("XksProxyVpcEndpointServiceName", store.xks_vpc_service);
  store.xks_vpc_owner = call.in.text_or("XksProxyVpcEndpointServiceOwner", store.xks_vpc_owner);
  if (call.in.has("XksProxyAuthenticationCredential")) {
    const Members& credential = call.in.map("XksProxyAuthenticationCredential");
    store.xks_access_key_id = credential.find("AccessKeyId")->get<std::string>();
    store.xks_secret = Secret(credential.find("RawSecretAccessKey")->get<std::string>());
  }
  const bool by_vpc = store.xks_connectivity == "VPC_ENDPOINT_SERVICE";
  if (by_vpc && store.xks_vpc_service.empty()) {
    throw validation("XksProxyVpcEndpointServiceName is required for the connectivity VPC_ENDPOINT_SERVICE.");
  }
  if (!by_vpc && !store.xks_vpc_service.empty()) {
    throw validation("XksProxyVpcEndpointServiceName is not valid for the connectivity PUBLIC_ENDPOINT.");
  }
}

// Names, clusters and proxies belong to one store each.
void check_unique(const Call& call, const CustomKeyStore& store) {
  for (const auto& other : call.store.range<CustomKeyStore>(call.account, call.region)) {
    if (other->id == store.id) continue;
    if (other->name == store.name) {
      throw refusal("CustomKeyStoreNameInUseException",
                    "The name " + store.name + " is in use by another custom key store.");
    }
    if (!store.cluster_id.empty() && other->cluster_id == store.cluster_id) {
      throw refusal("CloudHsmClusterInUseException",
                    "The cluster " + store.cluster_id + " belongs to another custom key store.");
    }
    if (store.xks_endpoint.empty() || other->xks_endpoint != store.xks_endpoint) continue;
    if (other->xks_path == store.xks_path) {
      throw refusal("XksProxyUriInUseException",
                    "Another external key store has this proxy endpoint and path.");
    }
    if (store.xks_connectivity == "VPC_ENDPOINT_SERVICE" && other->xks_connectivity == "PUBLIC_ENDPOINT") {
      throw refusal("XksProxyUriEndpointInUseException",
                    "Another external key store has this proxy endpoint.");
    }
  }
}

Value create_store(Call& call) {
  const std::string type = call.in.text_or("CustomKeyStoreType", kCloudHsm);
  check_new_store(call, type);
  CustomKeyStore store;
  store.account = call.account;
  store.region = call.region;
  store.id = "cks-" + hex_encode(call.random.bytes(9)).substr(0, 17);
  store.name = call.in.text("CustomKeyStoreName");
  store.type = type;
  store.created = call.now;
  if (type == kCloudHsm) {
    store.cluster_id = call.in.text("CloudHsmClusterId");
    store.trust_anchor = call.in.text("TrustAnchorCertificate");
    store.password = Secret(call.in.text("KeyStorePassword"));
  } else {
    take_proxy(call, store);
  }
  check_unique(call, store);
  const auto made = call.store.write([&](Txn& txn) { return txn.put(std::move(store)); });
  return Members{{"CustomKeyStoreId", made->id}};
}

// --- Its life
// --------------------------------------------------------------------------------------------------------

template <class F>
void change(const Call& call, F&& work) {
  const std::string& id = call.in.text("CustomKeyStoreId");
  call.store.write([&](Txn& txn) {
    CustomKeyStore store = *require_store(txn, call, id);
    work(store);
    txn.put(std::move(store));
  });
}

void settle_as(CustomKeyStore& store, std::string_view state, Time now) {
  store.state = state;
  store.settles = {now.ms + kSettleMs};
}

// Valid in every state but DISCONNECTING (and FAILED, which no store here gets into): connecting again
// changes nothing.
Value connect(Call& call) {
  change(call, [&](CustomKeyStore& store) {
    const std::string_view state = state_of(store, call.now);
    if (state == kDisconnecting) throw wrong_state(store, call.now);
    if (state == kDisconnected) settle_as(store, kConnecting, call.now);
  });
  return Members();
}

Value disconnect(Call& call) {
  change(call, [&](CustomKeyStore& store) {
    const std::string_view state = state_of(store, call.now);
    if (state == kDisconnected || state == kDisconnecting) throw wrong_state(store, call.now);
    settle_as(store, kDisconnecting, call.now);
  });
  return Members();
}

Value update_store(Call& call) {
  CustomKeyStore next = *require_store(call.store, call, call.in.text("CustomKeyStoreId"));
  const bool cloud_hsm = next.type == kCloudHsm;
  if (cloud_hsm) {
    refuse_members(
        call, next.type,
        {"XksProxyUriEndpoint", "XksProxyUriPath", "XksProxyAuthenticationCredential", "XksProxyConnectivity",
         "XksProxyVpcEndpointServiceName", "XksProxyVpcEndpointServiceOwner"});
  } else {
    refuse_members(call, next.type, {"CloudHsmClusterId", "KeyStorePassword"});
  }
  // An external store's name, credential and path may change while it is connected.
  const bool needs_rest = cloud_hsm || call.in.has("XksProxyUriEndpoint") ||
                          call.in.has("XksProxyConnectivity") ||
                          call.in.has("XksProxyVpcEndpointServiceName");
  if (needs_rest && state_of(next, call.now) != kDisconnected) throw wrong_state(next, call.now);
  if (call.in.has("CloudHsmClusterId") && call.in.text("CloudHsmClusterId") != next.cluster_id) {
    throw refusal("CloudHsmClusterNotRelatedException",
                  "The cluster does not share a backup history with the one before.");
  }
  next.name = call.in.text_or("NewCustomKeyStoreName", next.name);
  if (call.in.has("KeyStorePassword")) next.password = Secret(call.in.text("KeyStorePassword"));
  if (!cloud_hsm) take_proxy(call, next);
  check_unique(call, next);
  change(call, [&](CustomKeyStore& store) { store = std::move(next); });
  return Members();
}

Value delete_store(Call& call) {
  const std::string& id = call.in.text("CustomKeyStoreId");
  for (const auto& key : call.store.range<Key>(call.account, call.region)) {
    if (key->custom_key_store == id && !key->gone(call.now)) {
      throw refusal("CustomKeyStoreHasCMKsException", "The custom key store " + id + " contains KMS keys.");
    }
  }
  call.store.write([&](Txn& txn) {
    const auto store = require_store(txn, call, id);
    if (state_of(*store, call.now) != kDisconnected) throw wrong_state(*store, call.now);
    txn.erase<CustomKeyStore>(id_of(call, id));
  });
  return Members();
}

// --- Descriptions
// ----------------------------------------------------------------------------------------------------

Members entry(const CustomKeyStore& store, Time now) {
  Members out{{"CustomKeyStoreId", store.id}, {"CustomKeyStoreName", store.name}};
  if (store.type == kCloudHsm) {
    out.add("CloudHsmClusterId", store.cluster_id).add("TrustAnchorCertificate", store.trust_anchor);
  }
  out.add("ConnectionState", state_of(store, now))
      .add("CreationDate", store.created)
      .add("CustomKeyStoreType", store.type);
  if (store.type == kCloudHsm) return out;
  Members proxy{{"Connectivity", store.xks_connectivity},
                {"AccessKeyId", store.xks_access_key_id},
                {"UriEndpoint", store.xks_endpoint},
                {"UriPath", store.xks_path}};
  if (!store.xks_vpc_service.empty()) proxy.add("VpcEndpointServiceName", store.xks_vpc_service);
  if (!store.xks_vpc_owner.empty()) proxy.add("VpcEndpointServiceOwner", store.xks_vpc_owner);
  return out.add("XksProxyConfiguration", std::move(proxy));
}

Value describe_stores(Call& call) {
  if (call.in.has("CustomKeyStoreId") && call.in.has("CustomKeyStoreName")) {
    throw validation("Give a CustomKeyStoreId or a CustomKeyStoreName, not both.");
  }
  ListPage page = page_of(call, 50);
  const std::string id = call.in.text_or("CustomKeyStoreId", "");
  const std::string name = call.in.text_or("CustomKeyStoreName", "");
  List out;
  scan<CustomKeyStore>(call.store, call.account, call.region, page.after(), [&](const Ptr<CustomKeyStore>& store) {
    if ((!id.empty() && store->id != id) || (!name.empty() && store->name != name)) return true;
    if (!page.takes(store->id)) return false;
    out.emplace_back(entry(*store, call.now));
    return true;
  });
  if (out.empty() && !(id + name).empty()) throw not_found(id + name);
  Members answer{{"CustomKeyStores", std::move(out)}};
  finish_page(answer, page);
  return answer;
}

}  // namespace

Ptr<CustomKeyStore> require_connected(const Call& call, const std::string& id) {
  auto store = require_store(call.store, call, id);
  if (state_of(*store, call.now) != kConnected) throw wrong_state(*store, call.now);
  return store;
}

void place_new_key(const Call& call, Key& key) {
  key.origin = call.in.text_or("Origin", "AWS_KMS");
  const bool elsewhere = key.origin == kCloudHsm || key.origin == kExternal;
  if (elsewhere != call.in.has("CustomKeyStoreId")) {
    throw validation(elsewhere ? "CustomKeyStoreId is required for the origin " + key.origin + "."
                               : "CustomKeyStoreId is not valid for the origin " + key.origin + ".");
  }
  if ((key.origin == kExternal) != call.in.has("XksKeyId")) {
    throw validation(key.origin == kExternal ? "XksKeyId is required for the origin EXTERNAL_KEY_STORE."
                                             : "XksKeyId is not valid for the origin " + key.origin + ".");
  }
  if (!elsewhere) return;
  if (key.spec != "SYMMETRIC_DEFAULT" || key.multi_region) {
    throw unsupported("Custom key stores hold symmetric encryption keys of one Region only.");
  }
  const auto store = require_connected(call, call.in.text("CustomKeyStoreId"));
  if (store->type != key.origin) {
    throw validation("The origin " + key.origin + " does not fit a custom key store of the type " +
                     store->type + ".");
  }
  key.custom_key_store = store->id;
  key.xks_key_id = call.in.text_or("XksKeyId", "");
  if (key.xks_key_id.empty()) return;
  for (const auto& other : call.store.range<Key>(call.account, call.region)) {
    if (other->custom_key_store == store->id && other->xks_key_id == key.xks_key_id &&
        !other->gone(call.now)) {
      throw refusal("XksKeyAlreadyInUseException",
                    "The external key is in use by another KMS key of this external key store.");
    }
  }
}

bool out_of_reach(const Call& call, const Key& key) {
  if (key.custom_key_store.empty()) return false;
  const auto found = call.store.find<CustomKeyStore>({key.account, key.region, key.custom_key_store});
  return !found || state_of(*found, call.now) != kConnected;
}

void add_store_metadata(const Store& store, const Key& key, Members& metadata) {
  if (key.custom_key_store.empty()) return;
  metadata.add("CustomKeyStoreId", key.custom_key_store);
  const auto found = store.find<CustomKeyStore>({key.account, key.region, key.custom_key_store});
  if (found && !found->cluster_id.empty()) metadata.add("CloudHsmClusterId", found->cluster_id);
  if (!key.xks_key_id.empty()) metadata.add("XksKeyConfiguration", Members{{"Id", key.xks_key_id}});
}

std::vector<Operation> custom_key_store_operations() {
  using namespace shape;
  const Member id = req("CustomKeyStoreId", CustomKeyStoreId);
  return {
      {.name = "CreateCustomKeyStore",
       .input = {req("CustomKeyStoreName", CustomKeyStoreName), opt("CloudHsmClusterId", CloudHsmClusterId),
                 opt("TrustAnchorCertificate", TrustAnchorCertificate),
                 opt("KeyStorePassword", KeyStorePassword), opt("CustomKeyStoreType", CustomKeyStoreType),
                 opt("XksProxyUriEndpoint", XksProxyUriEndpoint), opt("XksProxyUriPath", XksProxyUriPath),
                 opt("XksProxyVpcEndpointServiceName", XksProxyVpcEndpointServiceName),
                 opt("XksProxyVpcEndpointServiceOwner", AccountId),
                 opt("XksProxyAuthenticationCredential", XksProxyAuthenticationCredential),
                 opt("XksProxyConnectivity", XksProxyConnectivity)},
       .access = on_everything(),
       .run = create_store},
      {.name = "ConnectCustomKeyStore", .input = {id}, .access = on_everything(), .run = connect},
      {.name = "DisconnectCustomKeyStore", .input = {id}, .access = on_everything(), .run = disconnect},
      {.name = "DescribeCustomKeyStores",
       .input = {opt("CustomKeyStoreId", CustomKeyStoreId), opt("CustomKeyStoreName", CustomKeyStoreName),
                 opt("Limit", Limit), opt("Marker", Marker)},
       .access = on_everything(),
       .run = describe_stores},
      {.name = "UpdateCustomKeyStore",
       .input = {id, opt("NewCustomKeyStoreName", CustomKeyStoreName),
                 opt("KeyStorePassword", KeyStorePassword), opt("CloudHsmClusterId", CloudHsmClusterId),
                 opt("XksProxyUriEndpoint", XksProxyUriEndpoint), opt("XksProxyUriPath", XksProxyUriPath),
                 opt("XksProxyVpcEndpointServiceName", XksProxyVpcEndpointServiceName),
                 opt("XksProxyVpcEndpointServiceOwner", AccountId),
                 opt("XksProxyAuthenticationCredential", XksProxyAuthenticationCredential),
                 opt("XksProxyConnectivity", XksProxyConnectivity)},
       .access = on_everything(),
       .run = update_store},
      {.name = "DeleteCustomKeyStore", .input = {id}, .access = on_everything(), .run = delete_store},
  };
}

}  // namespace latchkey::kms
