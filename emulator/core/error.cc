#include "core/error.h"

namespace latchkey {

AwsError access_denied(Protocol protocol, std::string message) {
  if (protocol == Protocol::query) return {403, "AccessDenied", std::move(message)};
  return AwsError(400, "AccessDeniedException", std::move(message)).with_capital_message();
}

AwsError validation_error(Protocol protocol, std::string message) {
  return {400, protocol == Protocol::json ? "ValidationException" : "ValidationError", std::move(message)};
}

AwsError serialization_error(std::optional<std::string> message) {
  return {400, "SerializationException", std::move(message)};
}

AwsError malformed_input(std::string message) { return {400, "MalformedInput", std::move(message)}; }

AwsError internal_failure(Protocol protocol) {
  if (protocol == Protocol::json) return {500, "KMSInternalException", "An internal error occurred."};
  return {500, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."};
}

AwsError not_implemented(Protocol protocol, std::string message) {
  return {501, protocol == Protocol::json ? "NotImplementedException" : "NotImplemented", std::move(message)};
}

}  // namespace latchkey
