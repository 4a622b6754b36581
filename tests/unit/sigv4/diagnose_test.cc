// Requests spoilt in the ways that happen, each with its cause named.
#include <catch2/catch.hpp>
#include <functional>

#include "latchkey/sigv4.h"
#include "sigv4/canonical.h"
#include "unit/sigv4/requests.h"

using namespace latchkey::sigv4;

namespace {

const Credentials kCredentials = {"AKIDEXAMPLE", "wJalr/K7MDENG+bPxR", ""};

RawRequest kms_request() {
  return {"POST",
          "/",
          {{"Host", "127.0.0.1:4566"},
           {"Content-Type", "application/x-amz-json-1.1"},
           {"X-Amz-Target", "TrentService.Encrypt"},
           {"X-Note", "a/b c"}},
          R"({"KeyId":"alias/a"})"};
}

std::string cause(const RawRequest& request) {
  const auto read = read_claim(request, Dialect::json);
  REQUIRE(read.claim);
  const Claim& claim = *read.claim;
  const auto& secret = kCredentials.secret_access_key;
  const Verdict verdict =
      verify_signature(request, claim, signing_key(secret, claim.scope_date, claim.region, claim.service));
  CHECK_FALSE(verdict.ok);
  return likely_cause(request, claim, verdict, secret);
}

void set(RawRequest& request, std::string_view name, const std::string& value) {
  for (Header& header : request.headers) {
    if (header.name == name) header.value = value;
  }
}

// The cause after `change` happened to a request on its way.
std::string after(const std::function<void(RawRequest&)>& change, bool sign_body = false,
                  RawRequest from = kms_request()) {
  RawRequest request = sign(std::move(from), kCredentials, options(sign_body)).request;
  change(request);
  return cause(request);
}
// The cause if the client signed `changed` but sent the request as it is.
std::string signed_as(const std::function<void(RawRequest&)>& change,
                      const RawRequest& sent = kms_request()) {
  RawRequest other = sent;
  change(other);
  RawRequest request = sign(other, kCredentials, options()).request;
  request.method = sent.method;
  request.target = sent.target;
  request.body = sent.body;
  for (const Header& header : sent.headers) set(request, header.name, header.value);
  return cause(request);
}

std::string with_secret(const std::string& secret) {
  Credentials wrong = kCredentials;
  wrong.secret_access_key = secret;
  return cause(sign(kms_request(), wrong, options()).request);
}

void check_starts(const std::string& text, const std::string& start) {
  INFO(text);
  CHECK(text.starts_with(start));
}

}  // namespace

TEST_CASE("Cause: another secret") {
  CHECK(with_secret("another") ==
        "the secret access key differs, or what was signed (method, path, query, body or the headers "
        "content-type, "
        "host, x-amz-date, x-amz-target, x-note) was changed on the way in an unusual manner");
  check_starts(with_secret("wJalr/K7MDENG+bPxR\n"),
               "the secret access key that the client uses has a blank or line");
  check_starts(with_secret("wJalr/K7MDENG+bPxR "),
               "the secret access key that the client uses has a blank or line");
  check_starts(with_secret(" wJalr/K7MDENG+bPxR"),
               "the secret access key that the client uses has a blank at its s");
  check_starts(with_secret("\"wJalr/K7MDENG+bPxR\""),
               "the secret access key that the client uses has quotes");
  check_starts(with_secret("wJalr/K7MDENG bPxR"),
               "the secret access key that the client uses was URL-encoded");
  check_starts(with_secret("wJalr%2FK7MDENG%2BbPxR"),
               "the secret access key that the client uses was URL-encoded");
}

TEST_CASE("Cause: the Host header changed on the way") {
  CHECK(after([](RawRequest& r) { set(r, "Host", "127.0.0.1"); }) ==
        "the Host header was changed on the way: the signature verifies for Host 127.0.0.1:4566, but "
        "127.0.0.1 was "
        "received");
  RawRequest bare = kms_request();
  set(bare, "Host", "127.0.0.1");
  CHECK(after([](RawRequest& r) { set(r, "Host", "127.0.0.1:8443"); }, false, bare) ==
        "the Host header was changed on the way: the signature verifies for Host 127.0.0.1, but "
        "127.0.0.1:8443 was "
        "received");
  RawRequest aws = kms_request();
  set(aws, "Host", "kms.us-east-1.amazonaws.com");
  check_starts(
      after([](RawRequest& r) { set(r, "Host", "localhost:4566"); }, false, aws),
      "the Host header was changed on the way: the signature verifies for Host kms.us-east-1.amazonaws.com,");
  RawRequest named = kms_request();
  set(named, "Host", "kms.test.example");
  check_starts(after(
                   [](RawRequest& r) {
                     set(r, "Host", "10.0.0.1:80");
                     r.headers.push_back({"X-Forwarded-Host", "kms.test.example"});
                   },
                   false, named),
               "the Host header was changed on the way: the signature verifies for Host kms.test.example,");
}

TEST_CASE("Cause: the body changed") {
  const auto grow = [](RawRequest& r) { r.body += "x"; };
  check_starts(after(grow, true), "the body was changed after signing: x-amz-content-sha256 says ");
  RawRequest with_length = kms_request();
  with_length.headers.push_back({"Content-Length", std::to_string(with_length.body.size())});
  CHECK(after(grow, false, with_length) ==
        "the body was changed on the way: Content-Length says 19 bytes, 20 were received");
  CHECK(after([](RawRequest& r) { r.body += "\n"; }) ==
        "the body was changed on the way: a line break at its end was added or removed");
  CHECK(signed_as([](RawRequest& r) { r.body += "\n"; }) ==
        "the body was changed on the way: a line break at its end was added or removed");
  RawRequest lines = kms_request();
  lines.body = "{\r\n}";
  CHECK(after([](RawRequest& r) { r.body = "{\n}"; }, false, lines) ==
        "the body was changed on the way: its line ends were converted");
  CHECK(signed_as([](RawRequest& r) { r.body.clear(); }) ==
        "the body is not signed: the signature verifies for an empty body");
  RawRequest form = kms_request();
  form.body = "Action=A&B=c%20d";
  CHECK(after([](RawRequest& r) { r.body = "Action=A&B=c+d"; }, false, form) ==
        "the body was changed on the way: the form in it was encoded again");
}

