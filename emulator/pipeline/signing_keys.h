// Signing keys are derived once a (secret, day, region, service). Thread safe; bounded.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/secret.h"
#include "latchkey/sigv4.h"

namespace latchkey {

class SigningKeys {
 public:
  sigv4::SigningKey get(const std::string& access_key_id, const Secret& secret, const sigv4::Claim& claim);

 private:
  struct Cached {
    Secret secret;  // an id that was deleted and made again has another one
    sigv4::SigningKey key;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Cached> keys_;
};

}  // namespace latchkey
