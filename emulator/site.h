// Keeps web pages of other sites away.
#pragma once

#include <string_view>

#include "latchkey/sigv4.h"

namespace latchkey {

// Whether an address or name stands for this machine alone.
bool is_loopback(std::string_view host);

// Whether a page in somebody's browser says that it has sent this; programs do not.
bool from_browser(const sigv4::RawRequest& request);

// Whether a page of another site, in somebody's browser, may have sent this. True for a foreign Origin, for
// what the browser itself calls cross-site, and (DNS rebinding) for a Host that is a public name of somebody
// else. Addresses, names of this machine, bound_host, AWS's own names (through the proxy) and names that no
// public DNS has, such as those of containers, are nobody else's.
bool from_foreign_site(const sigv4::RawRequest& request, std::string_view bound_host);

}  // namespace latchkey
