#include "scenarios/aws_call.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/clock.h"
#include "core/encoding.h"
#include "core/json.h"
#include "scenarios/query.h"
#include "scenarios/variables.h"
#include "scenarios/xml.h"

namespace latchkey::scenarios {
namespace {

enum class Protocol { json, query };

struct ApiProtocol {
  std::string_view service;
  Protocol protocol;
  std::string_view target;   // JSON: what stands before the operation in X-Amz-Target
  std::string_view version;  // query
};

constexpr std::array kProtocols = {
    ApiProtocol{"kms", Protocol::json, "TrentService.", ""},
    ApiProtocol{"iam", Protocol::query, "", "2010-05-08"},
    ApiProtocol{"sts", Protocol::query, "", "2011-06-15"},
};

const ApiProtocol* protocol_of(std::string_view service) {
  const auto found = std::find_if(kProtocols.begin(), kProtocols.end(),
                                  [&](const auto& api) { return api.service == service; });
  return found == kProtocols.end() ? nullptr : &*found;
}

// --- Input
// -----------------------------------------------------------------------------------------------------------

bool is_document_member(std::string_view name) {
  return name == "Policy" || name.ends_with("PolicyDocument");
}

Value prepared(std::string_view name, const Value& value);

Members prepared(const Members& members) {
  Members out;
  for (const auto& [name, value] : members) out.add(name, prepared(name, value));
  return out;
}

Value prepared(std::string_view name, const Value& value) {
  if (const auto* list = value.get_if<List>()) {
    List out;
    for (const Value& element : *list) out.push_back(prepared("", element));
    return out;
  }
  const auto* members = value.get_if<Members>();
  if (members == nullptr) return value;
  if (is_document_member(name)) return to_json(value);
  if (members->size() == 1) {
    const auto& [form, content] = *members->begin();
    if (form == "$json") return to_json(content);
    if (form == "$base64") return base64_encode(as_text(content));
  }
  return prepared(*members);
}

// --- Answers
// ---------------------------------------------------------------------------------------------------------

const std::string& text_in(const Value& value, std::string_view path) {
  static const std::string kNone;
  const Value* found = at_path(value, path);
  const auto* text = found == nullptr ? nullptr : found->get_if<std::string>();
  return text == nullptr ? kNone : *text;
}

Value error_of(std::string code, const Value* message) {
  Members error{{"code", std::move(code)}};
  if (message != nullptr) error.add("message", *message);
  return error;
}

void read_json(AwsAnswer& out) {
  Value body = Members();
  if (!out.http.body.empty()) {
    auto parsed = parse_json(out.http.body);
    if (!parsed) throw std::runtime_error("the answer is not JSON: " + out.http.body.substr(0, 200));
    body = std::move(*parsed);
  }
  if (out.http.status < 400) {
    out.answer = std::move(body);
    return;
  }
  // Denials carry "Message", every other error "message".
  const std::string& type = text_in(body, "__type");
  const Value* lower = at_path(body, "message");
  out.error = error_of(type.substr(type.find('#') + 1), lower != nullptr ? lower : at_path(body, "Message"));
}

void read_query(AwsAnswer& out, const std::string& operation) {
  out.typing = Typing::untyped;
  const auto root = read_xml(out.http.body);
  if (!root)
    throw std::runtime_error("the answer is not XML (" + root.error() + "): " + out.http.body.substr(0, 200));
  if (out.http.status >= 400) {
    out.error = error_of(text_in(root->value, "Error.Code"), at_path(root->value, "Error.Message"));
    return;
  }
  if (root->name != operation + "Response") throw std::runtime_error("the answer is a <" + root->name + ">");
  const Value* result = at_path(root->value, operation + "Result");
  out.answer = result == nullptr || result->is_none() ? Value(Members()) : *result;
}

}  // namespace

bool is_known_service(std::string_view service) { return protocol_of(service) != nullptr; }

sigv4::RawRequest make_request(const AwsCall& call, const Endpoint& endpoint) {
  const ApiProtocol* api = protocol_of(call.service);
  if (api == nullptr) throw std::runtime_error("'" + call.service + "' is not a service");
  const Members input = prepared(call.input);
  sigv4::RawRequest request;
  request.method = "POST";
  request.target = "/";
  request.headers.push_back({"Host", endpoint.authority()});
  if (api->protocol == Protocol::json) {
    request.headers.push_back({"Content-Type", "application/x-amz-json-1.1"});
    request.headers.push_back({"X-Amz-Target", std::string(api->target) + call.operation});
    request.body = to_json(input);
  } else {
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
    request.body = to_query(call.operation, api->version, input);
  }
  if (!call.credentials) return request;
  sigv4::SigningOptions options;
  options.service = call.service;
  options.region = call.region;
  options.date = sigv4::format_date(Clock().real().seconds());
  return sigv4::sign(std::move(request), *call.credentials, options).request;
}

AwsAnswer read_answer(const AwsCall& call, Response response) {
  AwsAnswer out;
  out.http = std::move(response);
  out.request_id = out.http.header("x-amzn-RequestId");
  if (protocol_of(call.service)->protocol == Protocol::json) {
    read_json(out);
  } else {
    read_query(out, call.operation);
  }
  return out;
}

}  // namespace latchkey::scenarios
