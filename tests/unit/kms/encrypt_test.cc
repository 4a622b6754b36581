#include <catch2/catch.hpp>

#include "core/encoding.h"
#include "kms/ciphertext.h"
#include "support/aws_test.h"

using namespace latchkey;
using latchkey::test::allow;
using latchkey::test::AwsTest;

namespace {

std::string encrypt(AwsTest& aws, const std::string& key, const std::string& context = "{}") {
  const auto reply = aws.kms("Encrypt", R"({"KeyId":")" + key + R"(","Plaintext":"aGVsbG8=","EncryptionContext":)" +
                                            context + "}");
  REQUIRE(reply.status == 200);
  return reply["CiphertextBlob"];
}

std::string decrypt_input(const std::string& blob, const std::string& more = "") {
  return R"({"CiphertextBlob":")" + blob + "\"" + more + "}";
}

}  // namespace

TEST_CASE("what a key encrypts it decrypts, found from the ciphertext alone") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string blob = encrypt(aws, key);
  CHECK(base64_decode(blob)->size() == 5 + kms::kCiphertextOverhead);
  const auto opened = aws.kms("Decrypt", decrypt_input(blob));
  CHECK(opened.status == 200);
  CHECK(opened["Plaintext"] == "aGVsbG8=");
  CHECK(opened["KeyId"] == key);
  CHECK(opened["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT");
  CHECK(opened["KeyMaterialId"].size() == 64);
}

TEST_CASE("a key is named by id, ARN, alias and alias ARN") {
  AwsTest aws;
  const std::string arn = aws.key();
  const std::string id = arn.substr(arn.rfind('/') + 1);
  REQUIRE(aws.kms("CreateAlias", R"({"AliasName":"alias/a","TargetKeyId":")" + id + "\"}").status == 200);
  const auto name = GENERATE_COPY(as<std::string>(), id, arn, std::string("alias/a"),
                                  std::string("arn:aws:kms:us-east-1:000000000000:alias/a"));
  CAPTURE(name);
  const auto opened = aws.kms("Decrypt", decrypt_input(encrypt(aws, name), R"(,"KeyId":")" + name + "\""));
  CHECK(opened["KeyId"] == arn);
}

TEST_CASE("a ciphertext is bound to its encryption context, in any order") {
  AwsTest aws;
  const std::string blob = encrypt(aws, aws.key(), R"({"a":"bc","aws-crypto-public-key":"x"})");
  CHECK(aws.kms("Decrypt", decrypt_input(blob, R"(,"EncryptionContext":{"aws-crypto-public-key":"x","a":"bc"})")).status == 200);
  const auto context = GENERATE(as<std::string>(), "{}", R"({"a":"bc"})", R"({"ab":"c","aws-crypto-public-key":"x"})",
                                R"({"a":"BC","aws-crypto-public-key":"x"})", R"({"A":"bc","aws-crypto-public-key":"x"})",
                                R"({"a":"bc","aws-crypto-public-key":"x","b":""})");
  CAPTURE(context);
  const auto refused = aws.kms("Decrypt", decrypt_input(blob, R"(,"EncryptionContext":)" + context));
  CHECK(refused.status == 400);
  CHECK(refused.body == R"({"__type":"InvalidCiphertextException"})");
}

TEST_CASE("a ciphertext with any bit changed is InvalidCiphertext, or belongs to no key") {
  AwsTest aws;
  std::string bytes = *base64_decode(encrypt(aws, aws.key()));
  const std::size_t at = GENERATE(range(std::size_t{0}, std::size_t{157}, std::size_t{4}));
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  const auto refused = aws.kms("Decrypt", decrypt_input(base64_encode(bytes)));
  CAPTURE(at, refused.body);
  CHECK(refused.status == 400);
  // Bytes 4 to 35 name the key material.
  CHECK(refused.code == (at >= 4 && at < 36 ? "AccessDeniedException" : "InvalidCiphertextException"));
}

TEST_CASE("what is no ciphertext is InvalidCiphertext without a message") {
  AwsTest aws;
  const auto blob = GENERATE(as<std::string>(), "AA==", "AQICAHg=", "TEsBAQ==");
  const auto refused = aws.kms("Decrypt", decrypt_input(blob));
  CHECK(refused.body == R"({"__type":"InvalidCiphertextException"})");
}

TEST_CASE("Decrypt with another key than the ciphertext's is IncorrectKey") {
  AwsTest aws;
  const std::string blob = encrypt(aws, aws.key());
  const auto refused = aws.kms("Decrypt", decrypt_input(blob, R"(,"KeyId":")" + aws.key() + "\""));
  CHECK(refused.code == "IncorrectKeyException");
  CHECK(refused.message == "The key ID in the request does not identify a CMK that can perform this operation.");
}

