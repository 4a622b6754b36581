#include "iam/pages.h"

#include "core/encoding.h"
#include "iam/errors.h"

namespace latchkey::iam {

constexpr std::int64_t kDefaultItems = 100;

ListPage page_of(const Call& call) {
  const auto limit = static_cast<std::size_t>(call.in.number_or("MaxItems", kDefaultItems));
  if (!call.in.has("Marker")) return {"", limit};
  auto after = base64_decode(call.in.text("Marker"));
  if (!after || after->empty()) throw invalid_marker();
  return {*std::move(after), limit};
}

void finish_page(Members& answer, const ListPage& page) {
  answer.add("IsTruncated", page.truncated());
  if (page.truncated()) answer.add("Marker", base64_encode(page.last()));
}

}  // namespace latchkey::iam
