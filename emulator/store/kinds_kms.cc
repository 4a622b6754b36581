#include "store/table.h"

namespace latchkey {

LATCHKEY_STORE_KIND(Key)
LATCHKEY_STORE_KIND(Alias)
LATCHKEY_STORE_KIND(Grant)
LATCHKEY_STORE_KIND(CustomKeyStore)
LATCHKEY_STORE_KIND(Setting)

}  // namespace latchkey
