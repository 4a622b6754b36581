// Temporary credentials: what a session token says, sealed so that only this emulator's state can have made
// it.
//
// The token is the session: nothing is stored, so sessions survive a restart and cost no memory. Its key is a
// Setting in the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "core/secret.h"
#include "core/value.h"
#include "store/store.h"

namespace latchkey {

struct Session {
  // An assumed role; GetSessionToken by a user or by the account's root; GetFederationToken by either.
  enum class Kind { role, user, root, federated };
  Kind kind = Kind::role;
  std::string account;
  std::string access_key_id;  // ASIA...
  Secret secret;
  std::string name;          // role or user, as created; empty: root
  std::string id;            // AROA... or AIDA...: a role made again under the same name is another one
  std::string session_name;  // of a role's session; the federated user's name
  Time issued;
  Time expires;
  bool chained = false;  // assumed by a session
  std::optional<Time> mfa_at;
  std::string source_identity;
  std::vector<std::string> policies;     // inline session policy documents
  std::vector<std::string> policy_keys;  // managed session policies
  Tags tags;
  std::vector<std::string> transitive;  // tag keys that go on to the next role
  Tags federation;  // condition keys of the identity provider that vouched for it, with their values
};

// With credentials of its own, from now on for that long. Whose it is remains to be said.
Session new_session(Random& random, Time now, std::int64_t seconds);
// A role's.
Session new_session(const Role& role, std::string session_name, Random& random, Time now, std::int64_t seconds);

// The emulator's key for tokens, made on first use.
Secret session_key(Store& store, Random& random);

std::string seal_session(const Session& session, const Secret& key, Random& random);
// nullopt for whatever was not sealed with this key, or has been changed.
std::optional<Session> open_session(std::string_view token, const Secret& key);

}  // namespace latchkey
