// An import token. None that comes from outside opens.
#include "kms/import_token.h"

#include "kms/service.h"
#include "pipeline/journal.h"
#include "target.h"

using namespace latchkey;
using fuzz::require;

namespace {

struct World {
  Settings settings;
  Store store;
  Random random{1};
  Journal journal{1};
  Identity who;
  Members none;
  Call call{.service = kms::service(),
            .operation = kms::service().operations[0],
            .settings = settings,
            .store = store,
            .random = random,
            .now = {},
            .who = who,
            .account = "000000000000",
            .region = "us-east-1",
            .partition = "aws",
            .in = Input(none, kms::service().operations[0].input),
            .request_id = "",
            .journal = journal,
            .context = {},
            .key = nullptr};
};

}  // namespace

FUZZ_TARGET(import_token) {
  static World world;
  require(!kms::open_import_token(world.call, input), "what was not sealed does not open");
  if (input.size() > 2048) return;
  const kms::ImportParameters parameters{std::string(input), "RSAES_OAEP_SHA_256", "RSA_2048", {5}};
  std::string token = kms::seal_import_token(world.call, parameters);
  const auto opened = kms::open_import_token(world.call, token);
  require(opened.has_value(), "what was sealed opens");
  if (input.empty()) return;
  const std::size_t place = input.size() * 7919 % token.size();
  const auto first = static_cast<unsigned char>(input.front());
  token[place] = static_cast<char>(token[place] ^ (first == 0 ? 1 : first));
  require(!kms::open_import_token(world.call, token), "unless it was changed");
}
