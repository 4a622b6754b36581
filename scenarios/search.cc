#include "scenarios/search.h"

#include <algorithm>
#include <stdexcept>

#include "core/encoding.h"
#include "core/json.h"

namespace latchkey::scenarios {
namespace {

constexpr std::size_t kShortest = 6;
constexpr JsonLimits kLimits{.depth = 64, .values = 10'000'000};

class Needle {
 public:
  explicit Needle(const std::string& text) {
    const std::string json = to_json(Value(text));
    // The last characters of base64 depend on what follows the text.
    const std::string base64 = base64_encode(text.substr(0, text.size() / 3 * 3));
    forms_ = {text, base64, hex_encode(text), percent_encode(text), json.substr(1, json.size() - 2)};
  }
  bool in(const std::string& hay) const {
    return std::any_of(forms_.begin(), forms_.end(),
                       [&](const std::string& form) { return hay.find(form) != std::string::npos; });
  }

 private:
  std::vector<std::string> forms_;
};

bool in_journal(const World& world, const Needle& needle) {
  const std::string list = world.target.control("GET", "/_latchkey/requests").body;
  if (needle.in(list)) return true;
  const auto journal = parse_json(list, kLimits);
  const Value* entries = journal ? at_path(*journal, "requests") : nullptr;
  if (entries == nullptr || !entries->is<List>()) throw std::runtime_error("the journal cannot be read");
  return std::any_of(entries->get<List>().begin(), entries->get<List>().end(), [&](const Value& entry) {
    const Value* id = at_path(entry, "id");
    return id != nullptr &&
           needle.in(world.target.control("GET", "/_latchkey/requests/" + as_text(*id)).body);
  });
}

bool in_state(const World& world, const Needle& needle) {
  const Response state = world.target.control("GET", "/_latchkey/state");
  if (state.status != 200) throw std::runtime_error("the state cannot be read");
  return needle.in(state.body);
}

bool in_later_answers(const World& world, const Needle& needle) {
  const auto holds = [&](const std::string& answer) { return needle.in(answer); };
  return std::count_if(world.answers.begin(), world.answers.end(), holds) > 1;
}

bool holds(const World& world, const std::string& place, const Needle& needle) {
  if (place == "journal") return in_journal(world, needle);
  if (place == "state") return in_state(world, needle);
  if (place == "log") return needle.in(world.target.log().value_or(""));
  return in_later_answers(world, needle);
}

}  // namespace

std::vector<std::string> places_that_hold(const World& world, const std::string& text,
                                          const std::vector<std::string>& places) {
  if (text.size() < kShortest) throw std::runtime_error("the text is too short to be looked for");
  const Needle needle(text);
  std::vector<std::string> out;
  std::copy_if(places.begin(), places.end(), std::back_inserter(out),
               [&](const std::string& place) { return holds(world, place, needle); });
  return out;
}

}  // namespace latchkey::scenarios
