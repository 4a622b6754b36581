// Encoded authorization messages: a decision, sealed so that only this emulator's DecodeAuthorizationMessage
// reads it. KMS, IAM and STS do not put them into their denials; the journal's entry of a denied call has
// one. https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/random.h"
#include "core/secret.h"

namespace latchkey {

// document: the decision as JSON text.
std::string seal_authorization_message(std::string_view document, const Secret& key, Random& random);
// nullopt for anything that was not sealed with this key.
std::optional<std::string> open_authorization_message(std::string_view message, const Secret& key);

}  // namespace latchkey
