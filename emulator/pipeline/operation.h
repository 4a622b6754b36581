// Operation: one API call, complete. Its members with their constraints, its access rule and its handler stand in one
// row; parsing, validation, authorization, dispatch, journal and rendering are driven from it and cannot be left out.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "core/random.h"
#include "core/shape.h"
#include "core/value.h"
#include "identity/identity.h"
#include "latchkey/policy.h"
#include "store/store.h"

namespace latchkey {

class Journal;
struct Operation;
struct Service;

// What the whole emulator was started with, as far as operations are concerned.
struct Settings {
  std::string account_id = "000000000000";
  std::string region = "us-east-1";
  bool enforce_iam = true;
  bool root_may_assume_roles = true;
  // Where RSA private keys (PKCS #8 DER) of so many bits come from; empty: they are made while the caller waits.
  std::function<std::string(unsigned bits)> rsa_keys = {};
};

// An operation's input, parsed and validated. Reading a member that the operation does not declare is a programming error
// (std::logic_error), and so is reading an absent one without asking has().
class Input {
 public:
  // The members must outlive the input.
  Input(const Members& members, std::span<const Member> declared) : members_(members), declared_(declared) {}

  bool has(std::string_view name) const { return find(name) != nullptr; }
  const std::string& text(std::string_view name) const;
  std::string text_or(std::string_view name, std::string_view fallback) const;
  std::string_view view_or(std::string_view name, std::string_view fallback) const;
  std::int64_t number(std::string_view name) const;
  std::int64_t number_or(std::string_view name, std::int64_t fallback) const;
  bool flag(std::string_view name) const;  // absent: false
  const std::string& bytes(std::string_view name) const;
  Time time(std::string_view name) const;
  const List& list(std::string_view name) const;     // absent: empty
  const Members& map(std::string_view name) const;   // absent: empty
  // A list of {Key, Value} structures, or {TagKey, TagValue} in KMS.
  Tags tags(std::string_view name, std::string_view key, std::string_view value) const;
  std::vector<std::string> texts(std::string_view name) const;  // a list of texts; absent: empty

  const Members& members() const { return members_; }

 private:
  const Value* find(std::string_view name) const;
  const Members& members_;
  std::span<const Member> declared_;
};

// What a handler and an access rule may touch.
struct Call {
  const Service& service;
  const Operation& operation;
  const Settings& settings;
  Store& store;
  Random& random;
  Time now;
  Identity& who;  // an unsigned call's access rule says who it is
  std::string account;  // the caller's
  std::string region;   // of the credential scope
  std::string partition;
  Input in;
  std::string request_id;
  const Journal& journal;   // the calls before this one
  policy::Context context;  // the aws: keys of this request
  Ptr<Key> key;  // the KMS key that the access rule found, so that the handler uses the one that was authorized

  // The ARN of something in the caller's account: arn("iam", "user/x"), arn("kms", "key/...").
  std::string arn(std::string_view service_name, std::string_view resource) const;
};

// --- Access ----------------------------------------------------------------------------------------------------------

// How a denial names the resource.
enum class Shown {
  arn,         // " on resource: ARN"
  hidden,      // " on this resource": a key of another account
  ciphertext,  // " on the resource associated with this ciphertext"
};

// One permission to check.
struct Access {
  std::string action;    // "kms:Decrypt"
  std::string resource;  // ARN, or "*"
  Shown shown = Shown::arn;
  std::string resource_account = {};       // empty: that of the ARN
  Ptr<Key> key = nullptr;                  // its key policy takes part
  Ptr<Role> role = nullptr;                // its trust policy takes part
  std::optional<policy::Named> grant = std::nullopt;  // a KMS grant that lets the caller do this
  policy::Context context = {};            // keys of the service, of the request's tags, of the resource's tags
  // What the caller gets once the permission is there, where the resource itself is not: AWS tells nobody else.
  std::optional<AwsError> missing = std::nullopt;
  // How a denial names the resource where AWS does not write its ARN: "user bob", "policy path /".
  std::string shown_as = {};
};

// Which permissions a call needs. There is no default: an operation without a rule does not compile.
class AccessRule {
 public:
  using Find = std::function<std::vector<Access>(Call&)>;
  AccessRule(Find find) : find_(std::move(find)) {}  // NOLINT: rules are written as lambdas

  std::vector<Access> operator()(Call& call) const { return find_(call); }
  // Why nothing is checked; empty for every other rule.
  const std::string& unchecked_because() const { return reason_; }

  static AccessRule unchecked(std::string reason);

 private:
  Find find_;
  std::string reason_;
};

// --- Operations and services -----------------------------------------------------------------------------------------

struct Operation {
  std::string_view name;
  std::vector<Member> input;
  AccessRule access;
  Value (*run)(Call&);  // a Value that is none: the operation has no answer
  // What the caller brings says who it is (an identity provider's token), so the request bears no signature. The access
  // rule then says who calls.
  bool unsigned_call = false;
};

// A service's tables, one a file, as one.
std::vector<Operation> joined(std::vector<std::vector<Operation>> tables);

struct Service {
  std::string_view name;  // as in credential scopes and IAM actions
  Protocol protocol;
  Wording wording;
  std::string_view target_prefix;   // JSON: before the dot of X-Amz-Target
  std::string_view xml_namespace;   // query
  std::string_view version;         // query
  std::int64_t window_seconds;      // how far a request's date may be off
  std::vector<Operation> operations;
  std::vector<std::string_view> not_yet;  // operations that AWS has and this table has not
  void (*succeeded)(Call&) = nullptr;     // what the service notes after every operation that went well

  const Operation* find(std::string_view operation) const;
};

// "kms:" + the operation's name.
std::string action_of(const Call& call);

}  // namespace latchkey
