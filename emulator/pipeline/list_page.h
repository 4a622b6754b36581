// A page of a list while it is filled: what it may still take, whether more was left, and where the next one begins.
//
// A marker is the key of the last entry shown, so a page that begins at an entry which has been removed goes on after where
// it was.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey {

class ListPage {
 public:
  ListPage(std::string after, std::size_t limit) : after_(std::move(after)), limit_(limit) {}

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
  const std::string& last() const { return last_; }

 private:
  std::string after_;
  std::size_t limit_;
  std::size_t count_ = 0;
  std::string last_;
  bool truncated_ = false;
};

}  // namespace latchkey
