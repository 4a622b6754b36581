// Every way a signature is refused before it is computed: code and text for KMS (json) and for IAM and STS
// (query).
#include <catch2/catch.hpp>

#include "latchkey/sigv4.h"

using namespace latchkey::sigv4;

namespace {

constexpr const char* kDate = "20150830T123600Z";
constexpr const char* kScope = "AKIDEXAMPLE/20150830/us-east-1/kms/aws4_request";
constexpr const char* kGoodHeader =
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/kms/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=abc";
constexpr const char* kGoodQuery =
    "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fkms%2Faws4_"
    "request"
    "&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=60&X-Amz-Signature=abc";

RawRequest with_header(const std::string& authorization, const std::string& date = kDate) {
  RawRequest request{"POST", "/", {{"Host", "localhost:4566"}}, "{}"};
  if (!date.empty()) request.headers.push_back({"X-Amz-Date", date});
  request.headers.push_back({"Authorization", authorization});
  return request;
}
RawRequest with_target(const std::string& target) {
  return {"GET", target, {{"Host", "localhost:4566"}}, ""};
}

std::string without(std::string text, const std::string& piece) {
  const std::size_t at = text.find(piece);
  REQUIRE(at != std::string::npos);
  return text.erase(at, piece.size());
}
std::string replace(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// "Name: message", as it goes out; "ok" if nothing is wrong before the signature.
std::string answer(const RawRequest& request, Dialect dialect, const Expectation& expected) {
  const ClaimOrFailure read = read_claim(request, dialect);
  CHECK(read.claim.has_value() != read.failure.has_value());
  const auto failure = read.failure ? read.failure : check_claim(request, *read.claim, expected, dialect);
  return failure ? std::string(error_name(failure->code, dialect)) + ": " + failure->message : "ok";
}

Expectation expectation() { return {"kms", "us-east-1", 300, {*parse_date(kDate)}}; }

struct Row {
  std::string what;
  RawRequest request;
  std::string json, query;  // the answers
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(answer(row.request, Dialect::json, expectation()) == row.json);
    CHECK(answer(row.request, Dialect::query, expectation()) == row.query);
  }
}

// The same code and text but for the code's spelling.
Row both(std::string what, RawRequest request, ErrorCode code, const std::string& message) {
  const auto text = [&](Dialect dialect) { return std::string(error_name(code, dialect)) + ": " + message; };
  return {std::move(what), std::move(request), text(Dialect::json), text(Dialect::query)};
}

const std::string kRequires = "Authorization header requires ";

}  // namespace

TEST_CASE("A complete claim in the header is taken") {
  for (const std::string& header : {
           std::string(kGoodHeader),
           // Free order, separators of any kind, unknown pairs.
           std::string("AWS4-HMAC-SHA256 Signature=abc SignedHeaders=host;x-amz-date Credential=") + kScope,
           std::string("AWS4-HMAC-SHA256 Signature=abc,SignedHeaders=host;x-amz-date,Credential=") + kScope,
           std::string(
               "AWS4-HMAC-SHA256\tX=y, ,,\tSignature=abc, SignedHeaders=x-amz-date;host  Credential=") +
               kScope,
           std::string("  AWS4-HMAC-SHA256 Signature=old, Signature=abc, SignedHeaders=Host, Credential=") +
               kScope,
       }) {
    INFO(header);
    CHECK(answer(with_header(header), Dialect::json, expectation()) == "ok");
    CHECK(answer(with_header(header), Dialect::query, expectation()) == "ok");
    const auto claim = read_claim(with_header(header), Dialect::json).claim;
    REQUIRE(claim);
    CHECK(claim->signature == "abc");
    CHECK(claim->access_key_id == "AKIDEXAMPLE");
    CHECK(claim->scope_date == "20150830");
    CHECK(claim->region == "us-east-1");
    CHECK(claim->service == "kms");
    CHECK(claim->terminator == "aws4_request");
    CHECK_FALSE(claim->presigned);
  }
}

