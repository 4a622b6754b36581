// A walk through a scope's entities that reads no more of them than are looked at.
#pragma once

#include <string>
#include <string_view>

#include "store/store.h"
#include "store/traits.h"

namespace latchkey {

// Calls visit(entity) in the order of the entities' names, after a name, until it answers false. They are read in portions,
// so that what a page of a list costs does not grow with the table; what is written meanwhile may or may not be seen.
template <class T, class Visit>
void scan(const Store& store, std::string_view account, std::string_view region, std::string after, Visit visit) {
  constexpr std::size_t kPortion = 128;
  while (true) {
    const auto portion = store.range<T>(account, region, after, kPortion);
    for (const Ptr<T>& entity : portion) {
      if (!visit(entity)) return;
    }
    if (portion.size() < kPortion) return;
    after = Traits<T>::id(*portion.back()).name;
  }
}

}  // namespace latchkey
