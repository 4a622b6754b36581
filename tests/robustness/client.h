// A client that signs: one connection, one call after the other.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/value.h"
#include "latchkey/sigv4.h"
#include "protocol/http/wire.h"

namespace latchkey::robustness {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// The bytes of signed requests, for whatever connection.
std::string kms_request(std::string_view operation, std::string_view json,
                        const sigv4::Credentials& credentials = {"test", "test", ""});
std::string query_request(std::string_view service, std::string_view action, const Parameters& parameters,
                          const sigv4::Credentials& credentials = {"test", "test", ""});
std::string control_request(std::string_view method, std::string_view target, std::string_view body = {});

class Client {
 public:
  explicit Client(int port, bool tls = false);

  // Status 0: the connection ended without an answer.
  http::test::Reply kms(std::string_view operation, std::string_view json);
  http::test::Reply iam(std::string_view action, const Parameters& parameters);
  http::test::Reply sts(std::string_view action, const Parameters& parameters);
  http::test::Reply control(std::string_view method, std::string_view target, std::string_view body = {});

 private:
  http::test::Wire wire_;
};

// "KeyMetadata.KeyId" of a JSON answer; empty if there is none.
std::string text_at(const std::string& json, std::string_view path);
// The text of the first XML element of that name.
std::string element(const std::string& xml, const std::string& name);
// The entities of that kind in what GET /_latchkey/state answers.
List entities(const Value& state, std::string_view kind);
Value state_of(Client& client);

}  // namespace latchkey::robustness
