#include "scenarios/client.h"

#include <httplib.h>

#include <charconv>
#include <stdexcept>

#include "core/encoding.h"

namespace latchkey::scenarios {
namespace {

constexpr int kTimeoutSeconds = 30;

httplib::Request to_library(const sigv4::RawRequest& request) {
  httplib::Request out;
  out.method = request.method;
  out.path = request.target;
  for (const sigv4::Header& header : request.headers) out.headers.emplace(header.name, header.value);
  out.body = request.body;
  return out;
}

Response from_library(const httplib::Response& response) {
  Response out;
  out.status = response.status;
  for (const auto& [name, value] : response.headers) out.headers.emplace_back(name, value);
  out.body = response.body;
  return out;
}

template <class Client>
Response send_through(Client& client, const Endpoint& endpoint, const sigv4::RawRequest& request) {
  client.set_url_encode(false);  // the target is signed as it is
  client.set_decompress(false);
  client.set_tcp_nodelay(true);
  client.set_connection_timeout(kTimeoutSeconds);
  client.set_read_timeout(kTimeoutSeconds);
  const httplib::Result result = client.send(to_library(request));
  if (!result) {
    throw std::runtime_error("no answer from " + endpoint.url() + ": " + httplib::to_string(result.error()));
  }
  return from_library(result.value());
}

}  // namespace

std::optional<Endpoint> Endpoint::parse(std::string_view url) {
  Endpoint out;
  if (url.starts_with("https://")) {
    out.tls = true;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  if (url.ends_with("/")) url.remove_suffix(1);
  const std::size_t colon = url.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = url.substr(0, colon);
  const std::string_view port = url.substr(colon + 1);
  if (host.starts_with("[") && host.ends_with("]")) host = host.substr(1, host.size() - 2);
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  const bool is_number = problem == std::errc() && end == port.data() + port.size();
  if (!is_number || out.port < 1 || out.port > 65535 || host.empty()) return std::nullopt;
  if (host.find_first_of("/@?# ") != std::string_view::npos) return std::nullopt;
  out.host = host;
  return out;
}

std::string Endpoint::url() const { return (tls ? "https://" : "http://") + authority(); }

std::string Endpoint::authority() const {
  const bool brackets = host.find(':') != std::string::npos;
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return "";
}

Response send(const Endpoint& endpoint, const std::string& ca_file, const sigv4::RawRequest& request) {
  if (!endpoint.tls) {
    httplib::Client client(endpoint.host, endpoint.port);
    return send_through(client, endpoint, request);
  }
  httplib::SSLClient client(endpoint.host, endpoint.port);
  client.set_ca_cert_path(ca_file);
  client.enable_server_certificate_verification(true);
  return send_through(client, endpoint, request);
}

}  // namespace latchkey::scenarios
