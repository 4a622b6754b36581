// A shared library that is loaded when it is first needed. What one rare operation uses would cost every start several
// milliseconds and a megabyte if the program were linked with it.
#pragma once

#include <string>

namespace latchkey {

class LateLibrary {
 public:
  // The file as the dynamic linker knows it ("libpng16.so.16"), and the Debian package that has it. Throws
  // std::runtime_error, which names the package, if it is not there. It stays loaded.
  LateLibrary(const char* file, const char* package);

  // Throws std::runtime_error if the library has no such name.
  template <class F>
  F* function(const char* name) const {
    return reinterpret_cast<F*>(symbol(name));
  }
  void* symbol(const char* name) const;

 private:
  std::string file_;
  void* handle_;
};

}  // namespace latchkey
