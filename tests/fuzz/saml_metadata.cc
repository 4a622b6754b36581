// A SAML provider's metadata document.
#include "identity/saml.h"
#include "target.h"

using namespace latchkey;
using fuzz::require;

FUZZ_TARGET(saml_metadata) {
  const auto metadata = parse_saml_metadata(input);
  if (!metadata) return;
  require(!metadata->entity_id.empty(), "a provider has a name");
  require(!metadata->signing_certificates.empty(), "and a certificate");
  // It is nobody's key: nothing that is unsigned is read with it.
  require(!read_saml_response(input, *metadata, {}), "metadata is no response");
}
