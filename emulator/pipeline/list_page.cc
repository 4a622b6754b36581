#include "pipeline/list_page.h"

#include "core/encoding.h"

namespace latchkey {

ListPage ListPage::asked_for(const Call& call, std::string_view limit_member, std::int64_t default_limit,
                             AwsError (*invalid_marker)()) {
  const auto limit = static_cast<std::size_t>(call.in.number_or(limit_member, default_limit));
  if (!call.in.has("Marker")) return {"", limit};
  auto after = base64_decode(call.in.text("Marker"));
  if (!after || after->empty()) throw invalid_marker();
  return {*std::move(after), limit};
}

std::string ListPage::next_marker() const { return base64_encode(last_); }

}  // namespace latchkey
