// Reading what a request claims, and holding it against what the service expects. The order of the checks,
// and each sentence, is what KMS ("json") and IAM and STS ("query") were seen to answer.
#include <algorithm>
#include <map>
#include <utility>

#include "latchkey/sigv4.h"
#include "sigv4/canonical.h"
#include "sigv4/claim.h"
#include "sigv4/text.h"

namespace latchkey::sigv4 {
namespace {

Failure missing_token(Dialect dialect) {
  return {ErrorCode::missing_authentication_token, dialect == Dialect::json
                                                       ? "Missing Authentication Token"
                                                       : "Request is missing Authentication Token"};
}

Failure incomplete(std::string message) { return {ErrorCode::incomplete_signature, std::move(message)}; }
Failure mismatch(std::string message) { return {ErrorCode::signature_does_not_match, std::move(message)}; }

ClaimOrFailure refuse(Failure failure) { return {std::nullopt, std::move(failure)}; }

// The query services look at the escapes before anything else.
std::optional<Failure> check_escapes(std::string_view query) {
  for (std::size_t i = query.find('%'); i != std::string_view::npos; i = query.find('%', i + 1)) {
    if (i + 2 >= query.size()) {
      return Failure{ErrorCode::malformed_query_string, "Incomplete trailing escape % sequence"};
    }
    if (hex_value(query[i + 1]) >= 0 && hex_value(query[i + 2]) >= 0) continue;
    return Failure{ErrorCode::malformed_query_string,
                   "Illegal hex character in escape % pattern: " + std::string(query.substr(i, 3))};
  }
  return std::nullopt;
}

// The first parameter of that name counts.
const std::string* find_parameter(const QueryParameters& query, std::string_view name) {
  for (const auto& [key, value] : query) {
    if (key == name) return &value;
  }
  return nullptr;
}
std::string parameter(const QueryParameters& query, std::string_view name) {
  const std::string* found = find_parameter(query, name);
  return found == nullptr ? std::string() : *found;
}

// A name that stands there twice counts once; otherwise a short request could ask for a canonical request of
// any size.
std::vector<std::string> read_signed_headers(std::string_view list) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(std::count(list.begin(), list.end(), ';')) + 1);
  for (const std::string_view name : split(list, ';')) {
    if (!name.empty()) names.push_back(lower(name));
  }
  // What signers write is sorted.
  const auto not_after = [](const std::string& a, const std::string& b) { return a >= b; };
  if (std::adjacent_find(names.begin(), names.end(), not_after) == names.end()) return names;
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return names;

  std::vector<std::string> unique;
  std::map<std::string, bool> seen;
  for (std::string& name : names) {
    if (seen.emplace(name, true).second) unique.push_back(std::move(name));
  }
  return unique;
}

void read_credential(Claim& claim) {
  const auto parts = split(claim.credential, '/');
  if (parts.size() != 5) return;
  claim.access_key_id = parts[0];
  claim.scope_date = parts[1];
  claim.region = parts[2];
  claim.service = parts[3];
  claim.terminator = parts[4];
}

// --- Authentication in the Authorization header ---

struct Authorization {
  std::string_view algorithm;
  std::optional<std::string_view> credential, signed_headers, signature;
};

// How many characters there are at its front that separate pairs, or that do not.
std::size_t run_of(std::string_view text, bool separators) {
  const auto other = [=](char c) { return (c == ',' || is_blank(c)) != separators; };
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), other) - text.begin());
}

// Split at commas and blanks alike; of a repeated pair the last counts, and unknown pairs are passed over.
std::optional<Failure> read_pairs(std::string_view header, Authorization& out) {
  std::string_view rest = header.substr(out.algorithm.size());
  while (true) {
    rest.remove_prefix(run_of(rest, true));
    if (rest.empty()) return std::nullopt;
    const std::string_view piece = rest.substr(0, run_of(rest, false));
    rest.remove_prefix(piece.size());
    const std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos) {
      return incomplete("'" + std::string(piece) +
                        "' not a valid key=value pair (missing equal-sign) in Authorization header: '" +
                        std::string(header) + "'.");
    }
    const std::string_view key = piece.substr(0, equals), value = piece.substr(equals + 1);
    if (key == "Credential") out.credential = value;
    if (key == "SignedHeaders") out.signed_headers = value;
    if (key == "Signature") out.signature = value;
  }
}

