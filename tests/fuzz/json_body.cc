// A byte that chooses an operation of KMS, then its body.
#include "core/json.h"
#include "kms/service.h"
#include "target.h"

using namespace latchkey;

FUZZ_TARGET(json_body) {
  const Service& service = kms::service();
  const Operation& operation = service.operations[fuzz::choose(input, service.operations.size())];
  const auto document = parse_json(input);
  if (!document) return;
  const auto again = parse_json(to_json(*document));
  fuzz::require(static_cast<bool>(again), "what was read can be written and read again");
  try {
    const Members members = from_json(*document, operation.input);
    (void)without_secrets(members, operation.input);
    validate(members, operation.input, service.wording, service.protocol);
  } catch (const AwsError& refused) {
    fuzz::require(refused.status() == 400, "a wrong body is the sender's fault");
  }
}
