// Lists that come in pages: MaxItems and Marker in, IsTruncated and Marker out.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/list_page.h"
#include "pipeline/operation.h"
#include "store/scan.h"

namespace latchkey::iam {

// Throws for a marker that no answer carried.
ListPage page_of(const Call& call);
// The end of a list answer.
void finish_page(Members& answer, const ListPage& page);

// A page of items that are in the order of their keys. key(item) is a text, show(item) the list's entry.
template <class Item, class Key, class Show>
Members list_answer(const Call& call, std::string_view member, const std::vector<Item>& items, Key&& key,
                    Show&& show) {
  ListPage page = page_of(call);
  List shown;
  for (const Item& item : items) {
    if (page.is_behind(key(item))) continue;
    if (!page.takes(key(item))) break;
    shown.emplace_back(show(item));
  }
  Members answer{{std::string(member), std::move(shown)}};
  finish_page(answer, page);
  return answer;
}

// A page of a table's entities of the caller's account that are kept by keep(entity).
template <class T, class Keep, class Show>
Members table_answer(const Call& call, std::string_view member, Keep&& keep, Show&& show) {
  ListPage page = page_of(call);
  List shown;
  scan<T>(call.store, call.account, "", page.after(), [&](const Ptr<T>& entity) {
    if (!keep(*entity)) return true;
    if (!page.takes(Traits<T>::id(*entity).name)) return false;
    shown.emplace_back(show(*entity));
    return true;
  });
  Members answer{{std::string(member), std::move(shown)}};
  finish_page(answer, page);
  return answer;
}

}  // namespace latchkey::iam
