// Lists that come in pages: MaxItems and Marker in, IsTruncated and Marker out.
//
// A marker is the key of the last item shown, so a page that begins at an item which has been removed goes on
// after where it was.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/operation.h"
#include "store/scan.h"

namespace latchkey::iam {

struct Page {
  std::string after;
  std::size_t limit;
};
// Throws for a marker that no answer carried.
Page page_of(const Call& call);
// The end of a list answer.
void finish_page(Members& answer, bool truncated, std::string_view last_key);

// A page of items that are in the order of their keys. key(item) is a text, show(item) the list's entry.
template <class Item, class Key, class Show>
Members list_answer(const Call& call, std::string_view member, const std::vector<Item>& items, Key&& key,
                    Show&& show) {
  const Page page = page_of(call);
  List shown;
  std::string last;
  bool truncated = false;
  for (const Item& item : items) {
    if (!page.after.empty() && key(item) <= page.after) continue;
    if (shown.size() == page.limit) {
      truncated = true;
      break;
    }
    last = key(item);
    shown.emplace_back(show(item));
  }
  Members answer{{std::string(member), std::move(shown)}};
  finish_page(answer, truncated, last);
  return answer;
}

// A page of a table's entities of the caller's account that are kept by keep(entity).
template <class T, class Keep, class Show>
Members table_answer(const Call& call, std::string_view member, Keep&& keep, Show&& show) {
  const Page page = page_of(call);
  List shown;
  std::string last;
  bool truncated = false;
  scan<T>(call.store, call.account, "", page.after, [&](const Ptr<T>& entity) {
    if (!keep(*entity)) return true;
    truncated = shown.size() == page.limit;
    if (truncated) return false;
    last = Traits<T>::id(*entity).name;
    shown.emplace_back(show(*entity));
    return true;
  });
  Members answer{{std::string(member), std::move(shown)}};
  finish_page(answer, truncated, last);
  return answer;
}

}  // namespace latchkey::iam
