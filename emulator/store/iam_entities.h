// The smaller entities of IAM: what belongs to an account, a user or a role beside policies and access keys.
// What belongs to a user goes by the user's unique id, so that renaming a user moves nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/secret.h"

namespace latchkey {

using Tags = std::vector<std::pair<std::string, std::string>>;  // in the order they were given

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
struct PasswordPolicy {
  std::int64_t minimum_length = 6;
  bool symbols = false;
  bool numbers = false;
  bool uppercase = false;
  bool lowercase = false;
  bool users_may_change = false;
  std::int64_t max_age_days = 0;  // 0: passwords do not expire
  std::int64_t remembered = 0;    // how many former passwords may not come back
  bool hard_expiry = false;
};

// What an account has once.
struct AccountSettings {
  std::string account;
  std::string alias;                            // empty: none
  std::vector<PasswordPolicy> password_policy;  // one or none
  std::string global_token_version = "v1Token";
  bool root_credentials_management = false;
  bool root_sessions = false;
  bool outbound_federation = false;
  std::string credential_report;  // CSV; empty: none was made
  std::optional<Time> credential_report_made;
};

struct InstanceProfile {
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;  // AIPA...
  Time created;
  std::string role;  // its name in lower case; empty: none
  Tags tags;
};

struct LoginProfile {
  std::string account;
  std::string user_id;
  Secret password;
  std::vector<Secret> former_passwords;  // latest last
  Time created;
  Time changed;
  bool reset_required = false;
};

struct MfaDevice {
  std::string account;
  std::string serial;  // its ARN
  std::string name;
  std::string path = "/";
  Secret seed;  // of the time-based codes (RFC 6238)
  Time created;
  std::string user_id;  // empty: assigned to nobody
  std::optional<Time> enabled;
  Tags tags;
};

struct OidcProvider {
  std::string account;
  std::string url;  // without https://
  Time created;
  std::vector<std::string> client_ids;
  std::vector<std::string> thumbprints;
  Tags tags;
};

struct SamlProvider {
  struct PrivateKey {
    std::string id;
    Secret pem;
    Time added;
  };
  std::string account;
  std::string name;
  std::string id;  // its UUID
  Time created;
  Time valid_until;
  std::string metadata;
  std::string encryption_mode;  // "Required", "Allowed", or empty
  std::vector<PrivateKey> private_keys;
  Tags tags;
};

struct ServerCertificate {
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;  // ASCA...
  std::string body;
  std::string chain;
  Secret private_key;
  Time uploaded;
  Time expires;
  Tags tags;
};

struct SigningCertificate {
  std::string account;
  std::string user_id;
  std::string id;
  std::string body;
  bool active = true;
  Time uploaded;
};

struct SshPublicKey {
  std::string account;
  std::string user_id;
  std::string id;    // APKA...
  std::string body;  // as ssh-rsa AAAA...
  std::string fingerprint;
  bool active = true;
  Time uploaded;
};

// A user name and password of one AWS service, or an API key of one.
struct ServiceCredential {
  std::string account;
  std::string user_id;
  std::string id;  // ACCA...
  std::string service;
  std::string service_user;  // its name there
  Secret secret;
  std::string alias;  // of an API key
  bool active = true;
  Time created;
  std::optional<Time> expires;
};

// Work that AWS does in the background and answers questions about: an access report, the deletion of a
// service-linked role.
struct IamJob {
  std::string account;
  std::string id;
  std::string subject;  // the ARN or entity path that it is about
  bool by_action = false;
  Time created;
};

struct DelegationRequest {
  std::string account;  // that made it
  std::string id;
  std::string owner_account;  // empty: whoever accepts it
  std::string owner;          // ARN, once associated
  std::string description;
  std::string template_arn;
  std::string parameters;  // as JSON
  std::string message;
  std::string requestor;  // ARN
  std::string workflow_id;
  std::string redirect_url;
  std::string channel;
  std::string notes;
  std::string rejection;
  std::string state = "UNASSIGNED";
  std::int64_t session_seconds = 3600;
  bool only_by_owner = false;
  Time created;
  Time updated;
};

}  // namespace latchkey
