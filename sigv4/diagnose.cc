// Why does a signature differ? Each guess is a request as the client may have seen it; the guess that
// verifies is the cause. Only what has been seen to happen is tried: proxies that change Host or re-encode,
// clients that sign another path than they send, bodies rewritten on the way, secrets pasted with a line
// break.
#include <algorithm>
#include <array>
#include <utility>

#include "latchkey/sigv4.h"
#include "sigv4/canonical.h"
#include "sigv4/claim.h"
#include "sigv4/crypto.h"
#include "sigv4/text.h"

namespace latchkey::sigv4 {
namespace {

using Cause = std::optional<std::string>;

// Beyond this no client signs; a hostile request must not buy more work.
constexpr std::size_t kMostHeaders = 32;
constexpr std::size_t kMostLines = 100;  // a request with more is not guessed about: each guess reads them all
constexpr std::size_t kMostParameters = 64;

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (;;) {
    const std::size_t at = text.find(from);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    out.append(to);
    text.remove_prefix(at + from.size());
  }
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

class Diagnosis {
 public:
  Diagnosis(const RawRequest& request, const Claim& claim, std::string_view secret, bool normalize_path)
      : request_(request),
        claim_(claim),
        secret_(secret),
        target_(split_target(request.target)),
        normalize_path_(normalize_path),
        date_(signature_date(claim)),
        without_(unsigned_parameters(claim)),
        body_hash_(hex(sha256(request.body))),
        claimed_hash_(claimed_payload_hash(request, claim)) {
    if (claimed_hash_ == kUnsignedPayload) body_hash_ = claimed_hash_;
    key_ = key_of(secret);
    seen_ = canonicalize(request, claim.signed_headers, body_hash_, {normalize_path, without_});
  }

  std::string cause() const {
    for (const auto guess :
         {&Diagnosis::body_contradicts, &Diagnosis::signature_spelling, &Diagnosis::secret_spelling,
          &Diagnosis::host, &Diagnosis::method, &Diagnosis::body, &Diagnosis::path, &Diagnosis::query,
          &Diagnosis::date, &Diagnosis::headers, &Diagnosis::missing_header}) {
      if (Cause found = (this->*guess)()) return *found;
    }
    return unexplained();
  }

 private:
  SigningKey key_of(std::string_view secret) const {
    return signing_key(secret, claim_.scope_date, claim_.region, claim_.service);
  }

  bool verifies(const CanonicalRequest& canonical, const SigningKey& key, std::string_view date) const {
    const std::string text =
        string_to_sign(claim_.algorithm, date, credential_scope(claim_), canonical.text());
    return equal_in_constant_time(hex(hmac_sha256(view(key), text)), claim_.signature);
  }
  bool verifies(const CanonicalRequest& canonical) const { return verifies(canonical, key_, date_); }

  // The request as received, but for one member of its canonical form.
  bool verifies_with(std::string CanonicalRequest::*member, std::string value) const {
    if (seen_.*member == value) return false;
    CanonicalRequest changed = seen_;
    changed.*member = std::move(value);
    return verifies(changed);
  }
  bool verifies_with_header(std::size_t index, std::string value) const {
    if (seen_.headers[index].second == value) return false;
    CanonicalRequest changed = seen_;
    changed.headers[index].second = std::move(value);
    return verifies(changed);
  }

  Cause body_contradicts() const {
    if (!claimed_hash_.empty() && claimed_hash_ != body_hash_) {
      return "the body was changed after signing: x-amz-content-sha256 says " + claimed_hash_ +
             ", but the body of " + std::to_string(request_.body.size()) + " bytes that was received has " +
             body_hash_;
    }
    const auto length = request_.header("content-length");
    const std::string received = std::to_string(request_.body.size());
    if (!length || *length == received || claimed_hash_ == kUnsignedPayload) return std::nullopt;
    return "the body was changed on the way: Content-Length says " + std::string(*length) + " bytes, " +
           received + " were received";
  }

  Cause signature_spelling() const {
    if (!same_name(hex(hmac_sha256(view(key_), string_to_sign(claim_.algorithm, date_,
                                                              credential_scope(claim_), seen_.text()))),
                   claim_.signature)) {
      return std::nullopt;
    }
    return "the signature is right but for upper-case letters: it must be lower-case hex";
  }

  Cause secret_spelling() const {
    const std::string secret(secret_);
    for (const char* end : {"\n", "\r\n", "\r", " "}) {
      if (verifies(seen_, key_of(secret + end), date_)) {
        return "the secret access key that the client uses has a blank or line break at its end";
      }
    }
    if (verifies(seen_, key_of(" " + secret), date_)) {
      return "the secret access key that the client uses has a blank at its start";
    }
    if (verifies(seen_, key_of("\"" + secret + "\""), date_) ||
        verifies(seen_, key_of("'" + secret + "'"), date_)) {
      return "the secret access key that the client uses has quotes around it";
    }
    if (verifies(seen_, key_of(replaced(secret, "+", " ")), date_) ||
        verifies(seen_, key_of(encode(secret)), date_) || verifies(seen_, key_of(decode(secret)), date_)) {
      return "the secret access key that the client uses was URL-encoded or decoded";
    }
    return std::nullopt;
  }

