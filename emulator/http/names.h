// Host names that Latchkey answers for.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::http {

std::string lower_case(std::string_view text);
bool equal_ignoring_case(std::string_view left, std::string_view right);

// A host name under one of AWS's domains, in lower case, fit for a certificate.
bool aws_name(std::string_view host);
// A name or address of this machine.
bool local_name(std::string_view host);
// The host of "host:port" or "[address]:port"; empty if it is neither.
std::string_view host_of_authority(std::string_view authority);

}  // namespace latchkey::http
