#include "pipeline/signing_keys.h"

namespace latchkey {

sigv4::SigningKey SigningKeys::get(const std::string& access_key_id, const Secret& secret, const sigv4::Claim& claim) {
  constexpr std::size_t kMost = 4096;
  const std::string name = access_key_id + "/" + claim.scope_date + "/" + claim.region + "/" + claim.service;
  {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(name);
    if (found != keys_.end() && found->second.secret.equals(secret.reveal())) return found->second.key;
  }
  const sigv4::SigningKey key = sigv4::signing_key(secret.reveal(), claim.scope_date, claim.region, claim.service);
  const std::lock_guard lock(mutex_);
  if (keys_.size() >= kMost) keys_.clear();
  keys_[name] = {secret, key};
  return key;
}

}  // namespace latchkey
