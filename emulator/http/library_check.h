// cpp-httplib is used as a shared library; a program that brings its own copy of it (usually compiled into
// it, from another version's header) has the same names with other layouts, and the linker lets one of the
// two serve both.
#pragma once

namespace latchkey::http {

// Throws std::runtime_error if functions of cpp-httplib's library are replaced by another copy in this
// process. Says nothing where the library was linked statically.
void require_one_httplib();

}  // namespace latchkey::http
