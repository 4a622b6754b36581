#include <openssl/evp.h>

#include <stdexcept>

#include "core/octets.h"
#include "kms/access.h"
#include "kms/errors.h"
#include "kms/key_specs.h"
#include "kms/service.h"
#include "kms/shapes.h"

namespace latchkey::kms {
namespace {

// The MAC of the request's message; the checks come with it.
Secret mac_of(const Call& call) {
  require_honoured_members(call);
  require_state(call, *call.key);
  require_usage(call, *call.key, "GENERATE_VERIFY_MAC");
  const Spec& spec = key_spec(call.key->spec);
  const std::string& algorithm = call.in.text("MacAlgorithm");
  if (!fits(spec, call.key->usage, algorithm)) throw wrong_algorithm(algorithm, spec.name);
  const std::string& key = call.key->current_material().bytes.reveal();
  const std::string& message = call.in.bytes("Message");
  std::string out(EVP_MAX_MD_SIZE, '\0');
  std::size_t length = 0;
  if (EVP_Q_mac(nullptr, "HMAC", nullptr, spec.parameter.data(), nullptr, key.data(), key.size(),
                octets(message), message.size(), octets(out), out.size(), &length) == nullptr) {
    throw std::runtime_error("OpenSSL cannot compute the MAC");
  }
  out.resize(length);
  return Secret(std::move(out));
}

Value generate_mac(Call& call) {
  const Secret mac = mac_of(call);
  refuse_dry_run(call);
  return Members{{"Mac", Blob{mac.reveal()}},
                 {"MacAlgorithm", call.in.text("MacAlgorithm")},
                 {"KeyId", call.key->arn()}};
}

Value verify_mac(Call& call) {
  if (!mac_of(call).equals(call.in.bytes("Mac"))) throw invalid_mac();
  refuse_dry_run(call);
  return Members{
      {"KeyId", call.key->arn()}, {"MacValid", true}, {"MacAlgorithm", call.in.text("MacAlgorithm")}};
}

}  // namespace

std::vector<Operation> mac_operations() {
  using namespace shape;
  static constexpr RequestKey kKeys[] = {{"kms:MacAlgorithm", "MacAlgorithm"}};
  return {
      {.name = "GenerateMac",
       .input = {req("Message", Plaintext), req("KeyId", KeyId), req("MacAlgorithm", MacAlgorithm),
                 opt("GrantTokens", GrantTokens), opt("DryRun", Flag)},
       .access = on_key("KeyId", {.request = kKeys}),
       .run = generate_mac},
      {.name = "VerifyMac",
       .input = {req("Message", Plaintext), req("KeyId", KeyId), req("MacAlgorithm", MacAlgorithm),
                 req("Mac", Ciphertext), opt("GrantTokens", GrantTokens), opt("DryRun", Flag)},
       .access = on_key("KeyId", {.request = kKeys}),
       .run = verify_mac},
  };
}

}  // namespace latchkey::kms
