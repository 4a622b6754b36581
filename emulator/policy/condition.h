// Conditions: one table of operators, and the three modifiers (IfExists, ForAllValues:, ForAnyValue:) and the
// negation around them, each handled in one place.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/policy.h"
#include "policy/condition_values.h"
#include "policy/match.h"

namespace latchkey::policy {

enum class Test {
  string_equals,
  string_equals_ignoring_case,
  string_like,
  number_equal,
  number_less,
  number_less_or_equal,
  number_greater,
  number_greater_or_equal,
  date_equal,
  date_less,
  date_less_or_equal,
  date_greater,
  date_greater_or_equal,
  boolean,
  binary,
  address,
  arn,
  null,
};

enum class Quantifier { none, all_values, any_value };

// An operator as a policy names it, taken apart.
struct Operator {
  Test test = Test::string_equals;
  bool negated = false;
  bool if_exists = false;
  Quantifier quantifier = Quantifier::none;
};
// Nothing for an operator that AWS does not know.
std::optional<Operator> find_operator(std::string_view name);
// Whether the name is spelled as in the guide; IAM stores no policy where it is not.
bool exact_operator(std::string_view name);

class Condition {
 public:
  Condition(Operator parts, std::string name, std::string_view key, const std::vector<std::string>& values,
            bool with_variables);

  bool met(const RequestView& request) const;
  ConditionNote note(const RequestView& request) const;

 private:
  struct Wanted {
    std::string text;
    std::optional<Pattern> pattern;
    std::optional<double> number;
    std::optional<Instant> instant;
    std::optional<AddressRange> range;
  };

  // Whether a value in the request matches any of the values in the policy, before negation.
  bool any_wanted(std::string_view seen, const RequestView& request) const;
  bool matches(const Wanted& wanted, std::string_view seen, const RequestView& request) const;
  bool number_matches(const Wanted& wanted, std::string_view seen) const;
  bool instant_matches(const Wanted& wanted, std::string_view seen) const;
  bool null_met(bool exists) const;

  Operator operator_;
  std::string name_;  // as written
  std::string key_;   // as written
  std::string lower_key_;
  std::vector<Wanted> wanted_;
};

}  // namespace latchkey::policy
