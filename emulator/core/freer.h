// The deleter of what a C library makes and frees: std::unique_ptr<T, Freer<T, T_free>>.
#pragma once

namespace latchkey {

template <class T, auto Free>
struct Freer {
  void operator()(T* object) const { Free(object); }
};

}  // namespace latchkey
