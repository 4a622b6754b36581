#include "store/table.h"

namespace latchkey {

LATCHKEY_STORE_KIND(MfaDevice)
LATCHKEY_STORE_KIND(OidcProvider)
LATCHKEY_STORE_KIND(SamlProvider)
LATCHKEY_STORE_KIND(ServerCertificate)
LATCHKEY_STORE_KIND(SigningCertificate)
LATCHKEY_STORE_KIND(SshPublicKey)
LATCHKEY_STORE_KIND(ServiceCredential)
LATCHKEY_STORE_KIND(IamJob)
LATCHKEY_STORE_KIND(DelegationRequest)
LATCHKEY_STORE_KIND(AccountSettings)

}  // namespace latchkey
