#include "iam/pages.h"

#include "iam/errors.h"

namespace latchkey::iam {

constexpr std::int64_t kDefaultItems = 100;

ListPage page_of(const Call& call) {
  return ListPage::asked_for(call, "MaxItems", kDefaultItems, invalid_marker);
}

void finish_page(Members& answer, const ListPage& page) {
  answer.add("IsTruncated", page.truncated());
  if (page.truncated()) answer.add("Marker", page.next_marker());
}

}  // namespace latchkey::iam
