#include <catch2/catch.hpp>

#include "suite.h"

using namespace latchkey::sigv4;

namespace {

struct Form {
  std::string prefix;  // of the file names
  bool presigned;
};

void expect_verifies(const suite::Case& test, const RawRequest& request) {
  const ClaimOrFailure read = read_claim(request, Dialect::query);
  REQUIRE(read.claim);
  const Claim& claim = *read.claim;
  CHECK(claim.access_key_id == test.credentials.access_key_id);
  CHECK(claim.session_token == test.credentials.session_token);

  Expectation expected;
  expected.service = test.options.service;
  expected.region = test.options.region;
  expected.now = {*parse_date(test.options.date)};
  const auto failure = check_claim(request, claim, expected, Dialect::query);
  CHECK_FALSE(failure);

  const SigningKey key =
      signing_key(test.credentials.secret_access_key, claim.scope_date, claim.region, claim.service);
  CHECK(verify_signature(request, claim, key, test.options.normalize_path).ok);
}

}  // namespace

TEST_CASE("AWS's signing test suite: every piece on the way to a signature is as published") {
  const auto cases = suite::all("v4", Algorithm::hmac_sha256);
  REQUIRE(cases.size() == 38);
  const Form form = GENERATE(Form{"header", false}, Form{"query", true});
  for (const suite::Case& test : cases) {
    INFO(test.name() << ", " << form.prefix);
    SigningOptions options = test.options;
    if (form.presigned) options.presign_seconds = test.presign_seconds;

    const Signed result = sign(test.request("request.txt"), test.credentials, options);
    CHECK(result.canonical_request == test.file(form.prefix + "-canonical-request.txt"));
    CHECK(result.string_to_sign == test.file(form.prefix + "-string-to-sign.txt"));
    CHECK(result.signature == test.file(form.prefix + "-signature.txt"));
    CHECK(suite::with_line_feeds(to_text(result.request)) == test.file(form.prefix + "-signed-request.txt"));
  }
}

TEST_CASE("AWS's signing test suite: every signed request verifies as published") {
  const auto cases = suite::all("v4", Algorithm::hmac_sha256);
  const std::string prefix = GENERATE("header", "query");
  for (const suite::Case& test : cases) {
    INFO(test.name() << ", " << prefix);
    const RawRequest published = test.request(prefix + "-signed-request.txt");
    // Published with the token appended to the query after signing. Every parameter that arrives is part of
    // the canonical query, so such a request does not verify; a header that is not signed changes nothing.
    if (test.options.omit_session_token && prefix == "query") continue;
    expect_verifies(test, published);
  }
}

TEST_CASE("Signing a signed request again replaces its signature") {
  const auto cases = suite::all("v4", Algorithm::hmac_sha256);
  const Form form = GENERATE(Form{"header", false}, Form{"query", true});
  for (const suite::Case& test : cases) {
    INFO(test.name() << ", " << form.prefix);
    SigningOptions options = test.options;
    if (form.presigned) options.presign_seconds = test.presign_seconds;
    const Signed again = sign(test.request(form.prefix + "-signed-request.txt"), test.credentials, options);
    CHECK(again.signature == test.file(form.prefix + "-signature.txt"));
  }
}

TEST_CASE("A published request with any one bit changed does not verify") {
  const auto cases = suite::all("v4", Algorithm::hmac_sha256);
  const suite::Case test = *std::find_if(cases.begin(), cases.end(), [](const suite::Case& c) {
    return c.name() == "post-x-www-form-urlencoded-parameters";
  });
  const std::string prefix = GENERATE("header", "query");
  const std::string text = test.file(prefix + "-signed-request.txt");
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const auto request = parse_request(changed, nullptr);
    if (!request) continue;
    const auto read = read_claim(*request, Dialect::query);
    if (!read.claim) continue;
    const Claim& claim = *read.claim;
    const SigningKey key =
        signing_key(test.credentials.secret_access_key, claim.scope_date, claim.region, claim.service);
    if (!verify_signature(*request, claim, key).ok) continue;

    // What still verifies says the same: names in another case, other blanks, what no signature covers.
    INFO("bit " << bit << " of " << prefix);
    const RawRequest original = test.request(prefix + "-signed-request.txt");
    CHECK(request->body == original.body);
    CHECK(request->method == original.method);
    const auto again = verify_signature(original, claim, key);
    CHECK(verify_signature(*request, claim, key).canonical_request == again.canonical_request);
  }
}
