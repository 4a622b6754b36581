#include <catch2/catch.hpp>
#include <thread>

#include "latchkey/sigv4.h"
#include "sigv4/crypto.h"
#include "unit/sigv4/requests.h"

using namespace latchkey::sigv4;

namespace {

const Credentials kCredentials = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};

RawRequest kms_request() {
  return {"POST",
          "/",
          {{"Host", "127.0.0.1:4566"},
           {"Content-Type", "application/x-amz-json-1.1"},
           {"X-Amz-Target", "TrentService.Encrypt"}},
          R"({"KeyId":"alias/a","Plaintext":"YQ=="})"};
}

Verdict verdict(const RawRequest& request, const std::string& secret = kCredentials.secret_access_key) {
  const auto read = read_claim(request, Dialect::json);
  REQUIRE(read.claim);
  const Claim& claim = *read.claim;
  return verify_signature(request, claim, signing_key(secret, claim.scope_date, claim.region, claim.service));
}
bool verifies(const RawRequest& request) { return verdict(request).ok; }

void set(RawRequest& request, std::string_view name, const std::string& value) {
  for (Header& header : request.headers) {
    if (header.name == name) header.value = value;
  }
}

}  // namespace

TEST_CASE("A signed request verifies, and with any covered part changed it does not") {
  const RawRequest good = sign(kms_request(), kCredentials, options()).request;
  REQUIRE(verifies(good));
  const auto changed = [&](auto change) {
    RawRequest request = good;
    change(request);
    return verifies(request);
  };
  CHECK_FALSE(changed([](RawRequest& r) { r.body += " "; }));
  CHECK_FALSE(changed([](RawRequest& r) { r.body.clear(); }));
  CHECK_FALSE(changed([](RawRequest& r) { r.method = "GET"; }));
  CHECK_FALSE(changed([](RawRequest& r) { r.target = "/a"; }));
  CHECK_FALSE(changed([](RawRequest& r) { r.target = "/?a"; }));
  CHECK_FALSE(changed([](RawRequest& r) { set(r, "Host", "127.0.0.1"); }));
  CHECK_FALSE(changed([](RawRequest& r) { set(r, "X-Amz-Target", "TrentService.Decrypt"); }));
  CHECK_FALSE(changed([](RawRequest& r) { set(r, "X-Amz-Date", "20150830T123601Z"); }));
  CHECK_FALSE(changed([](RawRequest& r) { r.headers.push_back({"host", "127.0.0.1:4566"}); }));
  CHECK_FALSE(changed([](RawRequest& r) { r.headers.erase(r.headers.begin()); }));
  // What is not covered, or says the same, changes nothing.
  CHECK(changed([](RawRequest& r) { r.headers.push_back({"User-Agent", "x"}); }));
  CHECK(changed([](RawRequest& r) { set(r, "Host", " 127.0.0.1:4566\t"); }));
  CHECK(changed([](RawRequest& r) { std::swap(r.headers[0], r.headers[2]); }));
  CHECK(changed([](RawRequest& r) { r.target = "//./a/../"; }));
}

TEST_CASE("Neither a longer nor a shorter nor an upper-case signature verifies") {
  const Signed good = sign(kms_request(), kCredentials, options());
  const auto with_signature = [&](const std::string& signature) {
    auto claim = *read_claim(good.request, Dialect::json).claim;
    claim.signature = signature;
    const SigningKey key = signing_key(kCredentials.secret_access_key, "20150830", "us-east-1", "kms");
    return verify_signature(good.request, claim, key).ok;
  };
  std::string upper = good.signature;
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  CHECK(with_signature(good.signature));
  CHECK_FALSE(with_signature(upper));
  CHECK_FALSE(with_signature(""));
  CHECK_FALSE(with_signature(good.signature + "0"));
  CHECK_FALSE(with_signature(good.signature.substr(0, 63)));
  CHECK_FALSE(with_signature(std::string(64, '0')));
}

TEST_CASE("A refused signature comes with all that is needed to see why") {
  const Signed good = sign(kms_request(), kCredentials, options());
  const Verdict wrong = verdict(good.request, "another secret");
  CHECK_FALSE(wrong.ok);
  CHECK(wrong.canonical_request == good.canonical_request);
  CHECK(wrong.string_to_sign == good.string_to_sign);
  CHECK(wrong.expected_signature != good.signature);
  CHECK(wrong.expected_signature.size() == 64);
}

TEST_CASE("x-amz-content-sha256 binds the body") {
  RawRequest request = sign(kms_request(), kCredentials, options(true)).request;
  REQUIRE(request.header("x-amz-content-sha256"));
  CHECK(verifies(request));
  request.body += " ";
  CHECK_FALSE(verifies(request));

  // A hash that is signed like any header, but is not the body's.
  RawRequest lying = kms_request();
  lying.headers.push_back({"x-amz-content-sha256", std::string(64, '0')});
  const Signed dropped = sign(lying, kCredentials, options());
  CHECK_FALSE(dropped.request.header("x-amz-content-sha256"));
  RawRequest added = dropped.request;
  added.headers.push_back({"x-amz-content-sha256", std::string(64, '0')});
  CHECK_FALSE(verifies(added));
  added.headers.back().value = hex(sha256(added.body));
  CHECK(verifies(added));
}

