// A line with a web identity token, then a set of keys.
#include "identity/jwt.h"

#include "core/json.h"
#include "identity/issuers.h"
#include "target.h"

using namespace latchkey;

FUZZ_TARGET(jwt) {
  const auto token = parse_jwt(fuzz::next_line(input));
  const auto document = parse_json(input);
  if (document && document->is<List>()) {
    const List& keys = document->get<List>();
    try {
      check_issuer("https://issuer.example", keys);
    } catch (const std::runtime_error&) {
      return;
    }
    if (token) (void)verify_jwt(*token, keys);
  } else if (token) {
    fuzz::require(!verify_jwt(*token, {}), "no key has signed it");
  }
}
