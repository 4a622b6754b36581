// latchkey/sigv4.h: AWS Signature Version 4 for requests as they are on the wire.
//
// Signs requests and verifies signed ones, in an Authorization header or in the query (presigned). Nothing here reads
// a clock, a file or a socket, and nothing keeps state: every function is thread safe.
//
// The rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
// What AWS says when they are broken: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::sigv4 {

// --- The request -----------------------------------------------------------------------------------------------------

// A header line as received. The value is what stands between the colon and the line's end, blanks included; a folded
// value keeps its line breaks, as "\n". A signature covers these bytes, so nothing is decoded or tidied here.
struct Header {
  std::string name;
  std::string value;
};

struct RawRequest {
  std::string method;
  std::string target;  // origin form, with the query, exactly as on the request line
  std::vector<Header> headers;
  std::string body;

  // The first header of that name (case does not matter), blanks around its value cut; nullopt if there is none.
  std::optional<std::string_view> header(std::string_view name) const;
};

// The bytes of an HTTP/1.1 request (request line, headers, blank line, body; lines end in CRLF or LF) to its parts.
// On failure returns nullopt and says why, in one line, in *error.
std::optional<RawRequest> parse_request(std::string_view text, std::string* error);
// And back: lines end in CRLF, header values follow the colon exactly as they are held.
std::string to_text(const RawRequest& request);

// --- Signing ---------------------------------------------------------------------------------------------------------

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty: long-term credentials
};

enum class Algorithm { hmac_sha256, ecdsa_p256_sha256 };

struct SigningOptions {
  std::string service;
  std::string region;
  std::string date;                   // ISO 8601 basic format: 20150830T123600Z
  Algorithm algorithm = Algorithm::hmac_sha256;
  std::optional<std::int64_t> presign_seconds;  // present: sign in the query, with this X-Amz-Expires
  bool normalize_path = true;         // false for S3
  bool sign_body = true;              // adds x-amz-content-sha256 as a header when true and not presigning
  bool omit_session_token = false;    // add the token after signing instead of before
};

// Everything on the way to a signature, each piece as AWS's documentation names it.
struct Signed {
  RawRequest request;  // ready to send
  std::string canonical_request;
  std::string string_to_sign;
  std::string signature;  // lower-case hex
};

// Signs all headers but those that proxies may change (Connection, User-Agent...). What an earlier signature left in the
// request is replaced; an x-amz-content-sha256 of UNSIGNED-PAYLOAD is kept, and the body is then not signed. Throws
// std::invalid_argument, with one line for a person, if the options cannot be used (bad date, no Host header...).
Signed sign(RawRequest request, const Credentials& credentials, const SigningOptions& options);

// The signing key of a day, region and service. Callers that verify many requests keep it.
using SigningKey = std::array<unsigned char, 32>;
SigningKey signing_key(std::string_view secret_access_key, std::string_view date_yyyymmdd, std::string_view region,
                       std::string_view service);

// --- Verifying -------------------------------------------------------------------------------------------------------

// The ways to be wrong, named as AWS's query protocol names them. kms and other JSON services spell them differently
// (UnrecognizedClientException, InvalidSignatureException...): see error_name.
enum class ErrorCode {
  missing_authentication_token,
  incomplete_signature,
  signature_does_not_match,
  invalid_client_token_id,
  expired_token,
  malformed_query_string,
};

struct Failure {
  ErrorCode code;
  std::string message;  // AWS's text, exactly
};

// The two families of texts.
enum class Dialect { json, query };

// The error's name on the wire.
std::string_view error_name(ErrorCode code, Dialect dialect);

// What a request says of its own signature, read but not yet believed.
struct Claim {
  bool presigned = false;
  std::string algorithm;
  std::string credential;  // as given: AKID/20150830/us-east-1/kms/aws4_request
  std::string access_key_id, scope_date, region, service, terminator;  // its five elements; empty if it has not five
  std::vector<std::string> signed_headers;  // lower case, in the order given
  std::string signature;
  std::string session_token;  // X-Amz-Security-Token, header or query; empty if absent
  std::string date;           // as given, X-Amz-Date before Date
};

// Either a claim or the failure. (Exactly one of the two is set.)
struct ClaimOrFailure {
  std::optional<Claim> claim;
  std::optional<Failure> failure;
};

// Step 1: finds the authentication (header or query) and reads it. Fails on everything that AWS refuses before it looks
// at the date: nothing there, both there, wrong algorithm, missing or malformed parameters.
ClaimOrFailure read_claim(const RawRequest& request, Dialect dialect);

// What the service expects of the scope and the time.
struct Expectation {
  std::string service;                      // "kms"
  std::optional<std::string> region;        // absent: any valid-looking region is taken
  std::int64_t window_seconds = 300;        // how far the date may be off, either way
  std::vector<std::int64_t> now;            // UNIX seconds; the date must be within the window of one of these, and
                                            // the texts name the first. Empty: the time is not checked
};

// Step 2: host signed, date readable and fresh, five elements, scope. nullopt if all is well.
std::optional<Failure> check_claim(const RawRequest& request, const Claim& claim, const Expectation& expected,
                                   Dialect dialect);

// Step 3, after the caller has found the secret: does the signature verify?
struct Verdict {
  bool ok = false;
  std::string canonical_request;  // as it follows from the request received
  std::string string_to_sign;
  std::string expected_signature;
};
Verdict verify_signature(const RawRequest& request, const Claim& claim, const SigningKey& key,
                         bool normalize_path = true);

// The text of the failure for a signature that differs.
Failure signature_mismatch();

// Why a signature may differ, in one sentence: tries the ways in which requests are known to be changed on their way and
// clients are known to sign wrongly, with the secret that is right. Some hundred hashes of a head and a few of the body:
// for failures only.
std::string likely_cause(const RawRequest& request, const Claim& claim, const Verdict& verdict,
                         std::string_view secret_access_key, bool normalize_path = true);

// "20150830T123600Z" (or the extended form with - and :) to UNIX seconds.
std::optional<std::int64_t> parse_date(std::string_view text);
std::string format_date(std::int64_t unix_seconds);

}  // namespace latchkey::sigv4