TEST_CASE("ReEncrypt moves a ciphertext to another key and context") {
  AwsTest aws;
  const std::string from = aws.key();
  const std::string to = aws.key();
  const std::string blob = encrypt(aws, from, R"({"a":"b"})");
  const auto moved = aws.kms("ReEncrypt", decrypt_input(blob, R"(,"SourceEncryptionContext":{"a":"b"},"DestinationKeyId":")" +
                                                                  to + R"(","DestinationEncryptionContext":{"c":"d"})"));
  REQUIRE(moved.status == 200);
  CHECK(moved["SourceKeyId"] == from);
  CHECK(moved["KeyId"] == to);
  const auto opened = aws.kms("Decrypt", decrypt_input(moved["CiphertextBlob"], R"(,"EncryptionContext":{"c":"d"})"));
  CHECK(opened["Plaintext"] == "aGVsbG8=");
  CHECK(opened["KeyId"] == to);
  CHECK(aws.kms("ReEncrypt", decrypt_input(blob, R"(,"DestinationKeyId":")" + to + "\"")).code == "InvalidCiphertextException");
}

TEST_CASE("data keys come as plaintext and ciphertext of the same bytes") {
  AwsTest aws;
  const std::string key = aws.key();
  const auto [size, bytes] = GENERATE(table<std::string, std::size_t>(
      {{R"("KeySpec":"AES_256")", 32}, {R"("KeySpec":"AES_128")", 16}, {R"("NumberOfBytes":1024)", 1024}}));
  const auto made = aws.kms("GenerateDataKey", R"({"KeyId":")" + key + "\"," + size + "}");
  REQUIRE(made.status == 200);
  CHECK(base64_decode(made["Plaintext"])->size() == bytes);
  CHECK(aws.kms("Decrypt", decrypt_input(made["CiphertextBlob"]))["Plaintext"] == made["Plaintext"]);
  const auto blind = aws.kms("GenerateDataKeyWithoutPlaintext", R"({"KeyId":")" + key + "\"," + size + "}");
  CHECK(blind["Plaintext"].empty());
  CHECK(base64_decode(aws.kms("Decrypt", decrypt_input(blind["CiphertextBlob"]))["Plaintext"])->size() == bytes);
}

TEST_CASE("inputs that the model or KMS forbids get AWS's sentence") {
  AwsTest aws;
  const std::string key = aws.key();
  const auto [operation, input, code, message] = GENERATE_COPY(table<std::string, std::string, std::string, std::string>({
      {"Encrypt", R"({"KeyId":"K"})", "ValidationException", "1 validation error detected: Value null at 'plaintext' failed to satisfy constraint: Member must not be null"},
      {"Encrypt", R"({"KeyId":"K","Plaintext":")" + base64_encode(std::string(4097, 'x')) + "\"}", "ValidationException", "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096"},
      {"Encrypt", R"({"KeyId":"K","Plaintext":"aGk=","EncryptionAlgorithm":"RSAES_OAEP_SHA_256"})", "InvalidKeyUsageException", "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT."},
      {"Encrypt", R"({"KeyId":"K","Plaintext":"aGk=","GrantTokens":["x"]})", "InvalidGrantTokenException", "The grant token is invalid."},
      {"Encrypt", R"({"KeyId":"K","Plaintext":"aGk=","DryRun":true})", "DryRunOperationException", "The request would have succeeded, but the DryRun option is set."},
      {"GenerateRandom", "{}", "ValidationException", "NumberOfBytes is required."},
      {"GenerateRandom", R"({"NumberOfBytes":0})", "ValidationException", "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1"},
      {"GenerateRandom", R"({"NumberOfBytes":1025})", "ValidationException", "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024"},
      {"GenerateRandom", R"({"NumberOfBytes":"5"})", "SerializationException", "STRING_VALUE can not be converted to an Integer"},
      {"GenerateDataKey", R"({"KeyId":"K"})", "ValidationException", "Please specify either number of bytes or key spec."},
      {"GenerateDataKey", R"({"KeyId":"K","NumberOfBytes":5,"KeySpec":"AES_256"})", "ValidationException", "Please specify either number of bytes or key spec."},
  }));
  std::string json = input;
  if (const auto at = json.find("\"K\""); at != std::string::npos) json.replace(at + 1, 1, key);
  CAPTURE(operation, input);
  const auto reply = aws.kms(operation, json);
  CHECK(reply.status == 400);
  CHECK(reply.code == code);
  CHECK(reply.message == message);
}

