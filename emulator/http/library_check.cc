#include "http/library_check.h"

#include <dlfcn.h>
#include <link.h>

#include <array>
#include <stdexcept>
#include <string>

namespace latchkey::http {
namespace {

// Functions that every header-only copy of cpp-httplib compiles into the program that uses its server or its
// client.
constexpr std::array<const char*, 4> kFunctions{
    "_ZN7httplib6ServerC1Ev", "_ZN7httplib6Server17listen_after_bindEv",
    "_ZN7httplib10ClientImplC1ERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEiS8_S8_",
    "_ZN7httplib6detail10encode_urlERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"};

int note_library(dl_phdr_info* object, std::size_t, void* found) {
  const std::string name = object->dlpi_name;
  if (name.find("/libcpp-httplib.so") == std::string::npos) return 0;
  *static_cast<std::string*>(found) = name;
  return 1;
}

}  // namespace

void require_one_httplib() {
  std::string library;
  dl_iterate_phdr(note_library, &library);
  if (library.empty()) return;
  void* const handle = dlopen(library.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return;
  std::string other;
  for (const char* function : kFunctions) {
    void* const own = dlsym(handle, function);
    void* const used = dlsym(RTLD_DEFAULT, function);
    Dl_info info{};
    if (own == nullptr || used == own || dladdr(used, &info) == 0) continue;
    other = info.dli_fname;
    break;
  }
  dlclose(handle);
  if (other.empty()) return;
  throw std::runtime_error(
      "this process has two copies of cpp-httplib, in " + library + " and in " + other +
      ", which would crash: link the program to the library instead of compiling the header in, or "
      "run latchkey as a process of its own");
}

}  // namespace latchkey::http