TEST_CASE("A complete claim in the query is taken, escaped or not, whatever X-Amz-Expires says") {
  for (const std::string& target : {
           std::string(kGoodQuery),
           replace(kGoodQuery, "%2F20150830%2Fus-east-1%2Fkms%2F", "/20150830/us-east-1/kms/"),
           without(kGoodQuery, "&X-Amz-Expires=60"),
           replace(kGoodQuery, "X-Amz-Expires=60", "X-Amz-Expires=abc"),
           replace(kGoodQuery, "X-Amz-Expires=60", "X-Amz-Expires=-5"),
           replace(kGoodQuery, "X-Amz-Expires=60", "X-Amz-Expires=9999999"),
           std::string(kGoodQuery) + "&X-Amz-Signature=second&X-Amz-Date=second",
       }) {
    INFO(target);
    CHECK(answer(with_target(target), Dialect::query, expectation()) == "ok");
    const auto claim = read_claim(with_target(target), Dialect::query).claim;
    REQUIRE(claim);
    CHECK(claim->presigned);
    CHECK(claim->signature == "abc");
    CHECK(claim->credential == kScope);
    CHECK(claim->signed_headers == std::vector<std::string>{"host"});
  }
}

TEST_CASE("The session token is read from the header and from the query") {
  RawRequest request = with_header(kGoodHeader);
  request.headers.push_back({"x-AMZ-security-token", " a+b/c== "});
  CHECK(read_claim(request, Dialect::json).claim->session_token == "a+b/c==");
  const RawRequest presigned = with_target(std::string(kGoodQuery) + "&X-Amz-Security-Token=a%2Bb%2Fc%3D%3D");
  CHECK(read_claim(presigned, Dialect::json).claim->session_token == "a+b/c==");
  CHECK(read_claim(with_header(kGoodHeader), Dialect::json).claim->session_token.empty());
}

TEST_CASE("No authentication, or two kinds at once, is refused") {
  RawRequest two = with_target(kGoodQuery);
  two.headers.push_back({"Authorization", kGoodHeader});
  const Row missing = {"nothing", with_target("/"),
                       "MissingAuthenticationTokenException: Missing Authentication Token",
                       "MissingAuthenticationToken: Request is missing Authentication Token"};
  const auto as_missing = [&](std::string what, RawRequest request) {
    return Row{std::move(what), std::move(request), missing.json, missing.query};
  };
  check_rows({
      missing,
      as_missing("an empty Authorization header", with_header("  ")),
      as_missing("a query without X-Amz-Algorithm",
                 with_target(without(kGoodQuery, "X-Amz-Algorithm=AWS4-HMAC-SHA256&"))),
      as_missing("a parameter in another case", with_target(replace(kGoodQuery, "X-Amz-Alg", "x-amz-alg"))),
      {"both", two,
       "InvalidSignatureException: Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' "
       "as HTTP "
       "header.",
       "SignatureDoesNotMatch: "},
  });
}

TEST_CASE("Another scheme or algorithm is refused") {
  const std::string none = "MissingAuthenticationToken: Request is missing Authentication Token";
  const auto unsupported = [](const std::string& algorithm) {
    return "Unsupported AWS 'algorithm': '" + algorithm + "'.";
  };
  check_rows({
      {"a word", with_header("X"),
       "IncompleteSignatureException: " + kRequires + "'Credential' parameter. " + kRequires +
           "'Signature' parameter. " + kRequires + "'SignedHeaders' parameter. Authorization=X",
       none},
      {"Bearer", with_header("Bearer abc"),
       "IncompleteSignatureException: 'abc' not a valid key=value pair (missing equal-sign) in Authorization "
       "header: "
       "'Bearer abc'.",
       none},
      {"Basic", with_header("Basic dXNlcjpw"),
       "IncompleteSignatureException: 'dXNlcjpw' not a valid key=value pair (missing equal-sign) in "
       "Authorization "
       "header: 'Basic dXNlcjpw'.",
       none},
      both("SHA512", with_header(replace(kGoodHeader, "SHA256", "SHA512")), ErrorCode::incomplete_signature,
           unsupported("AWS4-HMAC-SHA512")),
      both("cut short", with_header(replace(kGoodHeader, "SHA256", "SHA25")), ErrorCode::incomplete_signature,
           unsupported("AWS4-HMAC-SHA25")),
      both("lower case", with_header(replace(kGoodHeader, "AWS4-HMAC-SHA256", "AWS4-hmac-sha256")),
           ErrorCode::incomplete_signature, unsupported("AWS4-hmac-sha256")),
      {"in the query", with_target(replace(kGoodQuery, "SHA256", "SHA512")),
       "IncompleteSignatureException: " + unsupported("AWS4-HMAC-SHA512"), none},
      {"empty in the query", with_target(replace(kGoodQuery, "AWS4-HMAC-SHA256", "")),
       "IncompleteSignatureException: AWS query-string parameters must include 'X-Amz-Algorithm'. Re-examine "
       "the "
       "query-string parameters.",
       none},
  });
}

