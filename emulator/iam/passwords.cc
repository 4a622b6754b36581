// Passwords for the console: kept and checked against the account's password policy, though nobody signs in
// with one here.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
#include <algorithm>
#include <cctype>

#include "iam/access.h"
#include "iam/account_settings.h"
#include "iam/lookup.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

constexpr std::int64_t kDefaultMinimum = 8;  // where the account has no policy of its own

struct Kinds {
  bool upper = false, lower = false, digit = false, symbol = false;
  int count() const { return upper + lower + digit + symbol; }
};

Kinds kinds_of(std::string_view password) {
  constexpr std::string_view kSymbols = "!@#$%^&*()_+-=[]{}|'";
  Kinds out;
  for (const char c : password) {
    const auto byte = static_cast<unsigned char>(c);
    out.upper = out.upper || std::isupper(byte) != 0;
    out.lower = out.lower || std::islower(byte) != 0;
    out.digit = out.digit || std::isdigit(byte) != 0;
    out.symbol = out.symbol || kSymbols.find(c) != std::string_view::npos;
  }
  return out;
}

bool conforms(const std::vector<PasswordPolicy>& policies, std::string_view password) {
  const Kinds kinds = kinds_of(password);
  const auto length = static_cast<std::int64_t>(password.size());
  // AWS's default: three of the four kinds of characters.
  if (policies.empty()) return length >= kDefaultMinimum && kinds.count() >= 3;
  const PasswordPolicy& policy = policies.front();
  return length >= policy.minimum_length && (!policy.uppercase || kinds.upper) &&
         (!policy.lowercase || kinds.lower) && (!policy.numbers || kinds.digit) &&
         (!policy.symbols || kinds.symbol);
}

AwsError violation(std::string message) { return {400, "PasswordPolicyViolation", std::move(message)}; }

void set_password(LoginProfile& profile, const AccountSettings& settings, const std::string& password,
                  Time now) {
  if (!conforms(settings.password_policy, password)) {
    throw violation("Password does not conform to the account password policy.");
  }
  const std::int64_t remembered =
      settings.password_policy.empty() ? 0 : settings.password_policy.front().remembered;
  std::vector<Secret> known = profile.former_passwords;
  if (!profile.password.empty()) known.push_back(profile.password);
  const auto first = known.size() > static_cast<std::size_t>(remembered)
                         ? known.end() - static_cast<std::ptrdiff_t>(remembered)
                         : known.begin();
  if (std::any_of(first, known.end(), [&](const Secret& s) { return s.equals(password); })) {
    throw violation("Password has been used before.");
  }
  profile.former_passwords.assign(first, known.end());
  profile.password = Secret(password);
  profile.changed = now;
}

AwsError no_login_profile(const User& user) {
  return missing("Login Profile for User " + user.name + " cannot be found.");
}

Members profile_entry(const User& user, const LoginProfile& profile) {
  return {{"UserName", user.name},
          {"CreateDate", profile.created},
          {"PasswordResetRequired", profile.reset_required}};
}

Value create_login_profile(Call& call) {
  const auto user = user_or_caller_entity(call);
  if (!call.in.has("Password")) throw invalid("Must specify a password when calling with a user name");
  LoginProfile profile;
  profile.account = call.account;
  profile.user_id = user->id;
  profile.created = call.now;
  profile.reset_required = call.in.flag("PasswordResetRequired");
  call.store.write([&](Txn& txn) {
    if (txn.find<LoginProfile>(Traits<LoginProfile>::id(profile))) {
      throw exists("Login Profile for user " + user->name + " already exists.");
    }
    set_password(profile, settings_of(txn, call), call.in.text("Password"), call.now);
    txn.put(profile);
  });
  return Members{{"LoginProfile", profile_entry(*user, profile)}};
}

template <class F>
void change_profile(const Call& call, const User& user, F work) {
  call.store.write([&](Txn& txn) {
    const auto present = txn.find<LoginProfile>({call.account, "", user.id});
    if (!present) throw no_login_profile(user);
    LoginProfile profile = *present;
    work(profile, settings_of(txn, call));
    txn.put(std::move(profile));
  });
}

Value get_login_profile(Call& call) {
  const auto user = user_or_caller_entity(call);
  const auto profile = call.store.find<LoginProfile>({call.account, "", user->id});
  if (!profile) throw no_login_profile(*user);
  return Members{{"LoginProfile", profile_entry(*user, *profile)}};
}

Value update_login_profile(Call& call) {
  change_profile(call, *named<User>(call), [&](LoginProfile& profile, const AccountSettings& settings) {
    if (call.in.has("Password")) set_password(profile, settings, call.in.text("Password"), call.now);
    if (call.in.has("PasswordResetRequired")) profile.reset_required = call.in.flag("PasswordResetRequired");
  });
  return {};
}

Value delete_login_profile(Call& call) {
  const auto user = user_or_caller_entity(call);
  call.store.write([&](Txn& txn) {
    const Id id{call.account, "", user->id};
    if (!txn.find<LoginProfile>(id)) throw no_login_profile(*user);
    txn.erase<LoginProfile>(id);
  });
  return {};
}

