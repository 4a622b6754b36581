// The canonical request, piece by piece, and the string to sign. Signing, verifying and diagnosing share it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/sigv4.h"

namespace latchkey::sigv4 {

inline constexpr std::string_view kHmacAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kEcdsaAlgorithm = "AWS4-ECDSA-P256-SHA256";
inline constexpr std::string_view kTerminator = "aws4_request";
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
inline constexpr std::string_view kContentHashHeader = "x-amz-content-sha256";
inline constexpr std::string_view kSecurityTokenParameter = "X-Amz-Security-Token";
inline constexpr std::string_view kSignatureParameter = "X-Amz-Signature";

// A request target's two halves. An absolute target ("http://host/path") loses its scheme and host.
struct Target {
  std::string_view path;
  std::string_view query;  // without the question mark
};
Target split_target(std::string_view target);

// The parameters of a query, decoded, in the order they came.
using QueryParameters = std::vector<std::pair<std::string, std::string>>;
QueryParameters parse_query(std::string_view query);

// normalize: dot segments and repeated slashes go, and what is left is encoded once more (a wire "%3A"
// becomes "%253A"). Otherwise the path stays, and only what may not stand in a URL is encoded.
std::string canonical_uri(std::string_view path, bool normalize);
// Sorted by encoded name, then by encoded value, without the parameters named in `without`.
std::string canonical_query(QueryParameters parameters, std::span<const std::string_view> without = {});
// Blanks around the value cut, blanks and line breaks inside it reduced to one space.
std::string canonical_value(std::string_view value);
// The values of all headers of that name, in wire order, joined with commas.
std::string canonical_header(const std::vector<Header>& headers, std::string_view name);

struct CanonicalRequest {
  std::string method, uri, query;
  std::vector<std::pair<std::string, std::string>> headers;  // lower-case name, canonical value
  std::string payload_hash;

  std::string signed_headers() const;  // a;b;c
  std::string text() const;
};

struct CanonicalOptions {
  bool normalize_path = true;
  std::span<const std::string_view> without = {};  // query parameters that the signature does not cover
};
// signed_headers: lower case.
CanonicalRequest canonicalize(const RawRequest& request, const std::vector<std::string>& signed_headers,
                              std::string payload_hash, const CanonicalOptions& options);

// scope: 20150830/us-east-1/kms/aws4_request.
std::string string_to_sign(std::string_view algorithm, std::string_view date, std::string_view scope,
                           std::string_view canonical_request);

}  // namespace latchkey::sigv4
