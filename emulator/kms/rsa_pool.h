// RsaPool: RSA keys made ahead. Finding the primes of one takes up to seconds; once a size was asked for, a
// thread keeps a few of that size ready.
//
// One mutex guards everything. Nothing runs before the first key is asked for; the destructor gives up what
// is being made and joins.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/secret.h"

namespace latchkey::kms {

class RsaPool {
 public:
  explicit RsaPool(std::size_t depth = 2) : depth_(depth) {}
  ~RsaPool();
  RsaPool(const RsaPool&) = delete;
  RsaPool& operator=(const RsaPool&) = delete;

  // PKCS #8 DER, never given out twice. bits: 2048, 3072 or 4096.
  std::string take(unsigned bits);
  std::size_t ready(unsigned bits) const;

 private:
  void fill();
  unsigned wanted() const;  // a size that lacks keys; 0: none does. With the mutex held

  const std::size_t depth_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<unsigned, std::vector<Secret>> ready_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace latchkey::kms
