#include "scenarios/expect.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/encoding.h"
#include "core/json.h"
#include "core/pattern.h"

namespace latchkey::scenarios {
namespace {

using Differences = std::vector<Difference>;

struct Comparison {
  Typing typing;
  bool exact = false;  // members that nobody asked for are differences
};

Differences compare_value(const Value& wanted, const Value* seen, const std::string& path, Comparison how);

std::string shown(const Value* value) { return value == nullptr ? "nothing" : to_json(*value); }

Differences differ(const std::string& path, std::string wanted, const Value* seen) {
  return {{path, std::move(wanted), shown(seen)}};
}

Differences when(bool differs, const std::string& path, std::string wanted, const Value* seen) {
  return differs ? differ(path, std::move(wanted), seen) : Differences();
}

std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

bool is_matcher(const Members& members) {
  return std::any_of(members.begin(), members.end(),
                     [](const auto& field) { return field.name.starts_with("$"); });
}

bool is_empty(const Value& value) {
  return value.is_none() || value == Value("") || value == Value(List()) || value == Value(Members());
}

// --- Plain values
// ----------------------------------------------------------------------------------------------------

bool equal_scalars(const Value& wanted, const Value& seen, Typing typing) {
  if (wanted == seen) return true;
  const auto* whole = wanted.get_if<std::int64_t>();
  const auto* fraction = seen.get_if<double>();
  if (whole != nullptr && fraction != nullptr) return static_cast<double>(*whole) == *fraction;
  if (typing == Typing::typed) return false;
  if (is_empty(wanted) && seen.is_none()) return true;
  return seen.is<std::string>() && to_json(wanted) == seen.get<std::string>();
}

Differences compare_lists(const List& wanted, const Value& seen, const std::string& path, Comparison how) {
  const List* list = seen.get_if<List>();
  if (list == nullptr || list->size() != wanted.size()) {
    if (wanted.empty() && seen.is_none() && how.typing == Typing::untyped) return {};
    return differ(path, to_json(wanted), &seen);
  }
  Differences out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    for (auto& difference :
         compare_value(wanted[i], &(*list)[i], path + "[" + std::to_string(i) + "]", how)) {
      out.push_back(std::move(difference));
    }
  }
  return out;
}

Differences compare_members(const Members& wanted, const Members& seen, const std::string& path,
                            Comparison how) {
  Differences out;
  for (const auto& [name, value] : wanted) {
    for (auto& difference : compare_value(value, seen.find(name), joined(path, name), how)) {
      out.push_back(std::move(difference));
    }
  }
  if (!how.exact) return out;
  for (const auto& [name, value] : seen) {
    if (wanted.find(name) == nullptr) out.push_back({joined(path, name), "nothing", to_json(value)});
  }
  return out;
}

// A policy comes back as text, from IAM percent-encoded.
Differences compare_document(const Value& wanted, const std::string& text, const std::string& path) {
  const Value seen = text;
  const bool encoded = !text.empty() && text.front() == '%';
  const auto document = parse_json(encoded ? percent_decode(text, Plus::is_plus) : text);
  if (!document) return differ(path, to_json(wanted), &seen);
  return compare_value(wanted, &*document, path, {Typing::typed, true});
}

Differences compare_object(const Members& wanted, const Value& seen, const std::string& path,
                           Comparison how) {
  if (const auto* text = seen.get_if<std::string>()) return compare_document(wanted, *text, path);
  if (const auto* members = seen.get_if<Members>()) return compare_members(wanted, *members, path, how);
  if (seen.is_none() && how.typing == Typing::untyped) return compare_members(wanted, {}, path, how);
  return differ(path, to_json(wanted), &seen);
}

// --- Matchers
// --------------------------------------------------------------------------------------------------------

struct Seen {
  const Value* value;
  const std::string& path;
  Comparison how;
};

using Match = Differences (*)(const Value& argument, const Seen& seen);

// What is wrong with an argument; nullptr: nothing.
const char* problem_of(const Value& value, Argument argument) {
  switch (argument) {
    case Argument::text:
      return value.is<std::string>() ? nullptr : "must be a string";
    case Argument::yes:
      return value == Value(true) ? nullptr : "must be true";
    case Argument::number:
      return value.is<std::int64_t>() ? nullptr : "must be a number";
    case Argument::expectations:
      return value.is<List>() ? nullptr : "must be a list";
    case Argument::expectation:
      return nullptr;
  }
  return nullptr;
}

Differences match_pattern(const Value& argument, const Seen& seen) {
  const std::string& pattern = argument.get<std::string>();
  const auto* text = seen.value == nullptr ? nullptr : seen.value->get_if<std::string>();
  try {
    const bool matches = text != nullptr && matches_pattern(pattern, *text);
    return when(!matches, seen.path, "text that matches " + pattern, seen.value);
  } catch (const std::logic_error&) {
    return differ(seen.path, "text that matches " + pattern + " (a pattern that cannot be read)", seen.value);
  }
}

Differences match_present(const Value&, const Seen& seen) {
  return when(seen.value == nullptr || seen.value->is_none(), seen.path, "something", seen.value);
}

Differences match_absent(const Value&, const Seen& seen) {
  return when(seen.value != nullptr, seen.path, "nothing", seen.value);
}

bool contains(const Value& argument, const Seen& seen) {
  if (seen.value == nullptr) return false;
  if (const auto* list = seen.value->get_if<List>()) {
    return std::any_of(list->begin(), list->end(), [&](const Value& element) {
      return compare_value(argument, &element, seen.path, seen.how).empty();
    });
  }
  const auto* text = seen.value->get_if<std::string>();
  const auto* part = argument.get_if<std::string>();
  return text != nullptr && part != nullptr && text->find(*part) != std::string::npos;
}

Differences match_contains(const Value& argument, const Seen& seen) {
  return when(!contains(argument, seen), seen.path, "something that contains " + to_json(argument),
              seen.value);
}

Differences match_exactly(const Value& argument, const Seen& seen) {
  return compare_value(argument, seen.value, seen.path, {seen.how.typing, true});
}

Differences match_length(const Value& argument, const Seen& seen) {
  const auto wanted = static_cast<std::size_t>(argument.get<std::int64_t>());
  std::size_t length = 0;
  bool countable = seen.value != nullptr;
  if (countable) {
    if (const auto* list = seen.value->get_if<List>())
      length = list->size();
    else if (const auto* text = seen.value->get_if<std::string>())
      length = character_count(*text);
    else
      countable = seen.value->is_none() && seen.how.typing == Typing::untyped;
  }
  return when(!countable || length != wanted, seen.path, "a length of " + std::to_string(wanted), seen.value);
}

Differences match_not(const Value& argument, const Seen& seen) {
  const bool equal = compare_value(argument, seen.value, seen.path, seen.how).empty();
  return when(equal, seen.path, "anything but " + to_json(argument), seen.value);
}

Differences match_one_of(const Value& argument, const Seen& seen) {
  const List& choices = argument.get<List>();
  const bool found = std::any_of(choices.begin(), choices.end(), [&](const Value& choice) {
    return compare_value(choice, seen.value, seen.path, seen.how).empty();
  });
  return when(!found, seen.path, "one of " + to_json(argument), seen.value);
}

Differences match_base64(const Value& argument, const Seen& seen) {
  const auto* text = seen.value == nullptr ? nullptr : seen.value->get_if<std::string>();
  const auto bytes = text == nullptr ? std::nullopt : base64_decode(*text);
  return when(bytes != argument.get<std::string>(), seen.path, "the base64 of " + to_json(argument),
              seen.value);
}

struct Matcher {
  std::string_view name;
  Match match;
  Argument argument;
};

constexpr std::array kMatchers = {
    Matcher{"$matches", match_pattern, Argument::text},
    Matcher{"$present", match_present, Argument::yes},
    Matcher{"$absent", match_absent, Argument::yes},
    Matcher{"$contains", match_contains, Argument::expectation},
    Matcher{"$exactly", match_exactly, Argument::expectation},
    Matcher{"$length", match_length, Argument::number},
    Matcher{"$not", match_not, Argument::expectation},
    Matcher{"$one_of", match_one_of, Argument::expectations},
    Matcher{"$base64", match_base64, Argument::text},
};

const Matcher* matcher_named(std::string_view name) {
  const auto found = std::find_if(kMatchers.begin(), kMatchers.end(),
                                  [&](const Matcher& matcher) { return matcher.name == name; });
  return found == kMatchers.end() ? nullptr : &*found;
}

// Variables may have changed an argument's type since the scenario was read.
Differences apply(const Members& matchers, const Seen& seen) {
  Differences out;
  for (const auto& [name, argument] : matchers) {
    const Matcher* matcher = matcher_named(name);
    if (matcher == nullptr || problem_of(argument, matcher->argument) != nullptr)
      return differ(seen.path, name + " (unusable)", seen.value);
    for (auto& difference : matcher->match(argument, seen)) out.push_back(std::move(difference));
  }
  return out;
}

Differences compare_value(const Value& wanted, const Value* seen, const std::string& path, Comparison how) {
  const auto* members = wanted.get_if<Members>();
  if (members != nullptr && is_matcher(*members)) return apply(*members, {seen, path, how});
  if (seen == nullptr) return differ(path, to_json(wanted), seen);
  if (members != nullptr) return compare_object(*members, *seen, path, how);
  if (const auto* list = wanted.get_if<List>()) return compare_lists(*list, *seen, path, how);
  return when(!equal_scalars(wanted, *seen, how.typing), path, to_json(wanted), seen);
}

}  // namespace