Value change_password(Call& call) {
  if (!call.who.user) throw AwsError{400, "InvalidUserType", "Only IAM Users can change their own password"};
  change_profile(call, *call.who.user, [&](LoginProfile& profile, const AccountSettings& settings) {
    if (!profile.password.equals(call.in.text("OldPassword"))) {
      throw AwsError{403, "AccessDenied", "The old password was incorrect."};
    }
    set_password(profile, settings, call.in.text("NewPassword"), call.now);
    profile.reset_required = false;
  });
  return {};
}

// --- The account's policy
// --------------------------------------------------------------------------------------------

AwsError no_password_policy(const Call& call) {
  return missing("The Password Policy with domain name " + call.account + " cannot be found.");
}

// What is not given goes back to its default.
Value update_account_password_policy(Call& call) {
  PasswordPolicy policy;
  policy.minimum_length = call.in.number_or("MinimumPasswordLength", policy.minimum_length);
  policy.symbols = call.in.flag("RequireSymbols");
  policy.numbers = call.in.flag("RequireNumbers");
  policy.uppercase = call.in.flag("RequireUppercaseCharacters");
  policy.lowercase = call.in.flag("RequireLowercaseCharacters");
  policy.users_may_change = call.in.flag("AllowUsersToChangePassword");
  policy.max_age_days = call.in.number_or("MaxPasswordAge", 0);
  policy.remembered = call.in.number_or("PasswordReusePrevention", 0);
  policy.hard_expiry = call.in.flag("HardExpiry");
  change_settings(call, [&](AccountSettings& settings) { settings.password_policy = {policy}; });
  return {};
}

Value get_account_password_policy(Call& call) {
  const auto settings = settings_of(call.store, call);
  if (settings.password_policy.empty()) throw no_password_policy(call);
  const PasswordPolicy& policy = settings.password_policy.front();
  Members out{{"MinimumPasswordLength", policy.minimum_length},
              {"RequireSymbols", policy.symbols},
              {"RequireNumbers", policy.numbers},
              {"RequireUppercaseCharacters", policy.uppercase},
              {"RequireLowercaseCharacters", policy.lowercase},
              {"AllowUsersToChangePassword", policy.users_may_change},
              {"ExpirePasswords", policy.max_age_days > 0}};
  if (policy.max_age_days > 0) out.add("MaxPasswordAge", policy.max_age_days);
  if (policy.remembered > 0) out.add("PasswordReusePrevention", policy.remembered);
  out.add("HardExpiry", policy.hard_expiry);
  return Members{{"PasswordPolicy", std::move(out)}};
}

Value delete_account_password_policy(Call& call) {
  change_settings(call, [&](AccountSettings& settings) {
    if (settings.password_policy.empty()) throw no_password_policy(call);
    settings.password_policy.clear();
  });
  return {};
}

// AllowUsersToChangePassword is a permission that no policy spells out: the account's users may change their
// own password and read the rules for it. A policy's Deny still counts.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_enable-user-change.html
AccessRule of_password_policy(AccessRule rule) {
  return AccessRule([rule = std::move(rule)](Call& call) {
    std::vector<Access> wanted = rule(call);
    const auto settings = settings_of(call.store, call);
    if (settings.password_policy.empty() || !settings.password_policy.front().users_may_change) return wanted;
    if (call.who.principal.kind != policy::Principal::Kind::user) return wanted;
    for (Access& access : wanted) {
      access.grant = policy::Named{nullptr, "the account's password policy", call.who.principal.arn};
    }
    return wanted;
  });
}

}  // namespace

std::vector<Operation> password_operations() {
  const Member user = opt("UserName", shape::UserName);
  return {
      {.name = "CreateLoginProfile",
       .input = {user, opt("Password", shape::Password), opt("PasswordResetRequired", shape::Flag)},
       .access = on_user_or_caller(),
       .run = create_login_profile},
      {.name = "GetLoginProfile", .input = {user}, .access = on_user_or_caller(), .run = get_login_profile},
      {.name = "UpdateLoginProfile",
       .input = {req("UserName", shape::UserName), opt("Password", shape::Password),
                 opt("PasswordResetRequired", shape::Flag)},
       .access = on_entity<User>(),
       .run = update_login_profile},
      {.name = "DeleteLoginProfile",
       .input = {user},
       .access = on_user_or_caller(),
       .run = delete_login_profile},
      {.name = "ChangePassword",
       .input = {req("OldPassword", shape::Password), req("NewPassword", shape::Password)},
       .access = of_password_policy(on_caller()),
       .run = change_password},
      {.name = "UpdateAccountPasswordPolicy",
       .input = {opt("MinimumPasswordLength", shape::MinimumPasswordLength),
                 opt("RequireSymbols", shape::Flag), opt("RequireNumbers", shape::Flag),
                 opt("RequireUppercaseCharacters", shape::Flag),
                 opt("RequireLowercaseCharacters", shape::Flag),
                 opt("AllowUsersToChangePassword", shape::Flag), opt("MaxPasswordAge", shape::MaxPasswordAge),
                 opt("PasswordReusePrevention", shape::PasswordReusePrevention),
                 opt("HardExpiry", shape::Flag)},
       .access = on_everything(),
       .run = update_account_password_policy},
      {.name = "GetAccountPasswordPolicy",
       .input = {},
       .access = of_password_policy(on_everything()),
       .run = get_account_password_policy},
      {.name = "DeleteAccountPasswordPolicy",
       .input = {},
       .access = on_everything(),
       .run = delete_account_password_policy},
  };
}

}  // namespace latchkey::iam
