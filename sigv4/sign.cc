#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "latchkey/sigv4.h"
#include "sigv4/canonical.h"
#include "sigv4/crypto.h"
#include "sigv4/ecdsa.h"
#include "sigv4/text.h"

namespace latchkey::sigv4 {
namespace {

// Hop-by-hop headers and those that intermediaries add to or rewrite: a signature over them would not survive
// the way.
constexpr std::array<std::string_view, 11> kNotSigned = {"authorization",
                                                         "connection",
                                                         "expect",
                                                         "sec-websocket-key",
                                                         "sec-websocket-protocol",
                                                         "sec-websocket-version",
                                                         "transfer-encoding",
                                                         "upgrade",
                                                         "user-agent",
                                                         "x-amzn-trace-id",
                                                         "te"};

constexpr std::array<std::string_view, 8> kAuthenticationParameters = {
    "X-Amz-Algorithm", "X-Amz-Credential",      "X-Amz-Date",       "X-Amz-SignedHeaders",
    "X-Amz-Expires",   kSecurityTokenParameter, "X-Amz-Region-Set", kSignatureParameter};

bool is_authentication(std::string_view parameter) {
  const auto& names = kAuthenticationParameters;
  return std::find(names.begin(), names.end(), parameter) != names.end();
}

bool is_ecdsa(const SigningOptions& options) { return options.algorithm == Algorithm::ecdsa_p256_sha256; }

void check(const RawRequest& request, const Credentials& credentials, const SigningOptions& options) {
  if (!parse_date(options.date)) {
    throw std::invalid_argument("the date '" + options.date + "' is not of the form 20150830T123600Z");
  }
  const auto require = [](bool good, const char* message) {
    if (!good) throw std::invalid_argument(message);
  };
  require(!options.service.empty(), "the service is empty");
  require(!options.region.empty(), "the region is empty");
  require(!credentials.access_key_id.empty(), "the access key id is empty");
  require(!credentials.secret_access_key.empty(), "the secret access key is empty");
  require(!options.presign_seconds || *options.presign_seconds > 0,
          "a presigned request must last at least one second");
  require(request.header("host").has_value(),
          "the request has no Host header, which every signature must cover");
}

void remove_header(RawRequest& request, std::string_view name) {
  std::erase_if(request.headers, [name](const Header& header) { return same_name(header.name, name); });
}

void remove_signature(RawRequest& request) {
  for (const std::string_view name :
       {"authorization", "x-amz-date", "x-amz-security-token", "x-amz-region-set"}) {
    remove_header(request, name);
  }
  const auto target = split_target(request.target);
  std::string kept(target.path);
  bool changed = false;
  char separator = '?';
  for (const std::string_view piece : split(target.query, '&')) {
    if (is_authentication(decode(piece.substr(0, piece.find('='))))) {
      changed = true;
      continue;
    }
    kept.append(1, separator).append(piece);
    separator = '&';
  }
  if (changed) request.target = std::move(kept);
}

std::vector<std::string> headers_to_sign(const RawRequest& request, bool omit_session_token) {
  std::vector<std::string> names;
  for (const Header& header : request.headers) {
    std::string name = lower(header.name);
    if (std::find(kNotSigned.begin(), kNotSigned.end(), name) != kNotSigned.end()) continue;
    if (omit_session_token && name == "x-amz-security-token") continue;
    names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out.append(out.empty() ? "" : ";").append(name);
  return out;
}

// One signature in the making: the request grows what a signature needs, then the signature itself.
class Signer {
 public:
  Signer(RawRequest request, const Credentials& credentials, const SigningOptions& options)
      : request_(std::move(request)), credentials_(credentials), options_(options) {
    check(request_, credentials_, options_);
    date_ = format_date(*parse_date(options_.date));
    scope_ = date_.substr(0, 8) + "/";
    // A SigV4A signature holds in several regions, so its scope names none.
    if (!is_ecdsa(options_)) scope_ += options_.region + "/";
    scope_.append(options_.service).append("/").append(kTerminator);
    algorithm_ = is_ecdsa(options_) ? kEcdsaAlgorithm : kHmacAlgorithm;
    remove_signature(request_);
    payload_ = choose_payload();
  }

  Signed in_header() {
    if (!credentials_.session_token.empty()) add_header("X-Amz-Security-Token", credentials_.session_token);
    add_header("X-Amz-Date", date_);
    if (is_ecdsa(options_)) add_header("X-Amz-Region-Set", options_.region);
    if (options_.sign_body && payload_ != kUnsignedPayload) add_header(kContentHashHeader, payload_);

    const auto names = headers_to_sign(request_, options_.omit_session_token);
    Signed result = compute(names, {});
    add_header("Authorization", algorithm_ + " Credential=" + credential() +
                                    ", SignedHeaders=" + joined(names) + ", Signature=" + result.signature);
    result.request = std::move(request_);
    return result;
  }

  Signed in_query() {
    const auto names = headers_to_sign(request_, false);
    add_parameter("X-Amz-Algorithm", algorithm_);
    add_parameter("X-Amz-Credential", credential());
    add_parameter("X-Amz-Date", date_);
    add_parameter("X-Amz-SignedHeaders", joined(names));
    add_parameter("X-Amz-Expires", std::to_string(*options_.presign_seconds));
    std::vector<std::string_view> without;
    if (!credentials_.session_token.empty()) {
      add_parameter(kSecurityTokenParameter, credentials_.session_token);
      if (options_.omit_session_token) without.push_back(kSecurityTokenParameter);
    }
    if (is_ecdsa(options_)) add_parameter("X-Amz-Region-Set", options_.region);

    Signed result = compute(names, without);
    add_parameter(kSignatureParameter, result.signature);
    result.request = std::move(request_);
    return result;
  }

 private:
  // A hash left by somebody else says nothing about this body.
  std::string choose_payload() {
    if (request_.header(kContentHashHeader) == kUnsignedPayload) return std::string(kUnsignedPayload);
    remove_header(request_, kContentHashHeader);
    return hex(sha256(request_.body));
  }

  void add_header(std::string_view name, std::string value) {
    request_.headers.push_back({std::string(name), std::move(value)});
  }

  void add_parameter(std::string_view name, std::string_view value) {
    request_.target += request_.target.find('?') == std::string::npos ? '?' : '&';
    request_.target.append(name).append("=");
    append_encoded(request_.target, value);
  }

  std::string credential() const { return credentials_.access_key_id + "/" + scope_; }

  Signed compute(const std::vector<std::string>& names, const std::vector<std::string_view>& without) const {
    Signed result;
    result.canonical_request =
        canonicalize(request_, names, payload_, {options_.normalize_path, without}).text();
    result.string_to_sign = string_to_sign(algorithm_, date_, scope_, result.canonical_request);
    result.signature = signature(result.string_to_sign);
    return result;
  }

  std::string signature(std::string_view text) const {
    if (is_ecdsa(options_)) {
      return hex(ecdsa_sign(ecdsa_key(credentials_.access_key_id, credentials_.secret_access_key), text));
    }
    const SigningKey key =
        signing_key(credentials_.secret_access_key, date_.substr(0, 8), options_.region, options_.service);
    return hex(hmac_sha256(view(key), text));
  }

  RawRequest request_;
  const Credentials& credentials_;
  const SigningOptions& options_;
  std::string date_, scope_, algorithm_, payload_;
};

}  // namespace

Signed sign(RawRequest request, const Credentials& credentials, const SigningOptions& options) {
  Signer signer(std::move(request), credentials, options);
  return options.presign_seconds ? signer.in_query() : signer.in_header();
}

}  // namespace latchkey::sigv4
