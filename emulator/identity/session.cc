#include "identity/session.h"

#include "core/cipher.h"
#include "core/encoding.h"
#include "core/json.h"

namespace latchkey {
namespace {

constexpr std::string_view kSetting = "session-key";
constexpr std::string_view kVersion = "latchkey session 1";  // bound to the token as associated data

std::string_view kind_name(Session::Kind kind) {
  switch (kind) {
    case Session::Kind::role:
      return "role";
    case Session::Kind::user:
      return "user";
    case Session::Kind::root:
      return "root";
    case Session::Kind::federated:
      return "federated";
  }
  return "";
}

Session::Kind kind_named(std::string_view name) {
  if (name == "user") return Session::Kind::user;
  if (name == "federated") return Session::Kind::federated;
  return name == "root" ? Session::Kind::root : Session::Kind::role;
}

List texts(const std::vector<std::string>& values) {
  List list;
  for (const std::string& value : values) list.emplace_back(value);
  return list;
}

std::string text_in(const Members& members, std::string_view name) {
  const Value* value = members.find(name);
  return value != nullptr && value->is<std::string>() ? value->get<std::string>() : std::string();
}

std::int64_t number_in(const Members& members, std::string_view name) {
  const Value* value = members.find(name);
  return value != nullptr && value->is<std::int64_t>() ? value->get<std::int64_t>() : 0;
}

std::vector<std::string> texts_in(const Members& members, std::string_view name) {
  std::vector<std::string> out;
  const Value* value = members.find(name);
  if (value == nullptr || !value->is<List>()) return out;
  for (const Value& text : value->get<List>()) {
    if (text.is<std::string>()) out.push_back(text.get<std::string>());
  }
  return out;
}

Tags pairs_in(const Members& members, std::string_view keys_name, std::string_view values_name) {
  const std::vector<std::string> keys = texts_in(members, keys_name);
  const std::vector<std::string> values = texts_in(members, values_name);
  Tags out;
  for (std::size_t i = 0; i < keys.size() && i < values.size(); ++i) out.emplace_back(keys[i], values[i]);
  return out;
}

void add_pairs(Members& out, const Tags& pairs, std::string_view keys_name, std::string_view values_name) {
  List keys;
  List values;
  for (const auto& [key, value] : pairs) {
    keys.emplace_back(key);
    values.emplace_back(value);
  }
  out.add(std::string(keys_name), std::move(keys)).add(std::string(values_name), std::move(values));
}

Session from_members(const Members& in) {
  Session session;
  session.kind = kind_named(text_in(in, "k"));
  session.account = text_in(in, "a");
  session.access_key_id = text_in(in, "i");
  session.secret = Secret(text_in(in, "s"));
  session.name = text_in(in, "n");
  session.id = text_in(in, "u");
  session.session_name = text_in(in, "sn");
  session.issued = {number_in(in, "t")};
  session.expires = {number_in(in, "e")};
  session.chained = number_in(in, "c") != 0;
  if (in.find("m") != nullptr) session.mfa_at = Time{number_in(in, "m")};
  session.source_identity = text_in(in, "si");
  session.policies = texts_in(in, "p");
  session.policy_keys = texts_in(in, "pk");
  session.transitive = texts_in(in, "tt");
  session.tags = pairs_in(in, "tk", "tv");
  session.federation = pairs_in(in, "fk", "fv");
  return session;
}

Members to_members(const Session& session) {
  Members out{{"k", kind_name(session.kind)},
              {"a", session.account},
              {"i", session.access_key_id},
              {"s", session.secret.reveal()},
              {"n", session.name},
              {"u", session.id},
              {"sn", session.session_name},
              {"t", session.issued.ms},
              {"e", session.expires.ms},
              {"c", std::int64_t{session.chained}},
              {"si", session.source_identity},
              {"p", texts(session.policies)},
              {"pk", texts(session.policy_keys)},
              {"tt", texts(session.transitive)}};
  if (session.mfa_at) out.add("m", session.mfa_at->ms);
  add_pairs(out, session.tags, "tk", "tv");
  if (!session.federation.empty()) add_pairs(out, session.federation, "fk", "fv");
  return out;
}

}  // namespace

Session new_session(Random& random, Time now, std::int64_t seconds) {
  Session session;
  session.access_key_id = random.unique_id("ASIA", 16);
  session.secret = Secret(random.secret_text(40));
  session.issued = now;
  session.expires = now.plus_seconds(seconds);
  return session;
}

Session new_session(const Role& role, std::string session_name, Random& random, Time now, std::int64_t seconds) {
  Session session = new_session(random, now, seconds);
  session.account = role.account;
  session.name = role.name;
  session.id = role.id;
  session.session_name = std::move(session_name);
  return session;
}

Secret session_key(Store& store, Random& random) {
  const Id id{"", "", std::string(kSetting)};
  if (const auto setting = store.find<Setting>(id)) return setting->value;
  return store.write([&](Txn& txn) {
    if (const auto setting = txn.find<Setting>(id)) return setting->value;
    return txn.put(Setting{std::string(kSetting), Secret(random.bytes(32))})->value;
  });
}

std::string seal_session(const Session& session, const Secret& key, Random& random) {
  const std::string nonce = random.bytes(kGcmNonceBytes);
  return base64_encode(nonce + aes_gcm_encrypt(key.reveal(), nonce, kVersion, to_json(to_members(session))));
}

std::optional<Session> open_session(std::string_view token, const Secret& key) {
  const auto sealed = base64_decode(token);
  if (!sealed || sealed->size() < kGcmNonceBytes) return std::nullopt;
  // The last letter of base64 may have bits that mean nothing; a token has one spelling.
  if (base64_encode(*sealed) != token) return std::nullopt;
  const std::string_view bytes = *sealed;
  const auto text =
      aes_gcm_decrypt(key.reveal(), bytes.substr(0, kGcmNonceBytes), kVersion, bytes.substr(kGcmNonceBytes));
  if (!text) return std::nullopt;
  const auto members = parse_json(*text);
  if (!members || !members->is<Members>()) return std::nullopt;
  return from_members(members->get<Members>());
}

}  // namespace latchkey
