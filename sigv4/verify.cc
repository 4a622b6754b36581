#include "latchkey/sigv4.h"
#include "sigv4/canonical.h"
#include "sigv4/claim.h"
#include "sigv4/crypto.h"

namespace latchkey::sigv4 {

std::string claimed_payload_hash(const RawRequest& request, const Claim& claim) {
  if (const auto header = request.header(kContentHashHeader)) return std::string(*header);
  if (!claim.presigned) return {};
  constexpr std::string_view kParameter = "X-Amz-Content-Sha256";
  const std::string_view query = split_target(request.target).query;
  if (query.find(kParameter) == std::string_view::npos) return {};
  for (const auto& [name, value] : parse_query(query)) {
    if (name == kParameter) return value;
  }
  return {};
}

std::vector<std::string_view> unsigned_parameters(const Claim& claim) {
  if (!claim.presigned) return {};
  return {kSignatureParameter};
}

std::string signature_date(const Claim& claim) {
  // The extended form of a date is taken, but what is signed is the basic one.
  if (is_basic_date(claim.date)) return claim.date;
  const auto date = parse_date(claim.date);
  return date ? format_date(*date) : claim.date;
}

std::string credential_scope(const Claim& claim) {
  std::string out;
  out.reserve(claim.credential.size() + 4);
  out.append(claim.scope_date).append("/").append(claim.region).append("/").append(claim.service);
  return out.append("/").append(claim.terminator);
}

SigningKey signing_key(std::string_view secret_access_key, std::string_view date_yyyymmdd,
                       std::string_view region, std::string_view service) {
  const Digest day = hmac_sha256("AWS4" + std::string(secret_access_key), date_yyyymmdd);
  return hmac_sha256(view(hmac_sha256(view(hmac_sha256(view(day), region)), service)), kTerminator);
}

Verdict verify_signature(const RawRequest& request, const Claim& claim, const SigningKey& key,
                         bool normalize_path) {
  // A hash in the header is a promise about the body; only UNSIGNED-PAYLOAD takes the body out of the
  // signature.
  const std::string claimed = claimed_payload_hash(request, claim);
  const bool unsigned_payload = claimed == kUnsignedPayload;
  std::string payload = unsigned_payload ? claimed : hex(sha256(request.body));
  const bool body_intact = claimed.empty() || claimed == payload;

  const auto without = unsigned_parameters(claim);
  const CanonicalRequest canonical =
      canonicalize(request, claim.signed_headers, std::move(payload), {normalize_path, without});
  Verdict verdict;
  verdict.canonical_request = canonical.text();
  verdict.string_to_sign = string_to_sign(claim.algorithm, signature_date(claim), credential_scope(claim),
                                          verdict.canonical_request);
  verdict.expected_signature = hex(hmac_sha256(view(key), verdict.string_to_sign));
  verdict.ok = body_intact && equal_in_constant_time(verdict.expected_signature, claim.signature);
  return verdict;
}

Failure signature_mismatch() {
  return {ErrorCode::signature_does_not_match,
          "The request signature we calculated does not match the signature you provided. Check your AWS "
          "Secret Access "
          "Key and signing method. Consult the service documentation for details."};
}

std::string_view error_name(ErrorCode code, Dialect dialect) {
  const bool json = dialect == Dialect::json;
  switch (code) {
    case ErrorCode::missing_authentication_token:
      return json ? "MissingAuthenticationTokenException" : "MissingAuthenticationToken";
    case ErrorCode::incomplete_signature:
      return json ? "IncompleteSignatureException" : "IncompleteSignature";
    case ErrorCode::signature_does_not_match:
      return json ? "InvalidSignatureException" : "SignatureDoesNotMatch";
    case ErrorCode::invalid_client_token_id:
      return json ? "UnrecognizedClientException" : "InvalidClientTokenId";
    case ErrorCode::expired_token:
      return json ? "ExpiredTokenException" : "ExpiredToken";
    case ErrorCode::malformed_query_string:
      return "MalformedQueryString";
  }
  return "InternalFailure";
}

}  // namespace latchkey::sigv4
