// The entities of all services: plain data, immutable once published, held by shared_ptr<const T>.
//
// What depends on time (a key past its deletion date) is a function of (entity, now), not a stored flag.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/arn.h"
#include "core/secret.h"
#include "core/value.h"
#include "latchkey/policy.h"

namespace latchkey {

using Tags = std::vector<std::pair<std::string, std::string>>;  // in the order they were given

// A policy document as it was stored, with its compiled form.
struct Document {
  std::string text;
  policy::PolicyPtr compiled;
};

// Compiles what has been accepted before; a document that no longer compiles keeps its text and grants nothing.
Document make_document(std::string text, policy::Kind kind);

// --- IAM -------------------------------------------------------------------------------------------------------------

// What users, groups and roles have in common.
struct IamEntity {
  std::string account;
  std::string name;  // as created; unique without regard to case
  std::string path = "/";
  std::string id;  // AIDA..., AGPA..., AROA...
  Time created;
  Tags tags;
  std::map<std::string, Document> inline_policies;  // by name
  std::vector<std::string> attached;                // keys of managed policies (ManagedPolicy::key), in order
  std::string boundary;                             // key of a managed policy; empty: none
};

struct User : IamEntity {
  std::optional<Time> password_last_used;
};

struct Role : IamEntity {
  std::string description;
  bool has_description = false;
  Document trust;
  std::int64_t max_session_seconds = 3600;
  std::optional<Time> last_used;
  std::string last_used_region;
};

struct ManagedPolicy {
  struct Version {
    std::string id;  // "v1"
    Document document;
    Time created;
  };
  std::string account;  // "aws" for AWS's own
  std::string name;
  std::string path = "/";
  std::string id;  // ANPA...
  std::string description;
  Time created;
  Time updated;
  Tags tags;
  std::vector<Version> versions;
  std::string default_version = "v1";
  std::int64_t next_version = 2;

  const Version& default_document() const;
  // How attachments name a policy: account and lower-case name, the same in every partition.
  std::string key() const;
};

struct AccessKey {
  std::string account;
  std::string id;  // AKIA...
  Secret secret;
  std::string user;  // its name
  bool active = true;
  Time created;
  std::optional<Time> last_used;
  std::string last_used_service = "N/A";
  std::string last_used_region = "N/A";
};

std::string arn_of(std::string_view partition, const User& user);
std::string arn_of(std::string_view partition, const Role& role);
std::string arn_of(std::string_view partition, const ManagedPolicy& policy);

// --- KMS -------------------------------------------------------------------------------------------------------------

struct KeyMaterial {
  std::string id;  // 64 hex digits, as KMS's KeyMaterialId; symmetric ciphertexts carry it
  Secret bytes;    // symmetric and HMAC: the key; asymmetric: PKCS #8 DER
  Time created;
};

struct Key {
  enum class State { enabled, disabled, pending_deletion };
  std::string account;
  std::string region;
  std::string id;
  Time created;
  std::string description;
  std::string usage = "ENCRYPT_DECRYPT";
  std::string spec = "SYMMETRIC_DEFAULT";
  std::string origin = "AWS_KMS";
  std::string manager = "CUSTOMER";
  bool multi_region = false;
  State state = State::enabled;
  std::optional<Time> deletion_date;
  std::int64_t pending_window_days = 0;
  Document policy;
  Tags tags;
  std::vector<KeyMaterial> materials;  // the last is current

  std::string arn() const;
  // Past its deletion date a key is no more: nothing finds it.
  bool gone(Time now) const { return deletion_date && *deletion_date <= now; }
  const KeyMaterial& current_material() const { return materials.back(); }
};

struct Alias {
  std::string account;
  std::string region;
  std::string name;  // "alias/..."
  std::string target;  // key id
  Time created;
  Time updated;

  std::string arn() const;
};

// --- The emulator itself ---------------------------------------------------------------------------------------------

// Named values that belong to no service: the key that authenticates session tokens.
struct Setting {
  std::string name;
  Secret value;
};

}  // namespace latchkey