// An empty SignedHeaders is not missing; it fails later because it lacks host.
std::optional<Failure> check_complete(std::string_view header, const Authorization& given, bool dated) {
  std::string message;
  const auto require = [&message](bool there, std::string_view name) {
    if (!there) message.append("Authorization header requires '").append(name).append("' parameter. ");
  };
  require(given.credential && !given.credential->empty(), "Credential");
  require(given.signature && !given.signature->empty(), "Signature");
  require(given.signed_headers.has_value(), "SignedHeaders");
  if (!dated) {
    message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (message.empty()) return std::nullopt;
  return incomplete(message.append("Authorization=").append(header));
}

std::string request_date(const RawRequest& request) {
  for (const std::string_view name : {"x-amz-date", "date"}) {
    if (const auto value = request.header(name); value && !value->empty()) return std::string(*value);
  }
  return {};
}

Failure unsupported_algorithm(std::string_view algorithm) {
  return incomplete("Unsupported AWS 'algorithm': '" + std::string(algorithm) + "'.");
}

ClaimOrFailure read_header_claim(const RawRequest& request, std::string_view header,
                                 const QueryParameters& query, Dialect dialect) {
  Authorization given;
  given.algorithm = header.substr(0, header.find_first_of(", \t"));
  const bool supported = given.algorithm == kHmacAlgorithm;
  // The query services look at the scheme first; the JSON services at what follows it.
  if (dialect == Dialect::query) {
    if (!given.algorithm.starts_with("AWS4-")) return refuse(missing_token(dialect));
    if (!supported) return refuse(unsupported_algorithm(given.algorithm));
  }
  if (auto failure = read_pairs(header, given)) return refuse(std::move(*failure));

  Claim claim;
  claim.date = request_date(request);
  if (auto failure = check_complete(header, given, !claim.date.empty())) return refuse(std::move(*failure));
  if (!supported) return refuse(unsupported_algorithm(given.algorithm));

  claim.algorithm = given.algorithm;
  claim.credential = *given.credential;
  claim.signed_headers = read_signed_headers(*given.signed_headers);
  claim.signature = *given.signature;
  claim.session_token = request.header(kSecurityTokenParameter).value_or("");
  if (claim.session_token.empty()) claim.session_token = parameter(query, kSecurityTokenParameter);
  read_credential(claim);
  return {std::move(claim), std::nullopt};
}

// --- Authentication in the query ---

std::optional<Failure> check_complete(const QueryParameters& query) {
  std::string message;
  for (const std::string_view name :
       {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"}) {
    if (!parameter(query, name).empty()) continue;
    message.append("AWS query-string parameters must include '").append(name).append("'. ");
  }
  if (message.empty()) return std::nullopt;
  return incomplete(message + "Re-examine the query-string parameters.");
}

ClaimOrFailure read_query_claim(const RawRequest& request, const QueryParameters& query, Dialect dialect) {
  Claim claim;
  claim.presigned = true;
  claim.algorithm = parameter(query, "X-Amz-Algorithm");
  const bool supported = claim.algorithm == kHmacAlgorithm;
  if (!supported && dialect == Dialect::query) return refuse(missing_token(dialect));
  if (auto failure = check_complete(query)) return refuse(std::move(*failure));
  if (!supported) return refuse(unsupported_algorithm(claim.algorithm));

  claim.credential = parameter(query, "X-Amz-Credential");
  claim.signed_headers = read_signed_headers(parameter(query, "X-Amz-SignedHeaders"));
  claim.signature = parameter(query, kSignatureParameter);
  claim.date = parameter(query, "X-Amz-Date");
  claim.session_token = parameter(query, kSecurityTokenParameter);
  if (claim.session_token.empty()) claim.session_token = request.header(kSecurityTokenParameter).value_or("");
  read_credential(claim);
  return {std::move(claim), std::nullopt};
}

// --- Time and scope ---

std::optional<Failure> check_freshness(std::int64_t date, const Expectation& expected) {
  const std::int64_t window = expected.window_seconds;
  const auto fresh = [&](std::int64_t now) { return date >= now - window && date <= now + window; };
  if (expected.now.empty() || std::any_of(expected.now.begin(), expected.now.end(), fresh))
    return std::nullopt;

  const std::int64_t now = expected.now.front();
  const std::string minutes = std::to_string(window / 60) + " min.)";
  if (date < now) {
    return mismatch("Signature expired: " + format_date(date) + " is now earlier than " +
                    format_date(now - window) + " (" + format_date(now) + " - " + minutes);
  }
  return mismatch("Signature not yet current: " + format_date(date) + " is still later than " +
                  format_date(now + window) + " (" + format_date(now) + " + " + minutes);
}

// Nobody knows every region there will be, so an expectation without one takes whatever is written like one.
bool looks_like_region(std::string_view region) {
  constexpr std::size_t kLongest = 63;
  return !region.empty() && region.size() <= kLongest &&
         std::all_of(region.begin(), region.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; });
}

std::optional<Failure> check_scope(const Claim& claim, std::string_view date, const Expectation& expected) {
  std::string message;
  const bool region = expected.region ? claim.region == *expected.region : looks_like_region(claim.region);
  if (!region) message += "Credential should be scoped to a valid region, not '" + claim.region + "'. ";
  if (claim.service != expected.service) {
    message += "Credential should be scoped to correct service: '" + expected.service + "'. ";
  }
  if (claim.terminator != kTerminator) {
    message += "Credential should be scoped with a valid terminator: 'aws4_request', not '" +
               claim.terminator + "'. ";
  }
  const std::string_view day = date.substr(0, 8);
  if (claim.scope_date != day) {
    message
        .append("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '")
        .append(claim.scope_date + "' != '")
        .append(day)
        .append("', from '")
        .append(date)
        .append("'.");
  }
  if (message.empty()) return std::nullopt;
  return mismatch(std::move(message));
}

}  // namespace