  std::vector<std::string> likely_hosts(std::string_view host) const {
    std::vector<std::string> names = {std::string(host.substr(0, host.rfind(':'))), lower(host)};
    for (const std::string_view name : {"x-forwarded-host", "x-original-host"}) {
      if (const auto value = request_.header(name)) names.emplace_back(*value);
    }
    for (const char* name : {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "host.docker.internal",
                             "localstack", "localhost.localstack.cloud", "latchkey"}) {
      names.emplace_back(name);
    }
    names.push_back(claim_.service + "." + claim_.region + ".amazonaws.com");
    names.push_back(claim_.service + ".amazonaws.com");

    std::vector<std::string> ports = {"", ":4566", ":443", ":80", ":8080"};
    if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
      ports.emplace_back(host.substr(colon));
    }
    std::vector<std::string> hosts;
    for (const std::string& name : names) {
      for (const std::string& port : ports) hosts.push_back(name + port);
    }
    return hosts;
  }

  Cause host() const {
    const auto& headers = seen_.headers;
    const auto found =
        std::find_if(headers.begin(), headers.end(), [](const auto& h) { return h.first == "host"; });
    if (found == headers.end()) return std::nullopt;
    for (const std::string& host : likely_hosts(found->second)) {
      if (!verifies_with_header(static_cast<std::size_t>(found - headers.begin()), host)) continue;
      return "the Host header was changed on the way: the signature verifies for Host " + host + ", but " +
             found->second + " was received";
    }
    return std::nullopt;
  }

  Cause method() const {
    for (const char* method : {"POST", "GET", "PUT", "DELETE", "HEAD", "PATCH"}) {
      if (!verifies_with(&CanonicalRequest::method, method)) continue;
      return "the method was changed on the way: the signature verifies for " + std::string(method) +
             ", but " + request_.method + " was received";
    }
    if (verifies_with(&CanonicalRequest::method, lower(request_.method))) {
      return "the client signed the method in lower case";
    }
    return std::nullopt;
  }

  // A body without x-amz-content-sha256 cannot be told from a wrong secret, except where the change is a
  // usual one.
  Cause body() const {
    const std::string& body = request_.body;
    const auto signed_over = [this](std::string_view text) {
      return verifies_with(&CanonicalRequest::payload_hash, hex(sha256(text)));
    };
    if (!body.empty() && signed_over(""))
      return "the body is not signed: the signature verifies for an empty body";
    if (verifies_with(&CanonicalRequest::payload_hash, std::string(kUnsignedPayload))) {
      return "the client signed UNSIGNED-PAYLOAD but sent no x-amz-content-sha256 header that says so";
    }
    if (signed_over(body + "\n") || signed_over(body + "\r\n") || signed_over(trim(body))) {
      return "the body was changed on the way: a line break at its end was added or removed";
    }
    if (signed_over(replaced(body, "\r\n", "\n")) || signed_over(replaced(body, "\n", "\r\n"))) {
      return "the body was changed on the way: its line ends were converted";
    }
    if (signed_over(replaced(body, "+", "%20")) || signed_over(replaced(body, "%20", "+")) ||
        signed_over(decode(body))) {
      return "the body was changed on the way: the form in it was encoded again";
    }
    return std::nullopt;
  }

  Cause path() const {
    const std::string_view path = target_.path;
    const auto signed_over = [this](std::string uri) {
      return verifies_with(&CanonicalRequest::uri, std::move(uri));
    };
    if (signed_over(canonical_uri(path, !normalize_path_)) || signed_over(std::string(path))) {
      return "the client signed the path " + quoted(path) + " as it is, not normalized and encoded once more";
    }
    if (signed_over(encode(path, "/"))) {
      return "the client signed the path " + quoted(path) + " without normalizing it";
    }
    const std::string decoded = decode(path);
    if (signed_over(canonical_uri(decoded, true)) || signed_over(decoded)) {
      return "the path was encoded again on the way: the signature verifies for " + quoted(decoded);
    }
    std::string other(path);
    if (path.ends_with('/')) {
      other.pop_back();
    } else {
      other += '/';
    }
    if (signed_over(other.empty() ? "" : canonical_uri(other, normalize_path_)) || signed_over("")) {
      return "the path was changed on the way: a slash at its end was added or removed";
    }
    if (signed_over("/")) return "the path was changed on the way: the signature verifies for '/'";
    return std::nullopt;
  }

  std::string query_with(QueryParameters parameters) const {
    return canonical_query(std::move(parameters), without_);
  }

