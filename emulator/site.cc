#include "site.h"

#include <algorithm>
#include <array>
#include <string>

#include "http/names.h"

namespace latchkey {
namespace {

// The host of "host", "host:port" or "[address]:port", in lower case and without the dot of a full name.
std::string host_name(std::string_view authority) {
  std::string_view host = authority.starts_with("[")
                              ? authority.substr(1, std::min(authority.find(']'), authority.size()) - 1)
                              : authority.substr(0, authority.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  return http::lower_case(host);
}

bool is_address(std::string_view host) {
  return host.find(':') != std::string_view::npos ||
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Domains that are kept for private use (RFC 2606, 6761, 6762, 8375, ICANN's .internal), and Kubernetes'
// services. A label with an underscore is a network of containers. One label alone resolves nowhere in
// public.
bool is_private_name(std::string_view host) {
  static constexpr std::array<std::string_view, 6> kDomains{"local",     "internal", "test",
                                                            "localhost", "svc",      "home.arpa"};
  if (host.find('.') == std::string_view::npos) return true;
  if (host.substr(host.rfind('.')).find('_') != std::string_view::npos) return true;
  return std::any_of(kDomains.begin(), kDomains.end(),
                     [&](std::string_view domain) { return host.ends_with("." + std::string(domain)); });
}

}  // namespace

bool is_loopback(std::string_view host) {
  return http::local_name(host) || (is_address(host) && host.starts_with("127."));
}

bool from_browser(const sigv4::RawRequest& request) {
  return request.header("origin").has_value() || request.header("sec-fetch-site").has_value();
}

bool from_foreign_site(const sigv4::RawRequest& request, std::string_view bound_host) {
  if (request.header("sec-fetch-site") == "cross-site") return true;
  const std::string host = host_name(request.header("host").value_or(""));
  if (const auto origin = request.header("origin")) {
    const std::size_t slashes = origin->find("//");
    if (slashes == std::string_view::npos) return true;  // "null": a file, a sandboxed frame
    const std::string from = host_name(origin->substr(slashes + 2));
    if (from != host && !is_loopback(from)) return true;
  }
  return !(host == http::lower_case(bound_host) || is_address(host) || http::local_name(host) ||
           http::aws_name(host) || is_private_name(host));
}

}  // namespace latchkey
