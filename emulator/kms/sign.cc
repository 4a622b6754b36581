#include "kms/access.h"
#include "kms/errors.h"
#include "kms/key_material.h"
#include "kms/service.h"
#include "kms/shapes.h"
#include "kms/signatures.h"

namespace latchkey::kms {
namespace {

struct Job {
  std::string algorithm;
  std::string message_type;
  const std::string& message;
};

// What Sign and Verify have in common: everything up to the signature itself.
Job job_of(const Call& call) {
  require_honoured_members(call);
  require_state(call, *call.key);
  require_usage(call, *call.key, "SIGN_VERIFY");
  Job job{call.in.text("SigningAlgorithm"), call.in.text_or("MessageType", "RAW"), call.in.bytes("Message")};
  if (!fits(key_spec(call.key->spec), call.key->usage, job.algorithm)) {
    throw wrong_algorithm(job.algorithm, call.key->spec);
  }
  check_message(job.algorithm, job.message_type, job.message);
  return job;
}

Value run_sign(Call& call) {
  const Job job = job_of(call);
  refuse_dry_run(call);
  std::string signature = sign(*private_key(*call.key), job.algorithm, job.message_type, job.message);
  return Members{{"KeyId", call.key->arn()},
                 {"Signature", Blob{std::move(signature)}},
                 {"SigningAlgorithm", job.algorithm}};
}

Value run_verify(Call& call) {
  const Job job = job_of(call);
  if (!verify(*private_key(*call.key), job.algorithm, job.message_type, job.message,
              call.in.bytes("Signature"))) {
    throw invalid_signature();
  }
  refuse_dry_run(call);
  return Members{{"KeyId", call.key->arn()}, {"SignatureValid", true}, {"SigningAlgorithm", job.algorithm}};
}

Value get_public_key(Call& call) {
  require_honoured_members(call);
  const Key& key = *call.key;
  require_state(call, key);
  if (!key_spec(key.spec).asymmetric()) throw no_public_key(key.arn(), key.spec);
  Members answer{{"KeyId", key.arn()},
                 {"PublicKey", Blob{private_key(key)->public_der()}},
                 {"CustomerMasterKeySpec", key.spec},
                 {"KeySpec", key.spec},
                 {"KeyUsage", key.usage}};
  add_algorithms(answer, key.spec, key.usage);
  return answer;
}

}  // namespace

std::vector<Operation> sign_operations() {
  using namespace shape;
  static constexpr RequestKey kKeys[] = {{"kms:SigningAlgorithm", "SigningAlgorithm"},
                                         {"kms:MessageType", "MessageType", "RAW"}};
  return {
      {.name = "Sign",
       .input = {req("KeyId", KeyId), req("Message", Plaintext), opt("MessageType", MessageType),
                 opt("GrantTokens", GrantTokens), req("SigningAlgorithm", SigningAlgorithm),
                 opt("DryRun", Flag)},
       .access = on_key("KeyId", {.request = kKeys}),
       .run = run_sign},
      {.name = "Verify",
       .input = {req("KeyId", KeyId), req("Message", Plaintext), opt("MessageType", MessageType),
                 req("Signature", Ciphertext), req("SigningAlgorithm", SigningAlgorithm),
                 opt("GrantTokens", GrantTokens), opt("DryRun", Flag)},
       .access = on_key("KeyId", {.request = kKeys}),
       .run = run_verify},
      {.name = "GetPublicKey",
       .input = {req("KeyId", KeyId), opt("GrantTokens", GrantTokens)},
       .access = on_key("KeyId"),
       .run = get_public_key},
  };
}

}  // namespace latchkey::kms
