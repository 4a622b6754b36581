#include "identity/issuers.h"

#include <algorithm>
#include <stdexcept>

#include "core/cipher.h"
#include "core/encoding.h"
#include "core/json.h"
#include "identity/jwt.h"
#include "kms/key_material.h"
#include "kms/key_specs.h"

namespace latchkey {
namespace {

constexpr std::int64_t kTokenSeconds = 3'600;

Id keys_id(std::string_view url) { return {"", "", "oidc-keys/" + issuer_name(url)}; }

Id signer_id(std::string_view url, std::string_view algorithm) {
  return {"", "", "oidc-signer/" + std::string(algorithm) + "/" + issuer_name(url)};
}

std::string key_name(std::string_view algorithm) { return "latchkey-" + std::string(algorithm); }

void put(Txn& txn, const Id& id, std::string value) { txn.put(Setting{id.name, Secret(std::move(value))}); }

std::optional<List> keys_in(const Ptr<Setting>& setting) {
  if (!setting) return std::nullopt;
  const auto document = parse_json(setting->value.reveal());
  if (!document || !document->is<List>()) return std::nullopt;
  return document->get<List>();
}

// The issuer's own private key: found, or made and its public half registered.
std::string signer(Store& store, const Settings& settings, std::string_view url, std::string_view algorithm) {
  const Id id = signer_id(url, algorithm);
  if (const auto present = store.find<Setting>(id)) return present->value.reveal();
  const auto made =
      kms::new_private_key(settings, kms::key_spec(algorithm == "ES384" ? "ECC_NIST_P384" : "RSA_2048"));
  return store.write([&](Txn& txn) {
    if (const auto present = txn.find<Setting>(id)) return present->value.reveal();
    List keys = keys_in(txn.find<Setting>(keys_id(url))).value_or(List());
    keys.emplace_back(public_jwk(algorithm, key_name(algorithm), made->pkcs8()));
    put(txn, keys_id(url), to_json(Value(std::move(keys))));
    put(txn, id, made->pkcs8());
    return made->pkcs8();
  });
}

}  // namespace

std::string issuer_name(std::string_view url) {
  if (url.starts_with("https://")) url.remove_prefix(8);
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

std::string outbound_issuer(std::string_view account) {
  const std::string hex = hex_encode(sha256("issuer " + std::string(account)));
  return "https://" + hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20, 12) + ".tokens.sts.global.api.aws";
}

void check_issuer(std::string_view url, const List& keys) {
  if (issuer_name(url).empty()) throw std::runtime_error("issuer: must be a URL");
  for (const Value& key : keys) {
    const Value* type = key.is<Members>() ? key.get<Members>().find("kty") : nullptr;
    if (type == nullptr || (*type != Value("RSA") && *type != Value("EC"))) {
      throw std::runtime_error("keys: each must be a JSON Web Key of type RSA or EC");
    }
  }
}

void register_issuer(Store& store, std::string_view url, const List& keys) {
  check_issuer(url, keys);
  store.write([&](Txn& txn) { put(txn, keys_id(url), to_json(Value(keys))); });
}

std::optional<List> issuer_keys(const Store& store, std::string_view url) {
  return keys_in(store.find<Setting>(keys_id(url)));
}

std::string issue_token(Store& store, Random& random, const Settings& settings, std::string_view url,
                        Members claims, Time now, std::string_view algorithm) {
  const std::string key = signer(store, settings, url, algorithm);
  if (claims.find("iss") == nullptr) claims.add("iss", "https://" + issuer_name(url));
  if (claims.find("iat") == nullptr) claims.add("iat", now.seconds());
  if (claims.find("exp") == nullptr) claims.add("exp", now.seconds() + kTokenSeconds);
  if (claims.find("jti") == nullptr) claims.add("jti", random.uuid());
  return sign_jwt(claims, algorithm, key_name(algorithm), key);
}

}  // namespace latchkey
