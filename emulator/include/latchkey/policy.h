// latchkey/policy.h: AWS's policy language, compiled, and the evaluation logic that combines policies.
//
// A policy document is compiled once (compile) to an immutable Policy that any number of threads may evaluate. decide()
// answers one request from a set of policies as AWS's evaluation logic does; explain() is the same evaluation with a
// recorder, so an explanation cannot disagree with a decision. Needs nothing of the server.
//
// Evaluation logic: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
// KMS:              https://docs.aws.amazon.com/kms/latest/developerguide/control-access.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::policy {

// --- Documents -------------------------------------------------------------------------------------------------------

// Where a document is used; AWS allows different elements in each.
enum class Kind {
  identity,   // user, group, role; inline or managed; also permissions boundaries, session policies, SCPs
  resource,   // has principals: a bucket's, a queue's ...
  key,        // a KMS key policy
  trust,      // a role's trust policy: principals, no Resource
  control,    // SCP, RCP
};

class Policy;  // compiled, immutable
using PolicyPtr = std::shared_ptr<const Policy>;

struct CompileError {
  std::string message;  // in AWS's words: "Syntax errors in policy.", "Policy statement must contain resources."
};

// How strictly a document is read.
enum class Strictness {
  as_written,   // everything AWS refuses when a policy is stored is refused here, with its text
  as_managed,   // the same for a customer managed policy, which also has to be of version 2012-10-17
  lenient,      // only what cannot be understood at all: for simulation, where a broken statement simply has no effect
};

struct Compiled {
  PolicyPtr policy;                    // null on failure
  std::optional<CompileError> error;
};
Compiled compile(std::string_view json, Kind kind, Strictness strictness = Strictness::as_written);

// The principals that a document names in Principal and NotPrincipal under "AWS", as written ("*" left out): for the
// check that they exist.
std::vector<std::string> named_principals(const Policy& policy);
// The version that counts: "2012-10-17" or "2008-10-17".
std::string_view version(const Policy& policy);

// --- The request -----------------------------------------------------------------------------------------------------

struct Principal {
  enum class Kind { anonymous, root, user, role, role_session, federated_user, service };
  Kind kind = Kind::anonymous;
  std::string account;    // 12 digits; empty for services and anonymous
  std::string partition;  // "aws"
  std::string arn;        // who calls: a session's ARN for a session; the name for a service. A federated identity
                          // provider, as the caller of AssumeRoleWith..., is of kind service and has its ARN or name here
  std::string role_arn;   // sessions: the role's own ARN with its path, where known; else without a path. Federated users:
                          // the ARN of the user who made the session, where known
  std::string unique_id;  // AIDA..., AROA...:session, where known; a Principal element may name it

  // From an ARN, "anonymous", or a service's name.
  static Principal parse(std::string_view text);
};

// The values of a condition key, in the memory of whoever holds them.
class Values {
 public:
  Values() = default;
  Values(const char* at, std::size_t count) : at_(at), count_(count) {}

  // Reads values that stand one behind the other, each after its length.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    Iterator() = default;
    Iterator(const char* at, std::size_t left) : at_(at), left_(left) {}
    std::string_view operator*() const { return {at_ + sizeof(std::uint32_t), length()}; }
    Iterator& operator++() {
      at_ += sizeof(std::uint32_t) + length();
      --left_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return left_ == other.left_; }

   private:
    std::uint32_t length() const {
      std::uint32_t length = 0;
      std::memcpy(&length, at_, sizeof length);
      return length;
    }
    const char* at_ = nullptr;
    std::size_t left_ = 0;
  };

  bool present() const { return at_ != nullptr; }  // with no values, perhaps
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Iterator begin() const { return {at_, count_}; }
  Iterator end() const { return {nullptr, 0}; }
  std::string_view front() const { return *begin(); }

 private:
  const char* at_ = nullptr;
  std::size_t count_ = 0;
};

// Condition context: keys in any case (compared without case), each with its values. A key that is present with no values
// is different from an absent key only to Null and the set operators.
//
// All of it is one block of memory: a request's context is made, copied and kept in one go.
class Context {
 public:
  Context() = default;
  explicit Context(std::size_t expected_bytes) { packed_.reserve(expected_bytes); }

  void set(std::string_view key, std::string_view value) { set(key, &value, 1); }
  void set(std::string_view key, const char* value) { set(key, std::string_view(value)); }
  void set(std::string_view key, const std::vector<std::string>& values);
  void set(std::string_view key, Values values);
  // The same for a key that is not here yet, without looking for it.
  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, const std::vector<std::string>& values);
  // Everything of another context, which overrides what is here.
  void set_all(const Context& other);
  Values find(std::string_view key) const;  // not present(): absent

  struct Entry {
    std::string_view key;
    Values values;
  };
  std::vector<Entry> entries() const;  // valid until the next change

  // The block itself, to keep it and to read it back.
  const std::string& packed() const { return packed_; }
  static Context from_packed(std::string packed);

 private:
  // An entry: its size, the key's size, the number of values (32 bits each); the key; each value after its size.
  struct Head {
    std::uint32_t size, key_size, count;
  };
  template <class Texts>
  void set_texts(std::string_view key, const Texts& texts, std::size_t count);
  template <class Texts>
  void append(std::string_view key, const Texts& texts, std::size_t count);
  void set(std::string_view key, const std::string_view* values, std::size_t count);
  // Among the first so many bytes; the end of all where there is none.
  std::size_t place_of(std::string_view key, std::size_t within) const;
  std::size_t place_of(std::string_view key) const { return place_of(key, packed_.size()); }

  std::string packed_;
};