TEST_CASE("What is missing in the Authorization header is named, all of it, in AWS's order") {
  const std::string scheme = "AWS4-HMAC-SHA256 ";
  const std::string credential = std::string("Credential=") + kScope;
  const std::string no_credential = kRequires + "'Credential' parameter. ";
  const std::string no_signature = kRequires + "'Signature' parameter. ";
  const std::string no_headers = kRequires + "'SignedHeaders' parameter. ";
  const std::string no_date = kRequires + "existence of either a 'X-Amz-Date' or a 'Date' header. ";
  struct Missing {
    std::string header, date, sentences;
  };
  for (const Missing& row : std::vector<Missing>{
           {"AWS4-HMAC-SHA256", "", no_credential + no_signature + no_headers + no_date},
           {"AWS4-HMAC-SHA256", kDate, no_credential + no_signature + no_headers},
           {scheme + "Signature=b, SignedHeaders=host", kDate, no_credential},
           {scheme + "Credential=, Signature=b, SignedHeaders=host", kDate, no_credential},
           {scheme + credential + ", SignedHeaders=host", kDate, no_signature},
           {scheme + credential + ", SignedHeaders=host, Signature=", kDate, no_signature},
           {scheme + credential + ", Signature=a", kDate, no_headers},
           {scheme + credential + ", Signature=a, signedheaders=host", kDate, no_headers},
           {kGoodHeader, "", no_date},
           {kGoodHeader, "  ", no_date},
       }) {
    check_rows({both(row.header, with_header(row.header, row.date), ErrorCode::incomplete_signature,
                     row.sentences + "Authorization=" + row.header)});
  }
}

TEST_CASE("A piece of the Authorization header without an equal sign is refused by name") {
  const auto refused = [](const std::string& header, const std::string& piece) {
    return both(header, with_header(header), ErrorCode::incomplete_signature,
                "'" + piece + "' not a valid key=value pair (missing equal-sign) in Authorization header: '" +
                    header + "'.");
  };
  check_rows({
      refused("AWS4-HMAC-SHA256 Credential", "Credential"),
      refused("AWS4-HMAC-SHA256 Credential= AKIDEXAMPLE/x, Signature=b", "AKIDEXAMPLE/x"),
      refused("AWS4-HMAC-SHA256 Credential=a, b c=d", "b"),
      refused(std::string(kGoodHeader) + " tail", "tail"),
  });
}

TEST_CASE("What is missing in a presigned query is named, all of it, in AWS's order") {
  const auto sentence = [](const std::string& name) {
    return "AWS query-string parameters must include '" + name + "'. ";
  };
  const std::string end = "Re-examine the query-string parameters.";
  const auto row = [&](const std::string& target, const std::string& sentences) {
    return both(target, with_target(target), ErrorCode::incomplete_signature, sentences + end);
  };
  check_rows({
      row("/?X-Amz-Algorithm=AWS4-HMAC-SHA256", sentence("X-Amz-Credential") + sentence("X-Amz-Signature") +
                                                    sentence("X-Amz-SignedHeaders") + sentence("X-Amz-Date")),
      row(without(kGoodQuery, "&X-Amz-Signature=abc"), sentence("X-Amz-Signature")),
      row(replace(kGoodQuery, "X-Amz-Signature=abc", "X-Amz-Signature="), sentence("X-Amz-Signature")),
      row(replace(kGoodQuery, "X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders"),
          sentence("X-Amz-SignedHeaders")),
      row(without(kGoodQuery, "&X-Amz-Date=20150830T123600Z"), sentence("X-Amz-Date")),
      row(replace(kGoodQuery, "X-Amz-Credential=", "X-Amz-Credential=&Y="), sentence("X-Amz-Credential")),
  });
}

TEST_CASE("The host must be signed") {
  const std::string text = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
  const auto row = [&](const std::string& list) {
    return both(list, with_header(replace(kGoodHeader, "host;x-amz-date", list)),
                ErrorCode::signature_does_not_match, text);
  };
  check_rows({
      row(""),
      row("x-amz-date"),
      row(";;"),
      row("hosts;x-amz-date"),
      both("presigned", with_target(replace(kGoodQuery, "SignedHeaders=host", "SignedHeaders=x")),
           ErrorCode::signature_does_not_match, text),
  });
}

