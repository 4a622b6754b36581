#include "core/arn.h"
#include "identity/totp.h"
#include "sts/service.h"
#include "sts/session_parts.h"
#include "sts/shapes.h"

namespace latchkey::sts {
namespace {

Value get_caller_identity(Call& call) {
  return Members{{"UserId", call.who.user_id}, {"Account", call.account}, {"Arn", call.who.principal.arn}};
}

Value get_session_token(Call& call) {
  if (call.who.session) {
    throw access_denied(Protocol::query, "Cannot call GetSessionToken with session credentials");
  }
  const bool second_factor = check_mfa(call);
  Session session = session_of_caller(call, call.who.is_root() ? Session::Kind::root : Session::Kind::user);
  if (second_factor) session.mfa_at = call.now;
  return Members{{"Credentials", credentials_of(call, session)}};
}

// An access key belongs to an account for good; of temporary keys only their token says whose they are.
Value get_access_key_info(Call& call) {
  const std::string& id = call.in.text("AccessKeyId");
  if (id == call.who.access_key_id) return Members{{"Account", call.account}};
  if (const auto key = call.store.find<AccessKey>({"", "", id})) return Members{{"Account", key->account}};
  throw validation_error(Protocol::query, "Access key " + id + " is invalid.");
}

}  // namespace

Members credentials_of(const Call& call, const Session& session) {
  return Members{{"AccessKeyId", session.access_key_id},
                 {"SecretAccessKey", session.secret.reveal()},
                 {"SessionToken", seal_session(session, session_key(call.store, call.random), call.random)},
                 {"Expiration", session.expires}};
}

bool check_mfa(const Call& call) {
  const bool serial = call.in.has("SerialNumber");
  if (serial != call.in.has("TokenCode")) {
    throw access_denied(
        Protocol::query,
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.");
  }
  if (!serial) return false;
  const auto device = call.store.find<MfaDevice>({call.account, "", call.in.text("SerialNumber")});
  const std::string owner = call.who.user ? call.who.user->id : call.who.is_root() ? call.account : "";
  if (!device || owner.empty() || device->user_id != owner) {
    throw access_denied(
        Protocol::query,
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial "
        "number is valid and associated with this user.");
  }
  if (!totp_matches(device->seed, call.in.text("TokenCode"), call.now)) {
    throw access_denied(Protocol::query,
                        "MultiFactorAuthentication failed with invalid MFA one time pass code.");
  }
  return true;
}

std::vector<Operation> session_operations() {
  using namespace shape;
  return {
      {.name = "GetCallerIdentity",
       .input = {},
       .access = AccessRule::unchecked("AWS lets everybody ask who they are, even against an explicit Deny"),
       .run = get_caller_identity},
      {.name = "GetSessionToken",
       .input = {opt("DurationSeconds", Duration), opt("SerialNumber", SerialNumber),
                 opt("TokenCode", TokenCode)},
       .access = AccessRule::unchecked("AWS requires no permission to get a session token for oneself"),
       .run = get_session_token},
      {.name = "GetAccessKeyInfo",
       .input = {req("AccessKeyId", AccessKeyId)},
       .access = on_everything(),
       .run = get_access_key_info},
  };
}

}  // namespace latchkey::sts
