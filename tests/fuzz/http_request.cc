// A raw request: its head as the server reads it, its signature as it is read, checked and explained.
#include "http/head.h"
#include "latchkey/sigv4.h"
#include "target.h"

using namespace latchkey;
using fuzz::require;

namespace {

constexpr char kSecret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

void read_head(std::string_view bytes) {
  std::size_t scanned = 0;
  const std::size_t end = http::find_head_end(bytes, scanned);
  if (end == std::string_view::npos) return;
  require(end <= bytes.size(), "a head ends inside of what was read");
  // A byte at a time finds the same end.
  std::size_t kept = 0;
  std::size_t found = std::string_view::npos;
  for (std::size_t size = 1; size <= bytes.size() && found == std::string_view::npos; ++size) {
    found = http::find_head_end(bytes.substr(0, size), kept);
  }
  require(found == end, "where a head ends does not depend on how it comes");
  sigv4::RawRequest request;
  http::Framing framing;
  const http::Refusal refusal = http::parse_head(bytes.substr(0, end), request, framing);
  require(!refusal || refusal.status >= 400, "a refusal is an error");
}

void check_signature(const sigv4::RawRequest& request, sigv4::Dialect dialect) {
  const auto read = sigv4::read_claim(request, dialect);
  require(read.claim.has_value() != read.failure.has_value(), "either a claim or a failure");
  if (!read.claim) return;
  sigv4::Expectation expected;
  expected.service = "kms";
  expected.now = {1'440'938'160};
  (void)sigv4::check_claim(request, *read.claim, expected, dialect);
  const auto key =
      sigv4::signing_key(kSecret, read.claim->scope_date, read.claim->region, read.claim->service);
  const sigv4::Verdict verdict = sigv4::verify_signature(request, *read.claim, key);
  if (!verdict.ok) (void)sigv4::likely_cause(request, *read.claim, verdict, kSecret);
}

}  // namespace

FUZZ_TARGET(http_request) {
  if (input.size() > 8192) return;  // finding heads byte by byte is quadratic here
  read_head(input);
  std::string error;
  const auto request = sigv4::parse_request(input, &error);
  require(request.has_value() || !error.empty(), "what cannot be read has a reason");
  if (!request) return;
  for (const sigv4::Dialect dialect : {sigv4::Dialect::json, sigv4::Dialect::query}) {
    check_signature(*request, dialect);
  }
}
