// One call of an AWS API: input to a signed request, answer to a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/value.h"
#include "latchkey/sigv4.h"
#include "scenarios/client.h"
#include "scenarios/expect.h"

namespace latchkey::scenarios {

struct AwsCall {
  std::string service;    // "kms"
  std::string operation;  // "CreateKey"
  std::string region;
  std::optional<sigv4::Credentials> credentials;  // absent: not signed
  Members input;
};

struct AwsAnswer {
  Response http;
  std::string request_id;
  Typing typing = Typing::typed;
  Value answer;  // the result's members; empty for an error
  Value error;   // {"code", "message"}; none for a success
};

// "kms:CreateKey" is a call of a service that is known.
bool is_known_service(std::string_view service);

// Signed for the real time, with a Host header for the endpoint. Policies may be given as objects: they
// become text. An object {"$base64": "text"} or {"$json": {...}} becomes that base64 or JSON text.
sigv4::RawRequest make_request(const AwsCall& call, const Endpoint& endpoint);
AwsAnswer read_answer(const AwsCall& call, Response response);

}  // namespace latchkey::scenarios