struct Request {
  Principal principal;
  std::string action;            // "kms:Decrypt"
  std::string resource;          // ARN, or "*" where the action has no resource
  std::string resource_account;  // owner; empty: the account in the resource's ARN, else the caller's
  Context context;               // aws:PrincipalArn, PrincipalAccount, PrincipalType, username, userid... are filled in
                                 // from the principal where they are absent
};

// A policy with the name it has in explanations and in AWS's messages.
struct Named {
  PolicyPtr policy;
  std::string name;  // "arn:aws:iam::aws:policy/X", "inline policy minimum of user/qe-app"; may be empty
  std::string arn;   // managed policies: their ARN; else empty
};

// Which kinds of policies take part. An absent kind does not; an empty list is present and allows nothing.
struct Set {
  std::optional<std::vector<Named>> identity;
  std::optional<Named> resource;  // bucket policy, key policy, trust policy, by its compiled Kind or the resource's type
  std::optional<Named> boundary;
  std::optional<std::vector<Named>> session;
  std::optional<std::vector<std::vector<Named>>> scp;  // levels: every level must allow
  std::optional<std::vector<std::vector<Named>>> rcp;
  std::optional<Named> grant;     // a KMS grant that covers this request: its name, its grantee as .arn; .policy is null
};

// --- The decision ----------------------------------------------------------------------------------------------------

enum class Outcome { allowed, implicit_deny, explicit_deny };

// What decided: the kind of policy that denied, or whose missing Allow did.
enum class Cause { none, identity, resource, boundary, session, scp, rcp };

struct Match {
  std::string_view kind;      // "identity", "resource", "boundary", "session", "scp", "rcp", "grant"
  std::size_t level = 0;      // scp and rcp
  std::size_t index = 0;      // position in its list
  std::size_t statement = 0;  // position in the document
  const Policy* policy = nullptr;
};

struct Decision {
  Outcome outcome = Outcome::implicit_deny;
  Cause cause = Cause::none;
  std::vector<Match> matched;  // the statements that decided; empty for an implicit deny
};

Decision decide(const Request& request, const Set& policies);

// The Sid of a statement; empty if it has none.
std::string_view sid(const Policy& policy, std::size_t statement);
// How a match is named in simulation answers: "identity[0]", "resource", "scp[1][0]".
std::string label(const Match& match);
std::string_view to_string(Outcome outcome);  // "allowed", "implicitDeny", "explicitDeny"

// --- Why -------------------------------------------------------------------------------------------------------------

// One condition of a looked-at statement: which operator compared what with what.
struct ConditionNote {
  std::string op;                   // "StringEquals", "ForAnyValue:StringLikeIfExists"
  std::string key;
  std::vector<std::string> wanted;  // with variables filled in
  std::optional<std::vector<std::string>> seen;  // absent: the key was not in the request
  bool met = false;
};

struct StatementNote {
  std::size_t statement = 0;
  std::string sid;
  bool deny = false;
  // Each false names the first element that did not match; the rest was not looked at.
  bool principal_matched = false, action_matched = false, resource_matched = false, conditions_met = false;
  std::vector<ConditionNote> conditions;
  bool applies() const { return principal_matched && action_matched && resource_matched && conditions_met; }
};

struct PolicyNote {
  std::string label;  // "identity[0]"
  std::string name;
  std::string contribution;  // "allow", "deny", "none", "delegates to identity policies"
  std::vector<StatementNote> statements;
};

struct Explanation {
  Decision decision;
  std::vector<PolicyNote> policies;
  std::string sentence;  // the decisive cause, in plain words
};

Explanation explain(const Request& request, const Set& policies);

// --- Looking into documents ------------------------------------------------------------------------------------------

// Where something stands in a text: both count from 1, columns in characters.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};
struct Span {
  Position start, end;
};
// Where each statement stands, as IAM's simulation APIs say it: from just after the bracket or brace before it to just after
// its closing brace. Of a text that is no document, those that were read.
std::vector<Span> statement_spans(std::string_view json);

// The context keys that a document mentions, in conditions and as policy variables, each once, as first written.
std::vector<std::string> context_keys(std::string_view json);
// Whether a request has a value for a key: in its context, or one that AWS derives from the principal or the resource.
bool has_key(const Request& request, std::string_view key);

// Whether an operator of that type can compare a text at all.
enum class ValueType { text, number, boolean, address, date };
bool valid_value(ValueType type, const std::string& text);

// --- Simulation (latchkey simulate) ----------------------------------------------------------------------------------

// One line in, one line out (no line end); see the interface's "Simulation cases". *malformed is set when the line is
// not such an object; the answer then carries "error".
std::string simulate_line(std::string_view json_line, bool* malformed);

}  // namespace latchkey::policy
