// The worked examples of AWS's documentation: the IAM User Guide's ListUsers, and the Amazon S3 API
// reference's.
#include <catch2/catch.hpp>

#include "latchkey/sigv4.h"

using namespace latchkey::sigv4;

namespace {

const Credentials kIam = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
const Credentials kS3 = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};

struct Example {
  std::string name;
  std::string request;
  std::optional<std::int64_t> presign_seconds;
  std::string signature;
};

SigningOptions s3_options() {
  SigningOptions options;
  options.service = "s3";
  options.region = "us-east-1";
  options.date = "20130524T000000Z";
  options.normalize_path = false;
  return options;
}

}  // namespace

TEST_CASE("The IAM User Guide's ListUsers request gets the guide's signature") {
  SigningOptions options;
  options.service = "iam";
  options.region = "us-east-1";
  options.date = "20150830T123600Z";
  options.sign_body = false;
  const auto request = parse_request(
      "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\n"
      "Host: iam.amazonaws.com\n"
      "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n",
      nullptr);
  REQUIRE(request);
  const Signed result = sign(*request, kIam, options);
  CHECK(result.string_to_sign ==
        "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
        "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
  CHECK(result.signature == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST_CASE("The IAM User Guide's signing key") {
  const SigningKey key =
      signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam");
  const SigningKey published = {0xc4, 0xaf, 0xb1, 0xcc, 0x57, 0x71, 0xd8, 0x71, 0x76, 0x3a, 0x39,
                                0x3e, 0x44, 0xb7, 0x03, 0x57, 0x1b, 0x55, 0xcc, 0x28, 0x42, 0x4d,
                                0x1a, 0x5e, 0x86, 0xda, 0x6e, 0xd3, 0xc1, 0x54, 0xa4, 0xb9};
  CHECK(key == published);
}

TEST_CASE("The Amazon S3 API reference's examples get its signatures") {
  const auto example = GENERATE(values<Example>({
      {"GET object", "GET /test.txt HTTP/1.1\nHost: examplebucket.s3.amazonaws.com\nRange: bytes=0-9\n",
       std::nullopt, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
      {"PUT object",
       "PUT /test$file.text HTTP/1.1\nHost: examplebucket.s3.amazonaws.com\n"
       "Date: Fri, 24 May 2013 00:00:00 GMT\nx-amz-storage-class: REDUCED_REDUNDANCY\n\nWelcome to Amazon "
       "S3.",
       std::nullopt, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
      {"GET bucket lifecycle", "GET /?lifecycle HTTP/1.1\nHost: examplebucket.s3.amazonaws.com\n",
       std::nullopt, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
      {"list objects", "GET /?max-keys=2&prefix=J HTTP/1.1\nHost: examplebucket.s3.amazonaws.com\n",
       std::nullopt, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
  }));
  INFO(example.name);
  const auto request = parse_request(example.request, nullptr);
  REQUIRE(request);
  CHECK(sign(*request, kS3, s3_options()).signature == example.signature);
}

TEST_CASE("The Amazon S3 API reference's presigned URL verifies, its body left out of the signature") {
  // S3 leaves the body of every presigned request out; other services are told so by the header.
  const auto request = parse_request(
      "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
      "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
      "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
      "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404 HTTP/1.1\n"
      "Host: examplebucket.s3.amazonaws.com\nx-amz-content-sha256: UNSIGNED-PAYLOAD\n\nany body",
      nullptr);
  REQUIRE(request);
  const auto read = read_claim(*request, Dialect::query);
  REQUIRE(read.claim);
  const SigningKey key = signing_key(kS3.secret_access_key, "20130524", "us-east-1", "s3");
  CHECK(verify_signature(*request, *read.claim, key, false).ok);
}
