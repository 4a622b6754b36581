#include "identity/xml_library.h"

#include "core/late_library.h"

namespace latchkey {
namespace {

XmlLibrary load() {
  // Its dependencies' names, those of libxmlsec1 and libxml2, are found through it.
  const LateLibrary library("libxmlsec1-openssl.so.1", "libxmlsec1-openssl");
  XmlLibrary out;
#define LATCHKEY_LOAD(name) out.name = library.function<decltype(::name)>(#name);
  LATCHKEY_XML_FUNCTIONS(LATCHKEY_LOAD)
#undef LATCHKEY_LOAD
  out.free_text = *static_cast<xmlFreeFunc*>(library.symbol("xmlFree"));
  out.error_handler = library.function<xmlStructuredErrorFunc*()>("__xmlStructuredError");
  out.error_context = library.function<void**()>("__xmlStructuredErrorContext");
  return out;
}

}  // namespace

const XmlLibrary& xml_library() {
  static const XmlLibrary library = load();
  return library;
}

}  // namespace latchkey
