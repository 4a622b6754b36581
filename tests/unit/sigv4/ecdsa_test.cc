#include "sigv4/ecdsa.h"

#include <openssl/core_names.h>

#include <catch2/catch.hpp>

#include "sigv4/crypto.h"
#include "sigv4/text.h"
#include "suite.h"

using namespace latchkey::sigv4;

namespace {

std::string unhex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out += static_cast<char>(hex_value(digits[i]) * 16 + hex_value(digits[i + 1]));
  }
  return out;
}

std::string public_point(const KeyPointer& key) {
  unsigned char bytes[65];
  std::size_t size = 0;
  EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes, sizeof bytes, &size);
  return hex(std::string_view(reinterpret_cast<const char*>(bytes), size));
}

// The signature stands in the signed request; everything before it is fixed.
std::string without_signature(std::string text, std::string_view signature) {
  const std::size_t at = text.find(signature);
  return at == std::string::npos ? text : text.erase(at, signature.size());
}

std::string signature_in(std::string_view text, std::string_view label) {
  const std::size_t begin = text.find(label) + label.size();
  return std::string(text.substr(begin, text.find_first_not_of("0123456789abcdef", begin) - begin));
}

}  // namespace

TEST_CASE("SigV4A: the key pair follows from the secret as AWS derives it") {
  const suite::Case test = suite::all("v4a", Algorithm::ecdsa_p256_sha256).front();
  const std::string published = test.file("public-key.json");
  const auto key = ecdsa_key(test.credentials.access_key_id, test.credentials.secret_access_key);
  CHECK(public_point(key) == "04" + suite::member(published, "X") + suite::member(published, "Y"));
  CHECK(public_point(ecdsa_key("AKIDEXAMPLF", test.credentials.secret_access_key)) != public_point(key));
}

TEST_CASE("SigV4A: AWS's suite, canonical request, string to sign and signed request as published") {
  const auto cases = suite::all("v4a", Algorithm::ecdsa_p256_sha256);
  REQUIRE(cases.size() == 38);
  const std::string prefix = GENERATE("header", "query");
  const std::string label = prefix == "header" ? "Signature=" : "X-Amz-Signature=";
  for (const suite::Case& test : cases) {
    INFO(test.name() << ", " << prefix);
    SigningOptions options = test.options;
    if (prefix == "query") options.presign_seconds = test.presign_seconds;
    const Signed result = sign(test.request("request.txt"), test.credentials, options);
    CHECK(result.canonical_request == test.file(prefix + "-canonical-request.txt"));
    CHECK(result.string_to_sign == test.file(prefix + "-string-to-sign.txt"));

    const std::string published = test.file(prefix + "-signed-request.txt");
    CHECK(without_signature(suite::with_line_feeds(to_text(result.request)), result.signature) ==
          without_signature(published, signature_in(published, label)));

    const auto key = ecdsa_key(test.credentials.access_key_id, test.credentials.secret_access_key);
    CHECK(ecdsa_verify(key, result.string_to_sign, unhex(result.signature)));
    CHECK(ecdsa_verify(key, result.string_to_sign, unhex(test.file(prefix + "-signature.txt"))));
    CHECK(ecdsa_verify(key, result.string_to_sign, unhex(signature_in(published, label))));
    CHECK_FALSE(ecdsa_verify(key, result.string_to_sign + " ", unhex(result.signature)));
  }
}

TEST_CASE("SigV4A: what is no signature does not verify") {
  const auto key = ecdsa_key("AKIDEXAMPLE", "secret");
  for (const std::string signature : {"", "30", "3006020101020101", "00000000", "304502210000"}) {
    INFO(signature);
    CHECK_FALSE(ecdsa_verify(key, "text", unhex(signature)));
  }
}

TEST_CASE("SigV4A requests are refused by services that know SigV4 only") {
  const suite::Case test = suite::all("v4a", Algorithm::ecdsa_p256_sha256).front();
  const auto read = read_claim(test.request("header-signed-request.txt"), Dialect::query);
  REQUIRE(read.failure);
  CHECK(read.failure->message == "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.");
}