TEST_CASE("A date that is not ISO 8601 in its basic or extended form is refused") {
  for (const std::string date :
       {"Sun, 30 Aug 2015 12:36:00 GMT", "20150830", "20150830T123600", "20150830T123600z",
        "20151330T123600Z", "20150832T123600Z", "20150229T123600Z", "20150830T243600Z", "20150830T126000Z",
        "20150830T123660Z", "2015-08-30T123600Z", "2015-08-30 12:36:00Z", "20150830T123600+0000",
        "1440938160", "20150830T12360-Z", "99999999T999999Z"}) {
    check_rows({both(date, with_header(kGoodHeader, date), ErrorCode::incomplete_signature,
                     "Date must be in ISO-8601 'basic format'. Got '" + date +
                         "'. See http://en.wikipedia.org/wiki/ISO_8601")});
  }
  CHECK(answer(with_header(kGoodHeader, "2015-08-30T12:36:00Z"), Dialect::json, expectation()) == "ok");
}

TEST_CASE("X-Amz-Date goes before Date, and Date is enough by itself") {
  RawRequest request = with_header(kGoodHeader, "");
  request.headers.push_back({"Date", kDate});
  CHECK(answer(request, Dialect::json, expectation()) == "ok");
  request.headers.push_back({"x-amz-date", "20140830T123600Z"});
  CHECK(read_claim(request, Dialect::json).claim->date == "20140830T123600Z");
  request.headers.insert(request.headers.begin(), {"X-AMZ-DATE", kDate});
  CHECK(read_claim(request, Dialect::json).claim->date == kDate);
}

TEST_CASE("A date outside the window is refused with both times") {
  const std::int64_t signed_at = *parse_date(kDate);
  struct Row {
    std::int64_t window, now;
    std::string message;
  };
  for (const Row& row : std::vector<Row>{
           {300, signed_at, ""},
           {300, signed_at + 300, ""},
           {300, signed_at - 300, ""},
           {900, signed_at + 900, ""},
           {300, signed_at + 301,
            "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 "
            "min.)"},
           {300, signed_at - 301,
            "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z "
            "(20150830T123059Z + 5 "
            "min.)"},
           {900, signed_at + 901,
            "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 "
            "min.)"},
           {900, signed_at - 901,
            "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z "
            "(20150830T122059Z + 15 "
            "min.)"},
           {900, signed_at + 86400 * 366,
            "Signature expired: 20150830T123600Z is now earlier than 20160830T122100Z (20160830T123600Z - 15 "
            "min.)"},
       }) {
    Expectation expected = expectation();
    expected.window_seconds = row.window;
    expected.now = {row.now};
    for (const RawRequest& request : {with_header(kGoodHeader), with_target(kGoodQuery)}) {
      CHECK(answer(request, Dialect::json, expected) ==
            (row.message.empty() ? "ok" : "InvalidSignatureException: " + row.message));
      CHECK(answer(request, Dialect::query, expected) ==
            (row.message.empty() ? "ok" : "SignatureDoesNotMatch: " + row.message));
    }
  }
}

TEST_CASE("With two clocks a date near either is fresh, and the first is the one named") {
  const std::int64_t signed_at = *parse_date(kDate);
  Expectation expected = expectation();
  expected.now = {signed_at + 1000, signed_at + 10};
  CHECK(answer(with_header(kGoodHeader), Dialect::json, expected) == "ok");
  expected.now = {signed_at + 1000, signed_at - 1000};
  CHECK(answer(with_header(kGoodHeader), Dialect::json, expected) ==
        "InvalidSignatureException: Signature expired: 20150830T123600Z is now earlier than 20150830T124740Z "
        "(20150830T125240Z - 5 min.)");
}

TEST_CASE("A credential that has not five elements is refused") {
  for (const std::string credential : {"AKIDEXAMPLE", "AKIDEXAMPLE/20150830/us-east-1/kms",
                                       "AKIDEXAMPLE/20150830/us-east-1/kms/aws4_request/",
                                       "AKID/EXAMPLE/20150830/us-east-1/kms/aws4_request", "///"}) {
    check_rows({both(credential, with_header(replace(kGoodHeader, kScope, credential)),
                     ErrorCode::incomplete_signature,
                     "Credential must have exactly 5 slash-delimited elements, e.g. "
                     "keyid/date/region/service/term, got '" +
                         std::string(credential) + "'")});
  }
}