TEST_CASE("UNSIGNED-PAYLOAD leaves the body out, but only if the signer said so") {
  RawRequest request = kms_request();
  request.headers.push_back({"x-amz-content-sha256", "UNSIGNED-PAYLOAD"});
  RawRequest open = sign(request, kCredentials, options(true)).request;
  open.body = "anything";
  CHECK(verifies(open));

  RawRequest bound = sign(kms_request(), kCredentials, options()).request;
  bound.headers.push_back({"x-amz-content-sha256", "UNSIGNED-PAYLOAD"});
  CHECK_FALSE(verifies(bound));

  RawRequest presigned = kms_request();
  presigned.target = "/?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD";
  SigningOptions presign = options();
  presign.presign_seconds = 60;
  presigned = sign(presigned, kCredentials, presign).request;
  CHECK_FALSE(verifies(presigned));  // the signer signed the body all the same
}

TEST_CASE("The date may come in its extended form; the basic form is what is signed") {
  RawRequest request = kms_request();
  const Signed good = sign(request, kCredentials, options());
  request = good.request;
  auto claim = *read_claim(request, Dialect::json).claim;
  claim.date = "2015-08-30T12:36:00Z";
  const SigningKey key = signing_key(kCredentials.secret_access_key, "20150830", "us-east-1", "kms");
  CHECK(verify_signature(request, claim, key).ok);
}

TEST_CASE("A token added after signing does not matter in a header and does in the query") {
  Credentials temporary = kCredentials;
  temporary.session_token = "a/b+c==";
  SigningOptions after = options();
  after.omit_session_token = true;
  const RawRequest header = sign(kms_request(), temporary, after).request;
  CHECK(header.header("x-amz-security-token") == "a/b+c==");
  CHECK(verifies(header));
  after.presign_seconds = 60;
  const RawRequest query = sign(kms_request(), temporary, after).request;
  CHECK(read_claim(query, Dialect::json).claim->session_token == "a/b+c==");
  CHECK_FALSE(verifies(query));
}

TEST_CASE("What cannot be signed is refused with one line") {
  const auto reason = [](RawRequest request, Credentials credentials, SigningOptions chosen) -> std::string {
    try {
      sign(std::move(request), credentials, chosen);
      return "";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  SigningOptions chosen = options();
  chosen.date = "yesterday";
  CHECK(reason(kms_request(), kCredentials, chosen) ==
        "the date 'yesterday' is not of the form 20150830T123600Z");
  chosen = options();
  chosen.service.clear();
  CHECK(reason(kms_request(), kCredentials, chosen) == "the service is empty");
  chosen = options();
  chosen.region.clear();
  CHECK(reason(kms_request(), kCredentials, chosen) == "the region is empty");
  chosen = options();
  chosen.presign_seconds = 0;
  CHECK(reason(kms_request(), kCredentials, chosen) == "a presigned request must last at least one second");
  CHECK(reason(kms_request(), {"", "s", ""}, options()) == "the access key id is empty");
  CHECK(reason(kms_request(), {"a", "", ""}, options()) == "the secret access key is empty");
  CHECK(reason({"GET", "/", {}, ""}, kCredentials, options()) ==
        "the request has no Host header, which every signature must cover");
}

TEST_CASE("Headers that proxies rewrite are not signed") {
  RawRequest request = kms_request();
  request.headers.push_back({"User-Agent", "x"});
  request.headers.push_back({"Connection", "close"});
  request.headers.push_back({"Expect", "100-continue"});
  request.headers.push_back({"amz-sdk-request", "attempt=1; max=3"});
  const RawRequest good = sign(request, kCredentials, options()).request;
  CHECK(read_claim(good, Dialect::json).claim->signed_headers ==
        std::vector<std::string>{"amz-sdk-request", "content-type", "host", "x-amz-date", "x-amz-target"});
}

TEST_CASE("The primitives give the published digests") {
  CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, cases 1, 2 and 6 (a key longer than a block).
  CHECK(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(
      hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(hex(hmac_sha256("", "")) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("Many threads verify at once") {
  const RawRequest good = sign(kms_request(), kCredentials, options()).request;
  const Claim claim = *read_claim(good, Dialect::json).claim;
  const SigningKey key = signing_key(kCredentials.secret_access_key, "20150830", "us-east-1", "kms");
  std::vector<int> verified(8);
  std::vector<std::thread> threads;
  for (int& count : verified) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) count += verify_signature(good, claim, key).ok ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(verified == std::vector<int>(8, 200));
}

TEST_CASE("A claim of any size is answered quickly") {
  std::string names = "host";
  for (int i = 0; i < 20'000; ++i) names += ";a";
  RawRequest request = kms_request();
  request.headers.push_back({"X-Amz-Date", "20150830T123600Z"});
  request.headers.push_back({"A", std::string(50'000, 'x')});
  request.headers.push_back(
      {"Authorization", "AWS4-HMAC-SHA256 Credential=a/20150830/us-east-1/kms/aws4_request, SignedHeaders=" +
                            names + ", Signature=x"});
  const Verdict result = verdict(request);
  CHECK_FALSE(result.ok);
  CHECK(result.canonical_request.size() < 60'000);
}
