// What has been read from a connection and not used yet. It outlives requests: the end of one may be the
// beginning of the next.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

#include "http/stream.h"

namespace latchkey::http {

class Input {
 public:
  explicit Input(Stream& stream) : stream_(&stream) {}

  std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t size) { begin_ += size; }

  // Reads more behind what is there; false at the end. What view() gave before is no longer valid.
  bool fill() {
    if (empty()) begin_ = end_ = 0;
    make_room();
    const std::size_t got = stream_->read(data_.get() + end_, capacity_ - end_);
    end_ += got;
    return got > 0;
  }

  Stream& stream() const { return *stream_; }

  // The bytes come from another stream from now on; what was not used is dropped.
  void attach(Stream& stream) {
    stream_ = &stream;
    begin_ = end_ = 0;
  }

  // Gives back the memory of an unusually large request.
  void trim() {
    if (!empty() || capacity_ <= kInitial) return;
    data_.reset();
    begin_ = end_ = capacity_ = 0;
  }

 private:
  static constexpr std::size_t kInitial = 16 * 1024;
  static constexpr std::size_t kLeast = 4 * 1024;  // room worth a read

  void make_room() {
    if (capacity_ - end_ >= kLeast) return;
    const std::size_t used = end_ - begin_;
    if (capacity_ - used >= std::max(kLeast, capacity_ / 2)) {
      std::memmove(data_.get(), data_.get() + begin_, used);
    } else {
      const std::size_t larger = std::max(kInitial, capacity_ * 2);
      std::unique_ptr<char[]> moved(new char[larger]);
      if (used > 0) std::memcpy(moved.get(), data_.get() + begin_, used);
      data_ = std::move(moved);
      capacity_ = larger;
    }
    begin_ = 0;
    end_ = used;
  }

  Stream* stream_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace latchkey::http
