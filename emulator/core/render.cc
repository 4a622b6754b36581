#include "core/render.h"

#include "core/clock.h"
#include "core/encoding.h"
#include "core/json.h"

namespace latchkey {
namespace {

void write_members(std::string& out, const Members& members, int level);

void write_element(std::string& out, std::string_view name, const Value& value, int level);

struct Body {
  std::string& out;
  int level;

  void operator()(std::monostate) {}
  void operator()(bool value) { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) { out += std::to_string(value); }
  void operator()(double value) { out += to_json(Value(value)); }
  void operator()(const std::string& value) { out += xml_escape(value); }
  void operator()(const Blob& value) { out += base64_encode(value.bytes); }
  void operator()(Time value) { out += format_iso8601(value); }
  void operator()(const List& list) {
    out += '\n';
    for (const Value& value : list) write_element(out, "member", value, level + 1);
    out.append(static_cast<std::size_t>(level) * 2, ' ');
  }
  void operator()(const Members& members) {
    out += '\n';
    write_members(out, members, level + 1);
    out.append(static_cast<std::size_t>(level) * 2, ' ');
  }
};

void write_element(std::string& out, std::string_view name, const Value& value, int level) {
  out.append(static_cast<std::size_t>(level) * 2, ' ');
  const bool empty = value.is_none() || (value.is<List>() && value.get<List>().empty()) ||
                     (value.is<Members>() && value.get<Members>().empty());
  if (empty) {
    out.append("<").append(name).append("/>\n");
    return;
  }
  out.append("<").append(name).append(">");
  std::visit(Body{out, level}, value.variant());
  out.append("</").append(name).append(">\n");
}

void write_members(std::string& out, const Members& members, int level) {
  for (const auto& [name, value] : members) write_element(out, name, value, level);
}

}  // namespace

std::string xml_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\r': out += "&#xD;"; break;
      case '\t':
      case '\n': out += c; break;
      default:
        // XML 1.0 has no way to carry other control characters.
        if (static_cast<unsigned char>(c) < 0x20) {
          out += '?';
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string query_answer(std::string_view action, std::string_view xml_namespace, const Value& result,
                         std::string_view request_id) {
  const std::string name(action);
  std::string out;
  out.reserve(512);
  out.append("<").append(name).append("Response xmlns=\"").append(xml_namespace).append("\">\n");
  if (!result.is_none()) write_element(out, name + "Result", result, 1);
  write_element(out, "ResponseMetadata", Members{{"RequestId", request_id}}, 1);
  out.append("</").append(name).append("Response>\n");
  return out;
}

std::string query_error(const AwsError& error, std::string_view xml_namespace, std::string_view request_id) {
  Members body{{"Type", error.receiver_fault() ? "Receiver" : "Sender"}, {"Code", error.code()}};
  if (error.message()) body.add("Message", *error.message());
  std::string out;
  out.append("<ErrorResponse xmlns=\"").append(xml_namespace).append("\">\n");
  write_element(out, "Error", body, 1);
  write_element(out, "RequestId", request_id, 1);
  out.append("</ErrorResponse>\n");
  return out;
}

std::string json_answer(const Value& result) { return result.is_none() ? std::string() : to_json(result); }

std::string json_error(const AwsError& error) {
  Members body{{"__type", error.code()}};
  if (error.message()) body.add(error.capital_message() ? "Message" : "message", *error.message());
  return to_json(body);
}

}  // namespace latchkey