TEST_CASE("keys that are not there are named as AWS names them") {
  AwsTest aws;
  const auto [id, message] = GENERATE(table<std::string, std::string>({
      {"fake-key-id", "Invalid keyId 'fake-key-id'"},
      {"1234abcd12ab34cd56ef1234567890ab", "Invalid keyId '1234abcd12ab34cd56ef1234567890ab'"},
      {"1234abcd-12ab-34cd-56ef-1234567890ab", "Key 'arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab' does not exist"},
      {"mrk-1234abcd12ab34cd56ef1234567890ab", "Key 'arn:aws:kms:us-east-1:000000000000:key/mrk-1234abcd12ab34cd56ef1234567890ab' does not exist"},
      {"arn:aws:kms:eu-west-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab", "Invalid arn eu-west-1"},
      {"alias/none", "Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found."},
  }));
  const auto reply = aws.kms("DescribeKey", R"({"KeyId":")" + id + "\"}");
  CHECK(reply.status == 400);
  CHECK(reply.code == "NotFoundException");
  CHECK(reply.message == message);
}

TEST_CASE("a disabled key and one that waits for deletion refuse cryptography") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string blob = encrypt(aws, key);
  const std::string id = R"({"KeyId":")" + key + "\"}";
  REQUIRE(aws.kms("DisableKey", id).status == 200);
  CHECK(aws.kms("Decrypt", decrypt_input(blob)).code == "DisabledException");
  CHECK(aws.kms("Decrypt", decrypt_input(blob)).message == key + " is disabled.");
  REQUIRE(aws.kms("EnableKey", id).status == 200);
  CHECK(aws.kms("Decrypt", decrypt_input(blob)).status == 200);
  REQUIRE(aws.kms("ScheduleKeyDeletion", id).status == 200);
  CHECK(aws.kms("Decrypt", decrypt_input(blob)).code == "KMSInvalidStateException");
  CHECK(aws.kms("EnableKey", id).message == key + " is pending deletion.");
}

TEST_CASE("denials name the key and the missing policy, and hide other accounts' keys") {
  AwsTest aws;
  const std::string key = aws.key();
  const std::string blob = encrypt(aws, key);
  const auto nobody = aws.user("nobody");
  const std::string who = "User: arn:aws:iam::000000000000:user/nobody is not authorized to perform: ";
  const auto refused = aws.kms("DisableKey", R"({"KeyId":")" + key + "\"}", nobody);
  CHECK(refused.status == 400);
  CHECK(refused.code == "AccessDeniedException");
  CHECK(refused.message == who + "kms:DisableKey on resource: " + key + " because no identity-based policy allows the kms:DisableKey action");
  CHECK(refused.body.find("\"Message\"") != std::string::npos);
  CHECK(aws.kms("Decrypt", decrypt_input(blob), nobody).message ==
        who + "kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action");
  CHECK(aws.kms("CreateKey", "{}", nobody).message == who + "kms:CreateKey on resource: * because no identity-based policy allows the kms:CreateKey action");
  const test::Caller other{"111122223333", "test"};
  CHECK(aws.kms("Encrypt", R"({"KeyId":")" + key + R"(","Plaintext":"aGk="})", other).message ==
        "User: arn:aws:iam::111122223333:root is not authorized to perform: kms:Encrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access");
  CHECK(aws.kms("Decrypt", decrypt_input(blob), other).message ==
        "User: arn:aws:iam::111122223333:root is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access");
}

TEST_CASE("a key policy that does not delegate makes IAM policies count for nothing") {
  AwsTest aws;
  const auto admin = aws.user("admin", allow("kms:*"));
  const std::string policy = R"({\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::000000000000:user/admin\"},\"Action\":[\"kms:PutKeyPolicy\",\"kms:DescribeKey\"],\"Resource\":\"*\"}]})";
  const std::string key = aws.key(R"({"Policy":")" + policy + "\"}", admin);
  CHECK(aws.kms("DescribeKey", R"({"KeyId":")" + key + "\"}", admin).status == 200);
  CHECK(aws.kms("DisableKey", R"({"KeyId":")" + key + "\"}", admin).message ==
        "User: arn:aws:iam::000000000000:user/admin is not authorized to perform: kms:DisableKey on resource: " + key +
            " because no resource-based policy allows the kms:DisableKey action");
  CHECK(aws.kms("DescribeKey", R"({"KeyId":")" + key + "\"}").code == "AccessDeniedException");
}

TEST_CASE("the ciphertext layout is frozen: a blob made long ago decrypts for ever") {
  const KeyMaterial material{std::string(64, 'a'), Secret(std::string(32, 'k')), {}};
  Random random(42);
  const Members context{{"tenant", "a"}};
  const std::string blob = kms::seal(material, context, "golden", random);
  CHECK(kms::open(material, context, blob) == "golden");
  CHECK_FALSE(kms::open(material, Members(), blob));
  CHECK(kms::encode_context(Members{{"b", "1"}, {"a", "bc"}}) ==
        std::string("\0\0\0\1a\0\0\0\2bc\0\0\0\1b\0\0\0\1" "1", 21));
}
