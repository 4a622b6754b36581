// The deleter of what a C library makes and frees: std::unique_ptr<T, Freer<T, T_free>>.
#pragma once

namespace latchkey {

template <class T, void (*Free)(T*)>
struct Freer {
  void operator()(T* object) const { Free(object); }
};

}  // namespace latchkey
