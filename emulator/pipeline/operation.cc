#include "pipeline/operation.h"

#include <algorithm>
#include <stdexcept>

#include "core/arn.h"

namespace latchkey {
namespace {

[[noreturn]] void misuse(std::string_view name, const char* what) {
  throw std::logic_error("input member " + std::string(name) + " " + what);
}

template <class T>
const T& require(const Value* value, std::string_view name) {
  if (value == nullptr) misuse(name, "is absent");
  return value->get<T>();
}

}  // namespace

const Value* Input::find(std::string_view name) const {
  const bool declared = std::any_of(declared_.begin(), declared_.end(), [&](const Member& m) { return m.name == name; });
  if (!declared) misuse(name, "is not declared by the operation");
  return members_.find(name);
}

const std::string& Input::text(std::string_view name) const { return require<std::string>(find(name), name); }

std::string Input::text_or(std::string_view name, std::string_view fallback) const {
  const Value* value = find(name);
  return value == nullptr ? std::string(fallback) : value->get<std::string>();
}

std::string_view Input::view_or(std::string_view name, std::string_view fallback) const {
  const Value* value = find(name);
  return value == nullptr ? fallback : std::string_view(value->get<std::string>());
}

std::int64_t Input::number(std::string_view name) const { return require<std::int64_t>(find(name), name); }

std::int64_t Input::number_or(std::string_view name, std::int64_t fallback) const {
  const Value* value = find(name);
  return value == nullptr ? fallback : value->get<std::int64_t>();
}

bool Input::flag(std::string_view name) const {
  const Value* value = find(name);
  return value != nullptr && value->get<bool>();
}

const std::string& Input::bytes(std::string_view name) const { return require<Blob>(find(name), name).bytes; }

Time Input::time(std::string_view name) const { return require<Time>(find(name), name); }

const List& Input::list(std::string_view name) const {
  static const List none;
  const Value* value = find(name);
  return value == nullptr ? none : value->get<List>();
}

const Members& Input::map(std::string_view name) const {
  static const Members none;
  const Value* value = find(name);
  return value == nullptr ? none : value->get<Members>();
}

Tags Input::tags(std::string_view name, std::string_view key, std::string_view value) const {
  Tags out;
  for (const Value& tag : list(name)) {
    const Members& members = tag.get<Members>();
    const Value* text = members.find(value);
    out.emplace_back(members.find(key)->get<std::string>(), text == nullptr ? "" : text->get<std::string>());
  }
  return out;
}

std::vector<std::string> Input::texts(std::string_view name) const {
  std::vector<std::string> out;
  for (const Value& value : list(name)) out.push_back(value.get<std::string>());
  return out;
}

std::string Call::arn(std::string_view service_name, std::string_view resource) const {
  const bool global = service_name == "iam" || service_name == "sts";
  return Arn{partition, std::string(service_name), global ? "" : region, account, std::string(resource)}.str();
}

AccessRule AccessRule::unchecked(std::string reason) {
  AccessRule rule([](Call&) { return std::vector<Access>(); });
  rule.reason_ = std::move(reason);
  return rule;
}

std::vector<Operation> joined(std::vector<std::vector<Operation>> tables) {
  std::vector<Operation> out;
  for (std::vector<Operation>& table : tables) {
    for (Operation& operation : table) out.push_back(std::move(operation));
  }
  return out;
}

const Operation* Service::find(std::string_view operation) const {
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [&](const Operation& row) { return row.name == operation; });
  return found == operations.end() ? nullptr : &*found;
}

std::string action_of(const Call& call) { return std::string(call.service.name) + ":" + std::string(call.operation.name); }

}  // namespace latchkey
