// A state document: what was imported is exported as it was.
#include "core/json.h"
#include "store/store.h"
#include "target.h"

using namespace latchkey;

FUZZ_TARGET(state) {
  const auto document = parse_json(input);
  if (!document || !document->is<Members>()) return;
  Store store;
  try {
    store.import_state(document->get<Members>());
  } catch (const std::runtime_error&) {
    fuzz::require(store.export_state(Secrets::plain) == Store().export_state(Secrets::plain),
                  "what was refused changed nothing");
    return;
  }
  const Members exported = store.export_state(Secrets::plain);
  Store again;
  again.import_state(exported);
  fuzz::require(again.export_state(Secrets::plain) == exported, "an export is imported as it is");
}
