#include "kms/rsa_pool.h"

#include "kms/private_key.h"

namespace latchkey::kms {
namespace {

const Spec& spec_of(unsigned bits) { return key_spec("RSA_" + std::to_string(bits)); }

// Empty: told to stop, or it cannot be done.
std::string made_ahead(unsigned bits, const std::atomic<bool>& stop) {
  try {
    const auto key = PrivateKey::generate(spec_of(bits), &stop);
    return key ? key->pkcs8() : "";
  } catch (const std::exception&) {
    return "";
  }
}

}  // namespace

RsaPool::~RsaPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string RsaPool::take(unsigned bits) {
  const Spec& spec = spec_of(bits);
  {
    const std::lock_guard lock(mutex_);
    std::vector<Secret>& ready = ready_[bits];
    Secret key;
    if (!ready.empty()) {
      key = std::move(ready.back());
      ready.pop_back();
    }
    if (!thread_.joinable()) thread_ = std::thread([this] { fill(); });
    changed_.notify_all();
    if (!key.empty()) return key.reveal();
  }
  return PrivateKey::generate(spec)->pkcs8();
}

std::size_t RsaPool::ready(unsigned bits) const {
  const std::lock_guard lock(mutex_);
  const auto found = ready_.find(bits);
  return found == ready_.end() ? 0 : found->second.size();
}

unsigned RsaPool::wanted() const {
  for (const auto& [bits, keys] : ready_) {
    if (keys.size() < depth_) return bits;
  }
  return 0;
}

void RsaPool::fill() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const unsigned bits = wanted();
    if (bits == 0) {
      changed_.wait(lock);
      continue;
    }
    lock.unlock();
    Secret key(made_ahead(bits, stop_));
    lock.lock();
    if (key.empty()) return;  // nothing is lost: callers make their own
    ready_[bits].push_back(std::move(key));
  }
}

}  // namespace latchkey::kms
