#include "scenarios/document.h"

#include <fstream>
#include <sstream>

#include "core/json.h"
#include "scenarios/aws_call.h"
#include "scenarios/shapes.h"

namespace latchkey::scenarios {
namespace {

constexpr JsonLimits kLimits{.depth = 64, .values = 2'000'000};

[[noreturn]] void fail(const std::string& place, std::string_view reason) {
  throw std::runtime_error(place + ": " + std::string(reason));
}

const StepShape& shape_of(const Members& members, const std::string& place) {
  for (const StepShape& shape : step_shapes()) {
    if (members.find(shape.name) != nullptr) return shape;
  }
  std::string names;
  for (const StepShape& shape : step_shapes()) names += (names.empty() ? "" : ", ") + std::string(shape.name);
  fail(place, "is no step: it has none of " + names);
}

void check_call_name(const Members& members, const std::string& place) {
  const std::string& name = members.find("call")->get<std::string>();
  const std::size_t colon = name.find(':');
  if (colon == std::string::npos || colon + 1 == name.size() || !is_known_service(name.substr(0, colon))) {
    fail(place + ".call", "'" + name + "' is not SERVICE:OPERATION of kms, iam or sts");
  }
}

std::vector<Step> read_steps(const List& list) {
  std::vector<Step> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = "steps[" + std::to_string(i) + "]";
    if (!list[i].is<Members>()) fail(place, "must be an object");
    const Members& members = list[i].get<Members>();
    const StepShape& shape = shape_of(members, place);
    check_shape(members, place, shape.properties);
    if (shape.kind == Step::Kind::call) check_call_name(members, place);
    out.push_back({shape.kind, place, members});
  }
  return out;
}

// --- The rest of the file
// --------------------------------------------------------------------------------------------

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw std::runtime_error("cannot be read");
  return text.str();
}

void read_options(const Members& members, Options& options) {
  if (const Value* value = members.find("account_id")) options.account_id = value->get<std::string>();
  if (const Value* value = members.find("region")) options.region = value->get<std::string>();
  if (const Value* value = members.find("clock")) options.clock = value->get<std::string>();
  if (const Value* value = members.find("enforce_iam")) options.enforce_iam = value->get<bool>();
  if (const Value* value = members.find("root_assume_role")) options.root_assume_role = value->get<bool>();
}

void read_fixtures(const List& list, const std::filesystem::path& folder, Options& options) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = "fixtures[" + std::to_string(i) + "]";
    if (list[i].is<Members>()) {
      options.fixtures.push_back(to_json(list[i]));
    } else if (const auto* name = list[i].get_if<std::string>()) {
      try {
        options.fixtures.push_back(read_text(folder / *name));
      } catch (const std::exception& error) {
        fail(place, *name + " " + error.what());
      }
    } else {
      fail(place, "must be a fixture document or a file's name");
    }
  }
}

Scenario read_members(const Members& members, const std::filesystem::path& file) {
  const Value* version = members.find("latchkey-scenario");
  if (version == nullptr || *version != Value(1)) fail("latchkey-scenario", "must be 1");
  check_shape(members, "", document_shape());
  Scenario out;
  out.file = file;
  const Value* name = members.find("name");
  out.name = name == nullptr ? file.filename().string() : name->get<std::string>();
  if (const Value* options = members.find("options")) read_options(options->get<Members>(), out.options);
  if (const Value* variables = members.find("variables")) out.variables = variables->get<Members>();
  if (const Value* fixtures = members.find("fixtures")) {
    read_fixtures(fixtures->get<List>(), file.parent_path(), out.options);
  }
  out.steps = read_steps(members.find("steps")->get<List>());
  return out;
}

}  // namespace

Scenario parse_scenario(std::string_view text, const std::filesystem::path& file) {
  try {
    const auto document = parse_json(text, kLimits);
    if (!document) {
      throw std::runtime_error("is not JSON: " + document.error().reason + " at byte " +
                               std::to_string(document.error().offset));
    }
    if (!document->is<Members>()) throw std::runtime_error("must be a JSON object");
    return read_members(document->get<Members>(), file);
  } catch (const std::exception& error) {
    throw ScenarioError(file.string() + ": " + error.what());
  }
}

Scenario read_scenario(const std::filesystem::path& file) {
  std::string text;
  try {
    text = read_text(file);
  } catch (const std::exception& error) {
    throw ScenarioError(file.string() + ": " + error.what());
  }
  return parse_scenario(text, file);
}

}  // namespace latchkey::scenarios
