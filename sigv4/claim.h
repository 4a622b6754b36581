// What a claim says of the way its signature was made: shared by verification and diagnosis.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "latchkey/sigv4.h"

namespace latchkey::sigv4 {

// What the request itself says its body's hash is (x-amz-content-sha256); empty if it says nothing.
std::string claimed_payload_hash(const RawRequest& request, const Claim& claim);
// The query parameters that no signature can cover.
std::vector<std::string_view> unsigned_parameters(const Claim& claim);
// A date that can be read is in the basic format: 20150830T123600Z.
inline bool is_basic_date(std::string_view date) { return date.size() == 16; }
// The date as it stands in the string to sign.
std::string signature_date(const Claim& claim);
std::string credential_scope(const Claim& claim);

}  // namespace latchkey::sigv4
