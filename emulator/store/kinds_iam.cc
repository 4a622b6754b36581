#include "store/table.h"

namespace latchkey {

LATCHKEY_STORE_KIND(User)
LATCHKEY_STORE_KIND(Group)
LATCHKEY_STORE_KIND(Role)
LATCHKEY_STORE_KIND(ManagedPolicy)
LATCHKEY_STORE_KIND(AccessKey)
LATCHKEY_STORE_KIND(ControlPolicies)
LATCHKEY_STORE_KIND(InstanceProfile)
LATCHKEY_STORE_KIND(LoginProfile)

}  // namespace latchkey
