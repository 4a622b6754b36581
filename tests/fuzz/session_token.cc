// A session token. None that comes from outside opens.
#include "core/random.h"
#include "identity/session.h"
#include "target.h"

using namespace latchkey;
using fuzz::require;

FUZZ_TARGET(session_token) {
  const Secret key(std::string(32, 'k'));
  require(!open_session(input, key), "what was not sealed does not open");
  if (input.size() > 2048) return;
  Session session;
  session.account = "123456789012";
  session.access_key_id = "ASIA0000000000000000";
  session.session_name = std::string(input);
  Random random(1);
  std::string token = seal_session(session, key, random);
  require(open_session(token, key).has_value(), "what was sealed opens");
  if (input.empty()) return;
  const std::size_t place = input.size() * 7919 % token.size();
  token[place] = token[place] == input.front() ? '~' : input.front();
  require(!open_session(token, key), "unless it was changed");
}
