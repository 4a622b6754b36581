// A request as the evaluator looks at it: the caller's context, completed lazily with the keys that AWS
// derives from the principal and the resource. Lives for one decision, on one thread; it refers to the
// request, which must outlive it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "latchkey/policy.h"

namespace latchkey::policy {

class RequestView {
 public:
  explicit RequestView(const Request& request);
  RequestView(const RequestView&) = delete;
  RequestView& operator=(const RequestView&) = delete;

  const Request& request() const { return request_; }
  const Principal& principal() const { return request_.principal; }
  std::string_view action() const { return action_; }    // in lower case
  std::string_view service() const { return service_; }  // in lower case: "kms"
  std::string_view resource() const { return request_.resource; }
  // The owner of the resource, who decides about access from other accounts.
  std::string_view resource_account() const { return resource_account_; }
  bool cross_account() const;
  bool key_resource() const;   // a KMS key, not an alias
  bool role_resource() const;  // an IAM role
  // NotPrincipal with Deny hits every principal that has a permissions boundary, whatever it lists.
  bool bounded() const { return bounded_; }
  void set_bounded(bool bounded) { bounded_ = bounded; }

  // By the key in lower case.
  Values find(std::string_view lower_key) const;

 private:
  static constexpr std::size_t kDerived = 9;
  Values derive(std::size_t index) const;
  bool compute(std::size_t index, std::string& out) const;

  const Request& request_;
  std::array<char, 64> short_action_;
  std::string long_action_;
  std::string_view action_, service_, resource_account_;
  bool bounded_ = false;
  mutable std::array<Context, kDerived> derived_;
  mutable std::array<std::uint8_t, kDerived> state_{};  // 0 unknown, 1 present, 2 absent
};

// The parts of an ARN up to the fifth colon and the rest; empty for a text that is none.
struct ArnParts {
  std::string_view partition, service, region, account, resource;
  bool valid = false;
};
ArnParts split_arn(std::string_view text);

}  // namespace latchkey::policy
