#include "robustness/client.h"

#include <array>
#include <ctime>
#include <stdexcept>

#include "core/encoding.h"
#include "core/json.h"

namespace latchkey::robustness {
namespace {

constexpr std::size_t kManyValues = 50'000'000;

std::string signed_text(sigv4::RawRequest request, std::string_view service,
                        const sigv4::Credentials& credentials) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> date;
  const std::size_t size = std::strftime(date.data(), date.size(), "%Y%m%dT%H%M%SZ", &parts);
  sigv4::SigningOptions options;
  options.service = service;
  options.region = "us-east-1";
  options.date.assign(date.data(), size);
  sigv4::RawRequest out = sigv4::sign(std::move(request), credentials, options).request;
  out.headers.push_back({"Content-Length", " " + std::to_string(out.body.size())});
  return sigv4::to_text(out);
}

}  // namespace

std::string kms_request(std::string_view operation, std::string_view json,
                        const sigv4::Credentials& credentials) {
  sigv4::RawRequest request;
  request.method = "POST";
  request.target = "/";
  request.headers = {{"Host", "127.0.0.1"},
                     {"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Target", "TrentService." + std::string(operation)}};
  request.body = json;
  return signed_text(std::move(request), "kms", credentials);
}

std::string query_request(std::string_view service, std::string_view action, const Parameters& parameters,
                          const sigv4::Credentials& credentials) {
  sigv4::RawRequest request;
  request.method = "POST";
  request.target = "/";
  request.headers = {{"Host", "127.0.0.1"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body =
      "Action=" + std::string(action) + "&Version=" + (service == "iam" ? "2010-05-08" : "2011-06-15");
  for (const auto& [name, value] : parameters)
    request.body += "&" + percent_encode(name) + "=" + percent_encode(value);
  return signed_text(std::move(request), service, credentials);
}

std::string control_request(std::string_view method, std::string_view target, std::string_view body) {
  return http::test::request(std::string(method) + " " + std::string(target),
                             "Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}

Client::Client(int port, bool tls) : wire_(port) {
  if (tls && !wire_.start_tls()) throw std::runtime_error("the TLS handshake failed");
}

http::test::Reply Client::kms(std::string_view operation, std::string_view json) {
  return wire_.ask(kms_request(operation, json));
}
http::test::Reply Client::iam(std::string_view action, const Parameters& parameters) {
  return wire_.ask(query_request("iam", action, parameters));
}
http::test::Reply Client::sts(std::string_view action, const Parameters& parameters) {
  return wire_.ask(query_request("sts", action, parameters));
}
http::test::Reply Client::control(std::string_view method, std::string_view target, std::string_view body) {
  return wire_.ask(control_request(method, target, body));
}

std::string text_at(const std::string& json, std::string_view path) {
  const auto document = parse_json(json);
  if (!document) return {};
  const Value* at = &*document;
  while (at != nullptr && !path.empty()) {
    const std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    at = at->is<Members>() ? at->get<Members>().find(name) : nullptr;
  }
  return at != nullptr && at->is<std::string>() ? at->get<std::string>() : "";
}

std::string element(const std::string& xml, const std::string& name) {
  const std::size_t at = xml.find("<" + name + ">");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 2;
  return xml.substr(begin, xml.find('<', begin) - begin);
}

List entities(const Value& state, std::string_view kind) {
  const Value* all = state.is<Members>() ? state.get<Members>().find("entities") : nullptr;
  if (all == nullptr || !all->is<Members>()) throw std::runtime_error("not a state document");
  const Value* found = all->get<Members>().find(kind);
  return found == nullptr ? List() : found->get<List>();
}

Value state_of(Client& client) {
  const http::test::Reply reply = client.control("GET", "/_latchkey/state?secrets=plain");
  if (reply.status != 200)
    throw std::runtime_error("no state: " + std::to_string(reply.status) + " " + reply.body);
  auto state = parse_json(reply.body, {.depth = 64, .values = kManyValues});
  if (!state) throw std::runtime_error("the state is not JSON");
  return *state;
}

}  // namespace latchkey::robustness
