// What sign and verify share: who signs, for what, and the request on standard input.
#pragma once

#include <iosfwd>
#include <string>

#include "cli/options.h"
#include "latchkey/sigv4.h"

namespace latchkey::cli {

struct SigningArguments {
  sigv4::Credentials credentials;
  sigv4::SigningOptions options;  // date: empty if it was not given
};

// Fills one option that both commands have; false if the name is none of them.
bool take_signing_option(const std::string& name, OptionReader& reader, SigningArguments& arguments);
// Throws UsageError, naming the option, if one that both need is missing.
void require_signing_options(const SigningArguments& arguments);
std::string_view signing_options_help();

// The request on standard input. A body that is longer than Content-Length by nothing but line breaks, as
// editors add them, loses these. Throws UsageError if it is no HTTP request. *bare_line_feeds: its lines end
// in LF, not CRLF.
sigv4::RawRequest read_request(std::istream& in, bool* bare_line_feeds);

}  // namespace latchkey::cli
