#include "identity/identity.h"

#include "core/arn.h"
#include "identity/organization.h"

namespace latchkey {
namespace {

// The two wordings of AWS differ in the full stop: with it for an access key that is not known, without it
// for a token that does not fit.
sigv4::Failure unknown_key() {
  return {sigv4::ErrorCode::invalid_client_token_id,
          "The security token included in the request is invalid."};
}
sigv4::Failure wrong_token() {
  return {sigv4::ErrorCode::invalid_client_token_id, "The security token included in the request is invalid"};
}
sigv4::Failure expired_token() {
  return {sigv4::ErrorCode::expired_token, "The security token included in the request is expired"};
}

Id iam_id(std::string_view account, std::string_view name) {
  return {std::string(account), "", to_lower(name)};
}

Identity root_identity(std::string_view partition, std::string_view account, std::string_view access_key_id) {
  Identity who;
  who.account = account;
  who.access_key_id = access_key_id;
  who.user_id = account;
  who.principal.kind = policy::Principal::Kind::root;
  who.principal.account = account;
  who.principal.partition = partition;
  who.principal.arn = Arn{std::string(partition), "iam", "", std::string(account), "root"}.str();
  who.principal.unique_id = account;
  return who;
}

Identity user_identity(std::string_view partition, const Ptr<User>& user, std::string_view access_key_id) {
  Identity who;
  who.account = user->account;
  who.access_key_id = access_key_id;
  who.user_id = user->id;
  who.user = user;
  who.principal.kind = policy::Principal::Kind::user;
  who.principal.account = user->account;
  who.principal.partition = partition;
  who.principal.arn = arn_of(partition, *user);
  who.principal.unique_id = user->id;
  return who;
}

Identity role_identity(std::string_view partition, const Ptr<Role>& role, const Session& session) {
  Identity who;
  who.account = role->account;
  who.access_key_id = session.access_key_id;
  who.user_id = role->id + ":" + session.session_name;
  who.role = role;
  who.principal.kind = policy::Principal::Kind::role_session;
  who.principal.account = role->account;
  who.principal.partition = partition;
  who.principal.arn = Arn{std::string(partition), "sts", "", role->account,
                          "assumed-role/" + role->name + "/" + session.session_name}
                          .str();
  who.principal.role_arn = arn_of(partition, *role);
  who.principal.unique_id = who.user_id;
  return who;
}

// A federated user may do what both the user who made the session and the session's policies allow.
std::optional<Identity> federated_identity(const Store& store, std::string_view partition,
                                           const Session& session) {
  Identity who = root_identity(partition, session.account, session.access_key_id);
  if (!session.name.empty()) {
    const auto user = store.find<User>(iam_id(session.account, session.name));
    if (!user || user->id != session.id) return std::nullopt;
    who = user_identity(partition, user, session.access_key_id);
  }
  who.user_id = session.account + ":" + session.session_name;
  who.principal.kind = policy::Principal::Kind::federated_user;
  who.principal.role_arn = who.principal.arn;
  who.principal.arn =
      Arn{std::string(partition), "sts", "", session.account, "federated-user/" + session.session_name}.str();
  who.principal.unique_id = who.user_id;
  return who;
}

// The identity a session stands for, if what it was made from still exists.
std::optional<Identity> session_identity(const Store& store, std::string_view partition,
                                         const Session& session) {
  switch (session.kind) {
    case Session::Kind::root:
      return root_identity(partition, session.account, session.access_key_id);
    case Session::Kind::user: {
      const auto user = store.find<User>(iam_id(session.account, session.name));
      if (!user || user->id != session.id) return std::nullopt;
      return user_identity(partition, user, session.access_key_id);
    }
    case Session::Kind::federated:
      return federated_identity(store, partition, session);
    case Session::Kind::role: {
      const auto role = store.find<Role>(iam_id(session.account, session.name));
      if (!role || role->id != session.id) return std::nullopt;
      return role_identity(partition, role, session);
    }
  }
  return std::nullopt;
}

AuthenticatedOrFailure authenticate_session(Store& store, Random& random, const sigv4::Claim& claim,
                                            std::string_view partition, Time now) {
  auto session = open_session(claim.session_token, session_key(store, random));
  if (!session || session->access_key_id != claim.access_key_id) return {std::nullopt, wrong_token()};
  if (session->expires <= now) return {std::nullopt, expired_token()};
  auto who = session_identity(store, partition, *session);
  if (!who) return {std::nullopt, wrong_token()};
  Secret secret = session->secret;
  who->session = std::move(session);
  return {Authenticated{std::move(*who), std::move(secret)}, std::nullopt};
}

void add_attached(const Store& store, const std::vector<std::string>& keys, std::string_view partition,
                  std::vector<policy::Named>& out) {
  for (const std::string& key : keys) {
    if (auto named = managed_policy(store, key, partition)) out.push_back(std::move(*named));
  }
}

void add_inline(const IamEntity& entity, std::string_view type, std::vector<policy::Named>& out) {
  for (const auto& [name, document] : entity.inline_policies) {
    if (!document.compiled()) continue;
    out.push_back(
        {document.compiled(), "inline policy " + name + " of " + std::string(type) + "/" + entity.name, ""});
  }
}

// What a user may through its groups.
void add_groups(const Store& store, const User& user, std::string_view partition,
                std::vector<policy::Named>& out) {
  for (const std::string& name : user.groups) {
    const auto group = store.find<Group>({user.account, "", name});
    if (!group) continue;
    add_inline(*group, "group", out);
    add_attached(store, group->attached, partition, out);
  }
}

}  // namespace

std::optional<policy::Named> managed_policy(const Store& store, std::string_view key,
                                            std::string_view partition) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto policy =
      store.find<ManagedPolicy>({std::string(key.substr(0, slash)), "", std::string(key.substr(slash + 1))});
  if (!policy) return std::nullopt;
  std::string arn = arn_of(partition, *policy);
  return policy::Named{policy->default_document().document.compiled(), "managed policy " + arn, std::move(arn)};
}

