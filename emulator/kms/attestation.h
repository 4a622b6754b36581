// Attestation documents of Nitro enclaves and NitroTPM instances, as far as KMS uses them.
// https://docs.aws.amazon.com/kms/latest/developerguide/cryptographic-attestation.html
//
// A document is a COSE_Sign1 (RFC 9052) in CBOR (RFC 8949). Nobody outside a Nitro host can sign one, so the
// signature is not checked: tests bring documents of their own making.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::kms {

struct Attestation {
  std::string public_key;                     // SubjectPublicKeyInfo DER; empty: the document has none
  std::map<std::uint64_t, std::string> pcrs;  // of an enclave, in lower-case hex
  std::map<std::uint64_t, std::string> nitrotpm_pcrs;
};

// nullopt unless the bytes are such a document, whatever they are.
std::optional<Attestation> parse_attestation(std::string_view document);

}  // namespace latchkey::kms