  Cause query() const {
    const std::string_view raw = target_.query;
    const auto signed_over = [this](std::string query) {
      return verifies_with(&CanonicalRequest::query, std::move(query));
    };
    if (raw.empty()) return std::nullopt;
    const QueryParameters parameters = parse_query(raw);
    if (parameters.size() > kMostParameters) return std::nullopt;
    if (signed_over(query_with(parse_query(replaced(raw, "+", "%20"))))) {
      return "the client signed '+' in the query as a blank; AWS reads it as a plus, a blank is %20";
    }
    if (!claim_.presigned && signed_over("")) {
      return "the query was added on the way, or not signed: the signature verifies without it";
    }
    if (signed_over(std::string(raw)))
      return "the client signed the query as it is, neither sorted nor encoded anew";

    QueryParameters decoded = parameters;
    for (auto& [name, value] : decoded) value = decode(value);
    if (signed_over(query_with(std::move(decoded)))) return "the query was encoded twice on the way";

    for (std::size_t i = 0; i < parameters.size(); ++i) {
      QueryParameters fewer = parameters;
      const std::string name = fewer[i].first;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (!signed_over(query_with(std::move(fewer)))) continue;
      return "the query parameter " + quoted(name) +
             " was added after signing: the signature verifies without it";
    }
    return std::nullopt;
  }

  Cause date() const {
    if (claim_.date == date_ || !verifies(seen_, key_, claim_.date)) return std::nullopt;
    return "the client signed the date as " + quoted(claim_.date) + "; the string to sign must have " + date_;
  }

  // How else a header's value may have looked to the client.
  std::vector<std::string> likely_values(const std::string& name, const std::string& value) const {
    std::vector<std::string> values = {decode(value),
                                       encode(value),
                                       encode(value, "/"),
                                       encode(value, "/:;=,"),
                                       lower(value),
                                       "",
                                       replaced(value, ", ", ","),
                                       replaced(value, ",", ", ")};
    std::string raw;
    for (const Header& header : request_.headers) {
      if (!same_name(header.name, name)) continue;
      values.push_back(header.value);
      values.emplace_back(trim(header.value));
      values.push_back(canonical_value(header.value));
      raw.append(raw.empty() ? "" : ", ").append(canonical_value(header.value));
    }
    values.push_back(std::move(raw));
    if (name == "content-type") {
      const std::string type = value.substr(0, value.find(';'));
      for (const char* charset :
           {"", "; charset=utf-8", "; charset=UTF-8", ";charset=utf-8", ";charset=UTF-8"}) {
        values.push_back(type + charset);
      }
      for (const char* other :
           {"application/json", "application/x-amz-json-1.0", "application/x-amz-json-1.1",
            "application/x-www-form-urlencoded", "text/plain", "text/plain;charset=UTF-8"}) {
        values.emplace_back(other);
      }
    }
    if (name == "accept-encoding") {
      for (const char* other :
           {"identity", "gzip", "gzip, deflate", "gzip, deflate, br", "deflate, gzip", "*"}) {
        values.emplace_back(other);
      }
    }
    if (name == "connection") values.insert(values.end(), {"close", "keep-alive", "Keep-Alive"});
    if (name == "content-length") values.insert(values.end(), {"0", std::to_string(request_.body.size())});
    return values;
  }

  Cause headers() const {
    const std::size_t count = std::min(seen_.headers.size(), kMostHeaders);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& [name, value] = seen_.headers[i];
      for (const std::string& other : likely_values(name, value)) {
        if (!verifies_with_header(i, other)) continue;
        return "the header " + name +
               " was changed on the way, or signed in another form than it was sent: the " +
               "signature verifies for " + quoted(other) + ", but " + quoted(value) + " was received";
      }
    }
    return unsorted_headers();
  }

  Cause unsorted_headers() const {
    CanonicalRequest sorted = seen_;
    std::sort(sorted.headers.begin(), sorted.headers.end());
    if (sorted.headers == seen_.headers || !verifies(sorted)) return std::nullopt;
    return "SignedHeaders is not in the order that was signed: it must be sorted";
  }

  Cause missing_header() const {
    for (const auto& [name, value] : seen_.headers) {
      if (request_.header(name)) continue;
      return "the signed header " + quoted(name) +
             " did not arrive: it was removed on the way, or never sent";
    }
    return std::nullopt;
  }

  std::string unexplained() const {
    std::string names;
    for (const auto& [name, value] : seen_.headers) names.append(names.empty() ? "" : ", ").append(name);
    // With x-amz-content-sha256 the body is known to be intact.
    const char* parts = claimed_hash_.empty() ? "method, path, query, body or the headers "
                                              : "method, path, query or the headers ";
    return std::string("the secret access key differs, or what was signed (") + parts + names +
           ") was changed on the way in an unusual manner";
  }

  const RawRequest& request_;
  const Claim& claim_;
  const std::string_view secret_;
  const Target target_;
  const bool normalize_path_;
  const std::string date_;
  const std::vector<std::string_view> without_;
  std::string body_hash_;
  const std::string claimed_hash_;
  SigningKey key_{};
  CanonicalRequest seen_;
};

}  // namespace

std::string likely_cause(const RawRequest& request, const Claim& claim, const Verdict&,
                         std::string_view secret_access_key, bool normalize_path) {
  if (request.headers.size() > kMostLines || claim.signed_headers.size() > kMostLines) {
    return "the signature does not fit; the request has too many headers to look for the reason";
  }
  return Diagnosis(request, claim, secret_access_key, normalize_path).cause();
}

}  // namespace latchkey::sigv4