policy::Set Identity::policies(const Store& store) const {
  policy::Set set;
  add_service_controls(store, account, set);
  const IamEntity* entity = user ? static_cast<const IamEntity*>(user.get()) : role.get();
  if (entity != nullptr) {
    set.identity.emplace();
    add_inline(*entity, user ? "user" : "role", *set.identity);
    add_attached(store, entity->attached, principal.partition, *set.identity);
    if (user) add_groups(store, *user, principal.partition, *set.identity);
    if (!entity->boundary.empty()) {
      set.boundary = managed_policy(store, entity->boundary, principal.partition).value_or(policy::Named{});
    }
  }
  const bool federated = principal.kind == policy::Principal::Kind::federated_user;
  if (federated && !user) {
    // The root user's federated users are limited by nothing but their session policies.
    static const Document everything = Document(
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})",
        policy::Kind::identity);
    set.identity = {policy::Named{everything.compiled(), "the account's root user", ""}};
  }
  // Without session policies a role's session is not limited, but a federated user may do nothing.
  if (session && (federated || !session->policies.empty() || !session->policy_keys.empty())) {
    set.session.emplace();
    for (const std::string& text : session->policies) {
      set.session->push_back({Document(text, policy::Kind::identity).compiled(), "session policy", ""});
    }
    add_attached(store, session->policy_keys, principal.partition, *set.session);
  }
  return set;
}

AuthenticatedOrFailure authenticate(Store& store, Random& random, std::string_view default_account,
                                    const sigv4::Claim& claim, std::string_view partition, Time now) {
  const std::string& id = claim.access_key_id;
  if (id.starts_with("ASIA")) {
    if (claim.session_token.empty()) return {std::nullopt, unknown_key()};
    return authenticate_session(store, random, claim, partition, now);
  }
  // Long-term credentials have no token.
  if (!claim.session_token.empty()) return {std::nullopt, wrong_token()};
  if (id == "test" || is_account_id(id)) {
    const std::string_view account = id == "test" ? default_account : std::string_view(id);
    return {Authenticated{root_identity(partition, account, id), Secret("test")}, std::nullopt};
  }
  const auto key = store.find<AccessKey>({"", "", id});
  if (!key || !key->active) return {std::nullopt, unknown_key()};
  const auto user = store.find<User>(iam_id(key->account, key->user));
  if (!user) return {std::nullopt, unknown_key()};
  return {Authenticated{user_identity(partition, user, id), key->secret}, std::nullopt};
}

}  // namespace latchkey
