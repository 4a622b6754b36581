#include "policy/condition.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "policy/request_view.h"
#include "policy/text.h"

namespace latchkey::policy {
namespace {

struct Row {
  std::string_view name;
  Test test;
  bool negated;
};

// ArnEquals behaves as ArnLike, wildcards included.
constexpr Row kOperators[] = {
    {"StringEquals", Test::string_equals, false},
    {"StringNotEquals", Test::string_equals, true},
    {"StringEqualsIgnoreCase", Test::string_equals_ignoring_case, false},
    {"StringNotEqualsIgnoreCase", Test::string_equals_ignoring_case, true},
    {"StringLike", Test::string_like, false},
    {"StringNotLike", Test::string_like, true},
    {"NumericEquals", Test::number_equal, false},
    {"NumericNotEquals", Test::number_equal, true},
    {"NumericLessThan", Test::number_less, false},
    {"NumericLessThanEquals", Test::number_less_or_equal, false},
    {"NumericGreaterThan", Test::number_greater, false},
    {"NumericGreaterThanEquals", Test::number_greater_or_equal, false},
    {"DateEquals", Test::date_equal, false},
    {"DateNotEquals", Test::date_equal, true},
    {"DateLessThan", Test::date_less, false},
    {"DateLessThanEquals", Test::date_less_or_equal, false},
    {"DateGreaterThan", Test::date_greater, false},
    {"DateGreaterThanEquals", Test::date_greater_or_equal, false},
    {"Bool", Test::boolean, false},
    {"BinaryEquals", Test::binary, false},
    {"IpAddress", Test::address, false},
    {"NotIpAddress", Test::address, true},
    {"ArnEquals", Test::arn, false},
    {"ArnNotEquals", Test::arn, true},
    {"ArnLike", Test::arn, false},
    {"ArnNotLike", Test::arn, true},
    {"Null", Test::null, false},
};

Syntax syntax_of(Test test) {
  if (test == Test::string_like) return Syntax::like;
  return test == Test::arn ? Syntax::arn : Syntax::literal;
}

// Policy variables work in string and ARN operators only.
bool takes_variables(Test test) {
  return test == Test::string_equals || test == Test::string_equals_ignoring_case ||
         test == Test::string_like || test == Test::arn;
}

bool is_number(Test test) { return test >= Test::number_equal && test <= Test::number_greater_or_equal; }
bool is_date(Test test) { return test >= Test::date_equal && test <= Test::date_greater_or_equal; }

// AWS's null data set: no values, or nothing but the empty string.
bool null_set(const Values& values) {
  return std::all_of(values.begin(), values.end(), [](std::string_view value) { return value.empty(); });
}

}  // namespace

std::optional<Operator> find_operator(std::string_view name) {
  static constexpr std::string_view kAll = "ForAllValues:", kAny = "ForAnyValue:", kIfExists = "IfExists";
  Operator found;
  if (starts_ignoring_case(name, kAll)) {
    found.quantifier = Quantifier::all_values;
    name.remove_prefix(kAll.size());
  } else if (starts_ignoring_case(name, kAny)) {
    found.quantifier = Quantifier::any_value;
    name.remove_prefix(kAny.size());
  }
  if (name.size() > kIfExists.size() &&
      equals_ignoring_case(name.substr(name.size() - kIfExists.size()), kIfExists)) {
    found.if_exists = true;
    name.remove_suffix(kIfExists.size());
  }
  for (const Row& row : kOperators) {
    if (!equals_ignoring_case(row.name, name)) continue;
    // "You can add IfExists to the end of any condition operator name except the Null condition."
    if (row.test == Test::null && found.if_exists) return std::nullopt;
    found.test = row.test;
    found.negated = row.negated;
    return found;
  }
  return std::nullopt;
}

bool exact_operator(std::string_view name) {
  const std::optional<Operator> parts = find_operator(name);
  if (!parts) return false;
  if (parts->quantifier != Quantifier::none) {
    const std::string_view prefix = name.substr(0, 12);  // both prefixes have this length
    if (prefix != "ForAllValues" && prefix != "ForAnyValue:") return false;
    name.remove_prefix(name.find(':') + 1);
  }
  if (parts->if_exists) {
    if (name.substr(name.size() - 8) != "IfExists") return false;
    name.remove_suffix(8);
  }
  return std::any_of(std::begin(kOperators), std::end(kOperators),
                     [name](const Row& row) { return row.name == name; });
}

Condition::Condition(Operator parts, std::string name, std::string_view key,
                     const std::vector<std::string>& values, bool with_variables)
    : operator_(parts), name_(std::move(name)), key_(key), lower_key_(lower(key)) {
  const Test test = operator_.test;
  wanted_.reserve(values.size());
  for (const std::string& value : values) {
    Wanted wanted;
    wanted.text = value;
    if (takes_variables(test)) wanted.pattern.emplace(value, syntax_of(test), with_variables);
    if (is_number(test)) wanted.number = parse_number(value);
    if (is_date(test)) wanted.instant = parse_instant(value);
    if (test == Test::address) wanted.range = parse_address_range(value);
    wanted_.push_back(std::move(wanted));
  }
}

bool Condition::met(const RequestView& request) const {
  const Values values = request.find(lower_key_);
  const bool exists = !values.empty();
  if (operator_.test == Test::null) return null_met(exists);
  const auto holds = [&](std::string_view seen) { return any_wanted(seen, request) != operator_.negated; };
  switch (operator_.quantifier) {
    case Quantifier::none:
      // An absent key equals nothing: positive operators are false, negated ones true; IfExists makes both
      // true.
      if (!exists) return operator_.if_exists || operator_.negated;
      // Several values in the request without a set operator: the values of the policy are an OR, negated a
      // NOR.
      return std::any_of(values.begin(), values.end(), [&](std::string_view seen) {
               return any_wanted(seen, request);
             }) != operator_.negated;
    case Quantifier::all_values:
      return null_set(values) || std::all_of(values.begin(), values.end(), holds);
    case Quantifier::any_value:
      if (!exists) return operator_.if_exists;
      return std::any_of(values.begin(), values.end(), holds);
  }
  return false;
}

bool Condition::null_met(bool exists) const {
  return std::any_of(wanted_.begin(), wanted_.end(), [exists](const Wanted& wanted) {
    return equals_ignoring_case(wanted.text, exists ? "false" : "true");
  });
}

bool Condition::any_wanted(std::string_view seen, const RequestView& request) const {
  for (const Wanted& wanted : wanted_) {
    if (matches(wanted, seen, request)) return true;
  }
  return false;
}

bool Condition::matches(const Wanted& wanted, std::string_view seen, const RequestView& request) const {
  switch (operator_.test) {
    case Test::string_equals:
    case Test::string_like:
      return wanted.pattern->matches(seen, request);
    case Test::string_equals_ignoring_case:
      return wanted.pattern->matches_ignoring_case(seen, request);
    case Test::arn:
      return wanted.pattern->matches(seen, request);
    case Test::boolean:
      return equals_ignoring_case(wanted.text, seen) &&
             (equals_ignoring_case(seen, "true") || equals_ignoring_case(seen, "false"));
    case Test::binary:
      // Both sides are Base64; other spellings of the same bytes do not occur in canonical Base64.
      return wanted.text == seen;
    case Test::address: {
      const std::optional<AddressRange> address = parse_address_range(std::string(seen));
      return wanted.range && address && wanted.range->contains(*address);
    }
    case Test::number_equal:
    case Test::number_less:
    case Test::number_less_or_equal:
    case Test::number_greater:
    case Test::number_greater_or_equal:
      return number_matches(wanted, seen);
    case Test::date_equal:
    case Test::date_less:
    case Test::date_less_or_equal:
    case Test::date_greater:
    case Test::date_greater_or_equal:
      return instant_matches(wanted, seen);
    case Test::null:
      return false;  // decided by the key alone
  }
  return false;
}

bool Condition::number_matches(const Wanted& wanted, std::string_view seen) const {
  const std::optional<double> value = parse_number(seen);
  if (!value || !wanted.number) return false;
  if (operator_.test == Test::number_less) return *value < *wanted.number;
  if (operator_.test == Test::number_less_or_equal) return *value <= *wanted.number;
  if (operator_.test == Test::number_greater) return *value > *wanted.number;
  if (operator_.test == Test::number_greater_or_equal) return *value >= *wanted.number;
  return *value == *wanted.number;
}

bool Condition::instant_matches(const Wanted& wanted, std::string_view seen) const {
  const std::optional<Instant> value = parse_instant(seen);
  if (!value || !wanted.instant) return false;
  if (operator_.test == Test::date_less) return *value < *wanted.instant;
  if (operator_.test == Test::date_less_or_equal) return *value <= *wanted.instant;
  if (operator_.test == Test::date_greater) return *value > *wanted.instant;
  if (operator_.test == Test::date_greater_or_equal) return *value >= *wanted.instant;
  return *value == *wanted.instant;
}

ConditionNote Condition::note(const RequestView& request) const {
  ConditionNote note;
  note.op = name_;
  note.key = key_;
  note.met = met(request);
  for (const Wanted& wanted : wanted_) {
    std::optional<std::string> filled;
    if (wanted.pattern) filled = wanted.pattern->shown(request);
    note.wanted.push_back(filled.value_or(wanted.text));
  }
  const Values values = request.find(lower_key_);
  if (values.present()) {
    note.seen.emplace();
    for (const std::string_view value : values) note.seen->emplace_back(value);
  }
  return note;
}

}  // namespace latchkey::policy
