#include "kms/import_token.h"

#include "core/cipher.h"
#include "core/json.h"
#include "kms/wrapping.h"

namespace latchkey::kms {
namespace {

constexpr std::string_view kVersion = "latchkey import token 1";
constexpr std::size_t kTokenKeyBytes = 32;

// A setting, made by `make` where there is none. What is slow to make is made outside the lock; the first one
// counts.
template <class Make>
Secret setting(const Call& call, const std::string& name, Make make) {
  const Id id{"", "", name};
  if (const auto found = call.store.find<Setting>(id)) return found->value;
  const Secret made(make());
  return call.store.write([&](Txn& txn) {
    if (const auto found = txn.find<Setting>(id)) return found->value;
    return txn.put(Setting{name, made})->value;
  });
}

Secret token_key(const Call& call) {
  return setting(call, "import-token-key", [&] { return call.random.bytes(kTokenKeyBytes); });
}

}  // namespace

std::string seal_import_token(const Call& call, const ImportParameters& parameters) {
  const std::string text = to_json(Members{{"k", parameters.key},
                                           {"a", parameters.algorithm},
                                           {"s", parameters.spec},
                                           {"t", parameters.valid_to.ms}});
  const std::string nonce = call.random.bytes(kGcmNonceBytes);
  return nonce + aes_gcm_encrypt(token_key(call).reveal(), nonce, kVersion, text);
}

std::optional<ImportParameters> open_import_token(const Call& call, std::string_view token) {
  if (token.size() < kGcmNonceBytes) return std::nullopt;
  const auto text = aes_gcm_decrypt(token_key(call).reveal(), token.substr(0, kGcmNonceBytes), kVersion,
                                    token.substr(kGcmNonceBytes));
  if (!text) return std::nullopt;
  const auto document = parse_json(*text);
  if (!document || !document->is<Members>()) return std::nullopt;
  const Members& in = document->get<Members>();
  return ImportParameters{in.find("k")->get<std::string>(), in.find("a")->get<std::string>(),
                          in.find("s")->get<std::string>(), Time{in.find("t")->get<std::int64_t>()}};
}

Secret wrapping_key(const Call& call, std::string_view spec) {
  const std::string name = "import-wrapping-key/" + std::string(spec);
  return setting(call, name, [&] { return new_wrapping_key(spec); });
}

}  // namespace latchkey::kms