ClaimOrFailure read_claim(const RawRequest& request, Dialect dialect) {
  const std::string_view raw_query = split_target(request.target).query;
  if (dialect == Dialect::query) {
    if (auto failure = check_escapes(raw_query)) return refuse(std::move(*failure));
  }
  const QueryParameters query = parse_query(raw_query);
  const std::string_view header = request.header("authorization").value_or("");
  const bool presigned = find_parameter(query, "X-Amz-Algorithm") != nullptr;
  if (!header.empty() && presigned) {
    return refuse(mismatch(dialect == Dialect::query
                               ? ""
                               : "Found both 'X-Amz-Algorithm' as a query-string param and "
                                 "'Authorization' as HTTP header."));
  }
  if (presigned) return read_query_claim(request, query, dialect);
  if (header.empty()) return refuse(missing_token(dialect));
  return read_header_claim(request, header, query, dialect);
}

std::optional<Failure> check_claim(const RawRequest&, const Claim& claim, const Expectation& expected,
                                   Dialect) {
  if (std::find(claim.signed_headers.begin(), claim.signed_headers.end(), "host") ==
      claim.signed_headers.end()) {
    return mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const auto date = parse_date(claim.date);
  if (!date) {
    return incomplete("Date must be in ISO-8601 'basic format'. Got '" + claim.date +
                      "'. See http://en.wikipedia.org/wiki/ISO_8601");
  }
  if (auto failure = check_freshness(*date, expected)) return failure;
  if (claim.access_key_id.empty() && std::count(claim.credential.begin(), claim.credential.end(), '/') != 4) {
    return incomplete(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
        "'" +
        claim.credential + "'");
  }
  const std::string basic = is_basic_date(claim.date) ? std::string() : format_date(*date);
  return check_scope(claim, basic.empty() ? std::string_view(claim.date) : basic, expected);
}

}  // namespace latchkey::sigv4
