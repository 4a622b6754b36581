// A page of a list while it is filled: what it may still take, whether more was left, and where the next one begins.
//
// A marker is the key of the last entry shown, so a page that begins at an entry which has been removed goes on after where
// it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "pipeline/operation.h"

namespace latchkey {

class ListPage {
 public:
  // By a call's Marker, and the member that limits it. Throws the service's error for a marker that no answer carried.
  static ListPage asked_for(const Call& call, std::string_view limit_member, std::int64_t default_limit,
                            AwsError (*invalid_marker)());

  // The key after which the page begins; empty: the first page.
  const std::string& after() const { return after_; }
  // Was the entry of this key on an earlier page? For lists in the order of their keys.
  bool is_behind(std::string_view key) const { return !after_.empty() && key <= after_; }
  // Counts an entry that is to be shown; false: it fits no more, and the list is truncated.
  bool takes(std::string_view key) {
    truncated_ = count_ == limit_;
    if (truncated_) return false;
    ++count_;
    last_ = key;
    return true;
  }
  bool truncated() const { return truncated_; }
  std::string next_marker() const;

 private:
  ListPage(std::string after, std::size_t limit) : after_(std::move(after)), limit_(limit) {}

  std::string after_;
  std::size_t limit_;
  std::size_t count_ = 0;
  std::string last_;
  bool truncated_ = false;
};

}  // namespace latchkey
