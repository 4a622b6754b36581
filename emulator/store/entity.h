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
#include "core/memo.h"
#include "core/secret.h"
#include "core/value.h"
#include "latchkey/policy.h"
#include "store/iam_entities.h"

namespace latchkey {

// A policy document as it was stored, and its compiled form, which is made when it is first asked for: a start does not
// wait for thousands of policies that no call needs.
class Document {
 public:
  Document() = default;
  // What has been accepted before; a document that no longer compiles keeps its text and grants nothing.
  Document(std::string policy, policy::Kind kind, Tags named = {});
  Document(std::string policy, policy::PolicyPtr form);
  // Of a text that stays as long as the program: it is not even read before it is asked for.
  static Document in_program(std::string_view policy, policy::Kind kind);

  // Any number of threads may ask at once.
  const std::string& text() const;
  const policy::PolicyPtr& compiled() const;  // null if there is none
  // The users and roles that Principal elements name: the ARN as it is written, and the unique id that it
  // stood for then. The compiled form goes by the ids: a user made later under the same name is somebody
  // else. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
  const Tags& principals() const { return principals_; }

 private:
  struct Form;
  std::string text_;
  Tags principals_;
  std::shared_ptr<Form> form_;  // shared by documents of the same text
};

// The document with other names in its Principal and NotPrincipal elements: pairs of what is written and what
// shall stand there.
std::string replace_principals(const std::string& text, const Tags& replacements);

// --- IAM
// -------------------------------------------------------------------------------------------------------------

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
  std::vector<std::string> groups;  // their names in lower case, in the order of joining
  std::optional<Time> password_last_used;
};

struct Group : IamEntity {};  // no tags, no boundary; its members are the users that name it

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

// What an organization puts on an account from above: levels (root, units, account) of documents. Absent
// kinds do not take part; every level of a present one must allow.
struct ControlPolicies {
  using Levels = std::vector<std::vector<Document>>;
  std::string account;
  std::optional<Levels> service;   // SCPs
  std::optional<Levels> resource;  // RCPs
};

std::string arn_of(std::string_view partition, const User& user);
std::string arn_of(std::string_view partition, const Group& group);
std::string arn_of(std::string_view partition, const Role& role);
std::string arn_of(std::string_view partition, const ManagedPolicy& policy);

// --- KMS
// -------------------------------------------------------------------------------------------------------------

namespace kms {
class PrivateKey;
}

struct KeyMaterial {
  std::string id;  // 64 hex digits, as KMS's KeyMaterialId; symmetric ciphertexts carry it
  Secret
      bytes;  // symmetric and HMAC: the key; asymmetric: PKCS #8 DER; empty: imported once and deleted since
  Time created;                       // or imported
  bool pending = false;               // waits for a rotation: it decrypts nothing and encrypts nothing yet
  std::string rotation = {};          // how it became current: "AUTOMATIC", "ON_DEMAND"; empty: with the key
  std::optional<Time> rotated = {};   // when it became current by a rotation
  std::string description = {};       // of imported material
  std::optional<Time> valid_to = {};  // imported material that expires
  Memo<kms::PrivateKey> parsed =
      {};  // of asymmetric bytes; kms/key_material.h fills it and checks that it is theirs
};

// The last successful cryptographic operation with a key.
struct KeyUse {
  std::string operation;
  Time at;
  std::string request_id;
  std::string event_id;  // what CloudTrail would call it
};

// A ciphertext that a fixture brings with its plaintext: the key decrypts it though nobody has the material.
struct RecordedCiphertext {
  std::string blob;
  Tags context;  // the encryption context
  Secret plaintext;
};

struct Key {
  // Unavailable is never stored: it is what a key in a custom key store is while that is not connected.
  enum class State { enabled, disabled, pending_deletion, pending_import, unavailable };
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
  std::vector<KeyMaterial> materials;  // in the order of their becoming current; pending ones last
  std::vector<RecordedCiphertext> recorded;

  bool rotates = false;  // automatically
  std::int64_t rotation_period_days = 365;
  std::optional<Time> next_rotation;

  // Multi-Region keys: where the primary is (empty: this is it), and on the primary where the replicas are.
  std::string primary_region;
  std::vector<std::string> replica_regions;

  std::string custom_key_store;  // id
  std::string xks_key_id;

  // Empty: never used. Every version of the key shares it, so that a use is no write: it is kept on disk with
  // the key's next change.
  std::shared_ptr<Memo<KeyUse>> last_use = std::make_shared<Memo<KeyUse>>();

  std::string arn() const;
  // Past its deletion date a key is no more: nothing finds it.
  bool gone(Time now) const { return deletion_date && *deletion_date <= now; }
  // The last that waits for no rotation. There is none before the first import.
  const KeyMaterial& current_material() const;
};

std::string_view to_string(Key::State state);  // as KMS writes it

struct Alias {
  std::string account;
  std::string region;
  std::string name;    // "alias/..."
  std::string target;  // key id
  Time created;
  Time updated;

  std::string arn() const;
};

// https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
struct Grant {
  std::string account;  // of the key
  std::string region;
  std::string key;   // its id
  std::string id;    // 64 hex digits
  std::string name;  // empty: it has none
  Time created;
  std::string grantee;     // principals: ARNs, or a service's name
  std::string grantee_id;  // the unique id of a user or role, as it was then
  std::string retiring;    // empty: none
  std::string issuer;      // ARN of the account under which it was made
  std::vector<std::string> operations;
  bool constraint_is_subset = false;  // EncryptionContextSubset, else EncryptionContextEquals
  Tags constraint;                    // empty: none
};

// https://docs.aws.amazon.com/kms/latest/developerguide/custom-key-store-overview.html
struct CustomKeyStore {
  std::string account;
  std::string region;
  std::string id;  // "cks-..."
  std::string name;
  std::string type;  // "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"
  std::string state = "DISCONNECTED";  // as last asked for: "CONNECTING" becomes "CONNECTED" when it has settled
  Time settles;
  Time created;
  std::string cluster_id;        // AWS_CLOUDHSM
  std::string trust_anchor;      // likewise: certificate
  Secret password;               // likewise
  std::string xks_connectivity;  // EXTERNAL_KEY_STORE
  std::string xks_endpoint;
  std::string xks_path;
  std::string xks_access_key_id;
  Secret xks_secret;
  std::string xks_vpc_service;
  std::string xks_vpc_owner;
};

// --- The emulator itself
// ---------------------------------------------------------------------------------------------

// Named values that belong to no service: the key that authenticates session tokens.
struct Setting {
  std::string name;
  Secret value;
};

}  // namespace latchkey
