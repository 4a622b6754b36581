// AwsError: what a client gets when an operation does not succeed. Thrown by parsing, validation and handlers, caught
// once, in the pipeline.
//
// The same condition has two spellings: JSON services (KMS) and query services (IAM, STS) name and number the errors that
// every service has differently. Those have factories here; what belongs to one service has its factories beside it.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "core/value.h"

namespace latchkey {

enum class Protocol { json, query };

class AwsError : public std::exception {
 public:
  // No message: AWS answers some errors without one, and code that compares bodies relies on it.
  AwsError(int status, std::string code, std::optional<std::string> message = std::nullopt)
      : status_(status), code_(std::move(code)), message_(std::move(message)) {}

  int status() const { return status_; }
  const std::string& code() const { return code_; }
  const std::optional<std::string>& message() const { return message_; }
  // JSON: denials carry "Message", all other errors "message".
  bool capital_message() const { return capital_message_; }
  bool receiver_fault() const { return status_ >= 500; }
  const char* what() const noexcept override { return message_ ? message_->c_str() : code_.c_str(); }

  AwsError& with_capital_message() {
    capital_message_ = true;
    return *this;
  }

 private:
  int status_;
  std::string code_;
  std::optional<std::string> message_;
  bool capital_message_ = false;
};

AwsError access_denied(Protocol protocol, std::string message);
AwsError validation_error(Protocol protocol, std::string message);
AwsError serialization_error(std::optional<std::string> message = std::nullopt);  // JSON only
AwsError malformed_input(std::string message);                                    // query only
AwsError internal_failure(Protocol protocol);
// An operation or member that AWS has and Latchkey does not yet: says so, and never pretends.
AwsError not_implemented(Protocol protocol, std::string message);

}  // namespace latchkey
