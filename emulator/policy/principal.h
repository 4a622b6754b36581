// Principal and NotPrincipal against the caller.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/request_view.h"

namespace latchkey::policy {

// How a statement names the caller, which decides what limits a permission it gives within one account. In
// order of strength: a statement that names the caller in several ways gives the strongest.
enum class Naming {
  none,
  account,  // its account: a delegation, which by itself grants nothing
  role,     // the role of a session: limited by the boundary and the session policies
  user,     // the user: the boundary's implicit deny does not limit it; a session's policies do
  direct,   // the session itself, a federated user, a service, or everyone: limited by explicit denies alone
};

class PrincipalElement {
 public:
  enum class Type { everyone, account, arn, unique_id, service, federated, other };
  struct Entry {
    Type type = Type::other;
    std::string text;  // of an account its number
    std::string written;
    bool aws = false;  // listed under "AWS"
  };

  void add(std::string_view kind,
           std::string_view text);  // kind: "AWS", "Service", ...; "*" alone is kind "AWS"
  void set_negated() { negated_ = true; }
  void set_present() { present_ = true; }
  bool present() const { return present_; }
  const std::vector<Entry>& entries() const { return entries_; }

  // `deny`: the statement's effect; NotPrincipal means something else in each.
  Naming names(const RequestView& request, bool deny) const;

 private:
  bool present_ = false;
  bool negated_ = false;
  std::vector<Entry> entries_;
};

// The caller's role is one that an AWS service made for itself: SCPs and RCPs do not bind it.
bool service_linked_role(const Principal& principal);

}  // namespace latchkey::policy
