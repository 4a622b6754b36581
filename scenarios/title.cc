#include <algorithm>

#include "scenarios/steps.h"

namespace latchkey::scenarios {
namespace {

std::string text_at(const Members& members, std::string_view path) {
  const std::size_t end = std::min(path.find_first_of(".["), path.size());
  const Value* first = members.find(path.substr(0, end));
  if (first == nullptr) return "";
  path.remove_prefix(end);
  const Value* value = at_path(*first, path.starts_with(".") ? path.substr(1) : path);
  return value == nullptr ? "" : as_text(*value);
}

// "as qe-app"; credentials that stand in the step itself are named by their access key.
std::string who(const Members& members) {
  const Value* as = members.find("as");
  if (as == nullptr) return " as bootstrap";
  if (as->is<Members>()) return " with " + text_at(as->get<Members>(), "access_key_id");
  return *as == Value("anonymous") ? " unsigned" : " as " + as_text(*as);
}

std::string program_of(const Members& members, const Variables& variables) {
  std::string program = text_at(members, "run[0]");
  try {
    program = variables.fill_text(program);
  } catch (const MissingVariable&) {
    return program;
  }
  return program.substr(program.rfind('/') + 1);
}

std::string what(const Step& step, const Variables& variables) {
  const Members& members = step.members;
  switch (step.kind) {
    case Step::Kind::call: {
      const std::string code = text_at(members, "expect.error.code");
      return text_at(members, "call") + who(members) + (code.empty() ? "" : " is refused: " + code);
    }
    case Step::Kind::request: {
      const std::string method = text_at(members, "request.method");
      return (method.empty() ? "GET" : method) + " " + text_at(members, "request.path");
    }
    case Step::Kind::run:
      return "run " + program_of(members, variables) + who(members);
    case Step::Kind::journal:
      return "journal " + text_at(members, "journal");
    case Step::Kind::identity:
      return "identity " + text_at(members, "identity");
    case Step::Kind::clock:
      return "clock " + text_at(members, "clock");
    case Step::Kind::faults:
      return "faults " + text_at(members, "faults");
    case Step::Kind::nowhere:
      return "nowhere " + text_at(members, "nowhere");
    case Step::Kind::set:
      return "set " + text_at(members, "set");
    case Step::Kind::section:
      return text_at(members, "section");
  }
  return "";
}

}  // namespace

std::string title_of(const Step& step, const Variables& variables) {
  const std::string name = text_at(step.members, "name");
  return what(step, variables) + (name.empty() ? "" : ": " + name);
}

}  // namespace latchkey::scenarios
