// Writes what the operation tables say, as JSON, for compare.py to hold against AWS's public API models.
#include <iostream>

#include "core/json.h"
#include "iam/service.h"
#include "kms/service.h"
#include "sts/service.h"

using namespace latchkey;

namespace {

const char* kind_name(Shape::Kind kind) {
  switch (kind) {
    case Shape::Kind::text:
      return "string";
    case Shape::Kind::blob:
      return "blob";
    case Shape::Kind::integer:
      return "integer";
    case Shape::Kind::boolean:
      return "boolean";
    case Shape::Kind::time:
      return "timestamp";
    case Shape::Kind::list:
      return "list";
    case Shape::Kind::map:
      return "map";
    case Shape::Kind::structure:
      return "structure";
  }
  return "";
}

List members_of(std::span<const Member> members);

Members shape_of(const Shape& shape) {
  Members out{{"type", kind_name(shape.kind)}, {"min", shape.min}};
  if (shape.max != Shape::kNoMax) out.add("max", shape.max);
  if (!shape.pattern.empty()) out.add("pattern", shape.pattern);
  if (!shape.values.empty()) out.add("enum", List(shape.values.begin(), shape.values.end()));
  if (shape.key != nullptr) out.add("key", shape_of(*shape.key));
  if (shape.element != nullptr) out.add("element", shape_of(*shape.element));
  if (shape.kind == Shape::Kind::structure) out.add("members", members_of(shape.members));
  return out.add("secret", shape.secret);
}

List members_of(std::span<const Member> members) {
  List out;
  for (const Member& member : members) {
    out.emplace_back(
        Members{{"name", member.name}, {"required", member.required}, {"shape", shape_of(*member.shape)}});
  }
  return out;
}

Members service_of(const Service& service) {
  Members operations;
  for (const Operation& operation : service.operations) {
    operations.add(std::string(operation.name), members_of(operation.input));
  }
  return {{"operations", std::move(operations)},
          {"not_yet", List(service.not_yet.begin(), service.not_yet.end())}};
}

}  // namespace

int main() {
  Members all;
  for (const Service* service : {&kms::service(), &iam::service(), &sts::service()}) {
    all.add(std::string(service->name), service_of(*service));
  }
  std::cout << to_json(all) << '\n';
  return 0;
}
