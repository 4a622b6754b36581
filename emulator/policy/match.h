// Wildcards and policy variables: the patterns of Action, Resource and of string and ARN conditions.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::policy {

class RequestView;

// What * and ? mean in a pattern.
enum class Syntax {
  literal,   // nothing: StringEquals
  like,      // any characters: StringLike
  resource,  // as like, but inside an ARN's first five parts a wildcard stays in its part, unless * ends the
             // part
  arn,       // as like, but never across the first five colons: ArnLike, ArnEquals
};

// A matcher over an encoded pattern: wildcards are bytes that UTF-8 cannot contain, everything else is
// literal.
bool glob(std::string_view pattern, std::string_view text);

class Pattern {
 public:
  // Variables are only special in documents of version 2012-10-17.
  Pattern(std::string_view source, Syntax syntax, bool with_variables);

  bool matches(std::string_view text, const RequestView& request) const;
  // StringEqualsIgnoreCase and its negation.
  bool matches_ignoring_case(std::string_view text, const RequestView& request) const;
  // The pattern with its variables filled in, for explanations; nothing if a variable has no value.
  std::optional<std::string> shown(const RequestView& request) const;

 private:
  struct Piece {
    std::string text;  // encoded; or, of a variable, the key in lower case
    bool variable = false;
    bool in_head = false;  // within an ARN's first five parts, where a value must not bring colons along
    std::optional<std::string> otherwise;
  };

  std::size_t add_variable(std::string_view source, std::size_t start, bool in_head);
  void encode(std::string_view source, bool with_variables);
  bool expand(const RequestView& request, std::string& out) const;

  std::string text_;           // encoded; all of the pattern if there are no variables
  std::vector<Piece> pieces_;  // only if there are
  Syntax syntax_;
  bool everything_ = false;
  bool wildcards_ = false;
  bool impossible_ = false;  // an ARN operator's pattern that is no ARN
};

// An action pattern, in lower case.
class ActionPattern {
 public:
  explicit ActionPattern(std::string_view source);
  bool matches(std::string_view lower_action) const;

 private:
  std::string text_;
  bool everything_ = false;
  bool wildcards_ = false;
};

}  // namespace latchkey::policy
