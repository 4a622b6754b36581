#include "pipeline/signing_keys.h"

namespace latchkey {

sigv4::SigningKey SigningKeys::get(const std::string& access_key_id, const Secret& secret, const sigv4::Claim& claim) {
  constexpr std::size_t kMost = 4096;
  std::string name;
  name.reserve(64);
  name.append(access_key_id).append("/").append(claim.scope_date).append("/").append(claim.region);
  name.append("/").append(claim.service);
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
