// A fixture document, or a seed file of local-kms: loaded whole, or refused with one line.
#include "core/random.h"
#include "fixtures/load.h"
#include "fixtures/seed.h"
#include "target.h"

using namespace latchkey;

FUZZ_TARGET(fixture) {
  Store store;
  Random random(1);
  try {
    const std::string document = fixtures::as_fixture(std::string(input), "000000000000");
    fixtures::load(document, store, random, Time::from_seconds(1'900'000'000), "us-east-1");
    // What was taken once is taken again, over what is there.
    fixtures::load(document, store, random, Time::from_seconds(1'900'000'001), "us-east-1");
  } catch (const std::runtime_error& refused) {
    const std::string reason = refused.what();
    fuzz::require(!reason.empty(), "a refusal has a reason");
  }
}
