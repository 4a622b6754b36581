// An attestation document, and what is enveloped for the key in it.
#include "kms/attestation.h"

#include "kms/recipient.h"
#include "target.h"

using namespace latchkey;

FUZZ_TARGET(attestation) {
  const auto document = kms::parse_attestation(input);
  if (!document) {
    (void)kms::enveloped(input, "plaintext");
    return;
  }
  for (const auto& [index, value] : document->pcrs)
    fuzz::require(value.size() % 2 == 0, "a PCR is in hexadecimal");
  if (!document->public_key.empty()) (void)kms::enveloped(document->public_key, "plaintext");
}
