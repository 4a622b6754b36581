#include "scenarios/query.h"

#include "core/clock.h"
#include "core/encoding.h"
#include "core/json.h"

namespace latchkey::scenarios {
namespace {

void add(std::string& out, const std::string& name, std::string_view value) {
  out.append("&").append(percent_encode(name)).append("=").append(percent_encode(value));
}

struct Serializer {
  std::string& out;
  std::string name;

  void operator()(std::monostate) const {}
  void operator()(bool value) const { add(out, name, value ? "true" : "false"); }
  void operator()(std::int64_t value) const { add(out, name, std::to_string(value)); }
  void operator()(double value) const { add(out, name, to_json(Value(value))); }
  void operator()(const std::string& value) const { add(out, name, value); }
  void operator()(const Blob& value) const { add(out, name, base64_encode(value.bytes)); }
  void operator()(Time value) const { add(out, name, format_iso8601(value)); }
  // A list that is present but empty is said to be so, as AWS's own SDKs do.
  void operator()(const List& list) const {
    if (list.empty()) add(out, name, "");
    for (std::size_t i = 0; i < list.size(); ++i) {
      std::visit(Serializer{out, name + ".member." + std::to_string(i + 1)}, list[i].variant());
    }
  }
  void operator()(const Members& members) const {
    for (const auto& [member, value] : members)
      std::visit(Serializer{out, name + "." + member}, value.variant());
  }
};

}  // namespace

std::string to_query(std::string_view action, std::string_view version, const Members& input) {
  std::string out = "Action=" + percent_encode(action) + "&Version=" + percent_encode(version);
  for (const auto& [member, value] : input) std::visit(Serializer{out, member}, value.variant());
  return out;
}

}  // namespace latchkey::scenarios
