// The Recipient parameter: what an operation answers in plaintext goes to an attested environment under its
// public key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/operation.h"

namespace latchkey::kms {

// CMS EnvelopedData as KMS makes it: RSAES-OAEP with SHA-256 for the key, AES-256-CBC for the content.
// nullopt if the public key (SubjectPublicKeyInfo DER) is no RSA key.
std::optional<std::string> enveloped(std::string_view public_key, std::string_view plaintext);

// kms:RecipientAttestation:... of the document that the request carries. Throws if it cannot be read.
void add_recipient_context(policy::Context& context, const Call& call);

bool has_recipient(const Call& call);
// Where the request names a recipient, the answer has CiphertextForRecipient in place of the member.
void hand_to_recipient(const Call& call, Members& answer, std::string_view member);

}  // namespace latchkey::kms
