#include "core/late_library.h"

#include <dlfcn.h>

#include <stdexcept>

namespace latchkey {

LateLibrary::LateLibrary(const char* file, const char* package)
    : file_(file), handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr) {
    throw std::runtime_error("this needs " + file_ + ", of the package " + package + ", which cannot be loaded");
  }
}

void* LateLibrary::symbol(const char* name) const {
  void* found = ::dlsym(handle_, name);
  if (found == nullptr) throw std::runtime_error(file_ + " has no " + name);
  return found;
}

}  // namespace latchkey