TEST_CASE("Each error of the scope has its sentence, and all stand together in AWS's order") {
  const std::string region = "Credential should be scoped to a valid region, not 'us-east-2'. ";
  const std::string service = "Credential should be scoped to correct service: 'kms'. ";
  const std::string terminator =
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4_reques'. ";
  const std::string day =
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150831' "
      "!= "
      "'20150830', from '20150830T123600Z'.";
  const auto row = [](const std::string& scope, const std::string& message) {
    return both(scope, with_header(replace(kGoodHeader, kScope, scope)), ErrorCode::signature_does_not_match,
                message);
  };
  check_rows({
      row("AKIDEXAMPLE/20150830/us-east-2/kms/aws4_request", region),
      row("AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request", service),
      row("AKIDEXAMPLE/20150830/us-east-1/kms/aws4_reques", terminator),
      row("AKIDEXAMPLE/20150831/us-east-1/kms/aws4_request", day),
      row("AKIDEXAMPLE/20150831/us-east-2/iam/aws4_reques", region + service + terminator + day),
      row("AKIDEXAMPLE/20150830/us-east-1/KMS/aws4_request", service),
      row("////",
          "Credential should be scoped to a valid region, not ''. " + service +
              "Credential should be scoped with a valid terminator: 'aws4_request', not ''. " +
              "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '' "
              "!= '20150830', from '20150830T123600Z'."),
  });
}

TEST_CASE("Without an expected region any valid-looking one is taken") {
  Expectation expected = expectation();
  expected.region.reset();
  const auto with_region = [&](const std::string& region) {
    return answer(with_header(replace(kGoodHeader, "us-east-1", region)), Dialect::query, expected);
  };
  for (const char* region :
       {"us-east-1", "cn-north-1", "us-gov-west-1", "eu-isoe-west-1", "aws-global", "local"}) {
    CHECK(with_region(region) == "ok");
  }
  for (const std::string& region : {std::string(), std::string("US-EAST-1"), std::string("us_east_1"),
                                    std::string("us.east"), std::string(64, 'a')}) {
    CHECK(with_region(region) ==
          "SignatureDoesNotMatch: Credential should be scoped to a valid region, not '" + region + "'. ");
  }
}

TEST_CASE("The query services refuse broken escapes before anything else; the JSON services do not look") {
  struct Row {
    std::string query, message;
  };
  for (const Row& row :
       std::vector<Row>{{"/?a=%", "Incomplete trailing escape % sequence"},
                        {"/?a=%2", "Incomplete trailing escape % sequence"},
                        {"/?a=%zz&b", "Illegal hex character in escape % pattern: %zz"},
                        {"/?a=%2g", "Illegal hex character in escape % pattern: %2g"},
                        {"/?%20=%20%%20", "Illegal hex character in escape % pattern: %%2"}}) {
    RawRequest request = with_header("nonsense", "");
    request.target = row.query;
    CHECK(answer(request, Dialect::query, expectation()) == "MalformedQueryString: " + row.message);
    request = with_header(kGoodHeader);
    request.target = row.query;
    CHECK(answer(request, Dialect::json, expectation()) == "ok");
  }
}

TEST_CASE("The checks come in AWS's order: each row is wrong in everything from its own check on") {
  const auto code_of = [&](const std::string& header, const std::string& date) {
    return answer(with_header(header, date), Dialect::query, expectation());
  };
  CHECK(code_of("AWS4-HMAC-SHA512 x", "tomorrow") ==
        "IncompleteSignature: Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'.");
  CHECK(code_of("AWS4-HMAC-SHA256 x", "").starts_with("IncompleteSignature: 'x' not a valid key=value pair"));
  CHECK(code_of("AWS4-HMAC-SHA256 Credential=a", "")
            .starts_with("IncompleteSignature: Authorization header requires"));
  CHECK(code_of("AWS4-HMAC-SHA256 Credential=a, Signature=a, SignedHeaders=", "tomorrow")
            .starts_with("SignatureDoesNotMatch: 'Host'"));
  CHECK(code_of("AWS4-HMAC-SHA256 Credential=a, Signature=a, SignedHeaders=host", "tomorrow")
            .starts_with("IncompleteSignature: Date must be"));
  CHECK(code_of("AWS4-HMAC-SHA256 Credential=a, Signature=a, SignedHeaders=host", "20140101T000000Z")
            .starts_with("SignatureDoesNotMatch: Signature expired"));
  CHECK(code_of("AWS4-HMAC-SHA256 Credential=a, Signature=a, SignedHeaders=host", kDate)
            .starts_with("IncompleteSignature: Credential must have exactly 5"));
  CHECK(code_of("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, Signature=a, SignedHeaders=host", kDate)
            .starts_with("SignatureDoesNotMatch: Credential should be scoped to a valid region, not"));
}

TEST_CASE("Header names that are signed twice count once") {
  const auto claim =
      read_claim(with_header(replace(kGoodHeader, "host;x-amz-date", "x-b;Host;;x-b;host;x-a")),
                 Dialect::json)
          .claim;
  REQUIRE(claim);
  CHECK(claim->signed_headers == std::vector<std::string>{"x-b", "host", "x-a"});
}