std::vector<Difference> compare(const Value& wanted, const Value* seen, const std::string& path,
                                Typing typing) {
  return compare_value(wanted, seen, path, {typing, false});
}

std::vector<MatcherShape> matcher_shapes() {
  std::vector<MatcherShape> out;
  for (const Matcher& matcher : kMatchers) out.push_back({matcher.name, matcher.argument});
  return out;
}

void check_expectation(const Value& wanted, const std::string& path) {
  if (const auto* list = wanted.get_if<List>()) {
    for (std::size_t i = 0; i < list->size(); ++i)
      check_expectation((*list)[i], path + "[" + std::to_string(i) + "]");
    return;
  }
  const auto* members = wanted.get_if<Members>();
  if (members == nullptr) return;
  const bool matchers = is_matcher(*members);
  for (const auto& [name, value] : *members) {
    if (!matchers) {
      check_expectation(value, joined(path, name));
      continue;
    }
    const Matcher* matcher = matcher_named(name);
    if (matcher == nullptr) throw std::runtime_error(joined(path, name) + ": is not a matcher");
    const char* problem = problem_of(value, matcher->argument);
    if (problem != nullptr) throw std::runtime_error(joined(path, name) + ": " + problem);
    if (matcher->argument == Argument::expectation || matcher->argument == Argument::expectations) {
      check_expectation(value, joined(path, name));
    }
  }
}

}  // namespace latchkey::scenarios