TEST_CASE("Cause: UNSIGNED-PAYLOAD without the header") {
  RawRequest request = kms_request();
  request.headers.push_back({"x-amz-content-sha256", "UNSIGNED-PAYLOAD"});
  RawRequest good = sign(request, kCredentials, options()).request;
  // Signed under a list that does not name the header, as a client would that only hashes wrongly.
  auto claim = *read_claim(good, Dialect::json).claim;
  std::erase(claim.signed_headers, "x-amz-content-sha256");
  std::erase_if(good.headers, [](const Header& h) { return h.name == "x-amz-content-sha256"; });
  const SigningKey key = signing_key(kCredentials.secret_access_key, "20150830", "us-east-1", "kms");
  RawRequest unsigned_body = good;
  unsigned_body.headers.push_back({"x-amz-content-sha256", "UNSIGNED-PAYLOAD"});
  claim.signature = verify_signature(unsigned_body, claim, key).expected_signature;
  const Verdict verdict = verify_signature(good, claim, key);
  CHECK_FALSE(verdict.ok);
  CHECK(likely_cause(good, claim, verdict, kCredentials.secret_access_key) ==
        "the client signed UNSIGNED-PAYLOAD but sent no x-amz-content-sha256 header that says so");
}

TEST_CASE("Cause: the path") {
  RawRequest odd = kms_request();
  odd.target = "/a/../b%20c";
  SigningOptions as_is = options();
  as_is.normalize_path = false;
  check_starts(cause(sign(odd, kCredentials, as_is).request),
               "the client signed the path '/a/../b%20c' as it is");
  RawRequest nested = kms_request();
  nested.target = "/prefix";
  CHECK(after([](RawRequest& r) { r.target = "/prefix/"; }, false, nested) ==
        "the path was changed on the way: a slash at its end was added or removed");
  CHECK(after([](RawRequest& r) { r.target = "/proxied/kms"; }) ==
        "the path was changed on the way: the signature verifies for '/'");
}

TEST_CASE("Cause: the query") {
  RawRequest get = kms_request();
  get.target = "/?Action=A&B=c%20d";
  check_starts(after([](RawRequest& r) { r.target = "/?Action=A&B=c+d"; }, false, get),
               "the client signed '+' in the query as a blank");
  check_starts(after([](RawRequest& r) { r.target = "/?Action=A&B=c%2520d"; }, false, get),
               "the query was encoded twice");
  CHECK(after([](RawRequest& r) { r.target += "&utm=1"; }, false, get) ==
        "the query parameter 'utm' was added after signing: the signature verifies without it");
  check_starts(after([](RawRequest& r) { r.target += "?utm=1&utm=2"; }), "the query was added on the way");

  Credentials temporary = kCredentials;
  temporary.session_token = "token";
  SigningOptions presign = options();
  presign.presign_seconds = 60;
  presign.omit_session_token = true;
  CHECK(cause(sign(kms_request(), temporary, presign).request) ==
        "the query parameter 'X-Amz-Security-Token' was added after signing: the signature verifies without "
        "it");
}

TEST_CASE("Cause: a header encoded again, rewritten or removed") {
  check_starts(signed_as([](RawRequest& r) { set(r, "X-Note", "a%2Fb%20c"); }),
               "the header x-note was changed");
  CHECK(after([](RawRequest& r) { set(r, "X-Note", "a%2Fb%20c"); }) ==
        "the header x-note was changed on the way, or signed in another form than it was sent: the signature "
        "verifies "
        "for 'a/b c', but 'a%2Fb%20c' was received");
  CHECK(after([](RawRequest& r) { set(r, "Content-Type", "application/x-amz-json-1.1; charset=utf-8"); }) ==
        "the header content-type was changed on the way, or signed in another form than it was sent: the "
        "signature "
        "verifies for 'application/x-amz-json-1.1', but 'application/x-amz-json-1.1; charset=utf-8' was "
        "received");
  CHECK(after([](RawRequest& r) { r.headers.erase(r.headers.begin() + 3); }) ==
        "the signed header 'x-note' did not arrive: it was removed on the way, or never sent");
}

TEST_CASE("Cause: the method") {
  CHECK(after([](RawRequest& r) { r.method = "GET"; }) ==
        "the method was changed on the way: the signature verifies for POST, but GET was received");
}

TEST_CASE("Cause: the signature in upper case") {
  const Signed good = sign(kms_request(), kCredentials, options());
  auto claim = *read_claim(good.request, Dialect::json).claim;
  for (char& c : claim.signature) c = static_cast<char>(c >= 'a' ? c - 32 : c);
  check_starts(likely_cause(good.request, claim, {}, kCredentials.secret_access_key),
               "the signature is right but for upper-case letters");
}

TEST_CASE("Cause: SignedHeaders in another order than was signed") {
  const Signed good = sign(kms_request(), kCredentials, options());
  auto claim = *read_claim(good.request, Dialect::json).claim;
  std::reverse(claim.signed_headers.begin(), claim.signed_headers.end());
  check_starts(likely_cause(good.request, claim, {}, kCredentials.secret_access_key),
               "SignedHeaders is not in the order");
}
