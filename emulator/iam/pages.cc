#include "iam/pages.h"

#include "core/encoding.h"
#include "iam/errors.h"

namespace latchkey::iam {

constexpr std::int64_t kDefaultItems = 100;

Page page_of(const Call& call) {
  Page page{"", static_cast<std::size_t>(call.in.number_or("MaxItems", kDefaultItems))};
  if (!call.in.has("Marker")) return page;
  auto after = base64_decode(call.in.text("Marker"));
  if (!after || after->empty()) throw invalid_marker();
  page.after = std::move(*after);
  return page;
}

void finish_page(Members& answer, bool truncated, std::string_view last_key) {
  answer.add("IsTruncated", truncated);
  if (truncated) answer.add("Marker", base64_encode(last_key));
}

}  // namespace latchkey::iam
