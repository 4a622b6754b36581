// Who asks: an access key (and session token) resolved to an identity, with everything that authorization
// needs of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/session.h"
#include "latchkey/policy.h"
#include "latchkey/sigv4.h"
#include "store/store.h"

namespace latchkey {

struct Identity {
  policy::Principal principal;
  std::string account;
  std::string access_key_id;
  std::string user_id;  // AIDA..., AROA...:session, the account for root: GetCallerIdentity's UserId
  Ptr<User> user;       // users and their GetSessionToken sessions
  Ptr<Role> role;       // role sessions
  std::optional<Session> session;

  bool is_root() const { return principal.kind == policy::Principal::Kind::root; }
  // The policies that take part on the identity's side. Root has none but the SCPs of its account.
  policy::Set policies(const Store& store) const;
};

// A managed policy by its key (ManagedPolicy::key), with its default version; nullopt if there is none.
std::optional<policy::Named> managed_policy(const Store& store, std::string_view key,
                                            std::string_view partition);

struct Authenticated {
  Identity identity;
  Secret secret;
};

// The identity of an access key id and, for temporary credentials, a session token; or why AWS refuses them.
// partition: that of the answer's ARNs. Does not verify a signature.
struct AuthenticatedOrFailure {
  std::optional<Authenticated> authenticated;
  std::optional<sigv4::Failure> failure;
};
AuthenticatedOrFailure authenticate(Store& store, Random& random, std::string_view default_account,
                                    const sigv4::Claim& claim, std::string_view partition, Time now);

}  // namespace latchkey
