#include "support/inputs.h"

#include <algorithm>

#include "core/encoding.h"
#include "core/json.h"

namespace latchkey::test {
namespace {

void add_parameters(Parameters& out, const std::string& name, const Value& value) {
  if (const auto* members = value.get_if<Members>()) {
    for (const auto& [key, inner] : *members)
      add_parameters(out, name.empty() ? key : name + "." + key, inner);
  } else if (const auto* list = value.get_if<List>()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      add_parameters(out, name + ".member." + std::to_string(i + 1), (*list)[i]);
    }
  } else if (const auto* text = value.get_if<std::string>()) {
    out.emplace_back(name, *text);
  } else if (const auto* blob = value.get_if<Blob>()) {
    out.emplace_back(name, base64_encode(blob->bytes));
  } else {
    out.emplace_back(name, to_json(value));
  }
}

}  // namespace

std::string repeated(std::int64_t count) { return std::string(static_cast<std::size_t>(count), 'a'); }

Value least(const Shape& shape) {
  switch (shape.kind) {
    case Shape::Kind::text:
      return shape.values.empty() ? Value(repeated(std::max<std::int64_t>(shape.min, 1)))
                                  : Value(shape.values.front());
    case Shape::Kind::blob:
      return Blob{repeated(std::max<std::int64_t>(shape.min, 1))};
    case Shape::Kind::integer:
      return std::clamp<std::int64_t>(1, shape.min, shape.max);
    case Shape::Kind::boolean:
      return true;
    case Shape::Kind::time:
      return Time{};
    case Shape::Kind::list:
      return List(static_cast<std::size_t>(std::max<std::int64_t>(shape.min, 1)), least(*shape.element));
    case Shape::Kind::map:
      return Members{{"a", least(*shape.element)}};
    case Shape::Kind::structure: {
      // A form has no way to write a structure without members.
      Members members = least(shape.members);
      if (members.empty()) members.add(std::string(shape.members[0].name), least(*shape.members[0].shape));
      return members;
    }
  }
  return {};
}

Members least(std::span<const Member> members) {
  Members out;
  for (const Member& member : members) {
    if (member.required) out.add(std::string(member.name), least(*member.shape));
  }
  return out;
}

Reply send(AwsTest& aws, const Service& service, const Operation& operation, const Value& input,
           const Caller& caller) {
  if (service.protocol == Protocol::json) return aws.kms(operation.name, to_json(input), caller);
  Parameters parameters;
  add_parameters(parameters, "", input);
  return service.name == "iam" ? aws.iam(operation.name, parameters, caller)
                               : aws.sts(operation.name, parameters, caller);
}

}  // namespace latchkey::test
