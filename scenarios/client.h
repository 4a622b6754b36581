// HTTP and HTTPS requests to an emulator. The only part of the scenarios that knows the HTTP library.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/sigv4.h"

namespace latchkey::scenarios {

struct Endpoint {
  bool tls = false;
  std::string host;  // an IPv6 address without brackets
  int port = 0;

  // "http://127.0.0.1:4566"; nullopt for anything that is no such URL.
  static std::optional<Endpoint> parse(std::string_view url);
  std::string url() const;
  std::string authority() const;  // "127.0.0.1:4566", as the Host header has it
};

struct Response {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The first of that name, whatever its case; empty if there is none.
  std::string header(std::string_view name) const;
};

// Sends a request exactly as it is, with every header value as given, and reads the answer. A TLS server must
// show a certificate for its host that the CA of ca_file has issued. Throws std::runtime_error with one line
// if there is no answer.
Response send(const Endpoint& endpoint, const std::string& ca_file, const sigv4::RawRequest& request);

}  // namespace latchkey::scenarios
