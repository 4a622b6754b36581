#include <catch2/catch.hpp>

#include "core/encoding.h"
#include "kms/wrapping.h"
#include "support/aws_test.h"
#include "support/wrapping.h"

using namespace latchkey;
using latchkey::test::AwsTest;
using latchkey::test::Reply;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr char kForEver[] = R"(,"ExpirationModel":"KEY_MATERIAL_DOES_NOT_EXPIRE")";
const std::string kMaterial(32, 'm');
const std::string kOther(32, 'o');

std::string of(const std::string& key, const std::string& more = "") { return R"({"KeyId":")" + key + "\"" + more + "}"; }

std::string external_key(AwsTest& aws, const std::string& more = "") {
  return aws.key(R"({"Origin":"EXTERNAL")" + more + "}");
}

Reply parameters(AwsTest& aws, const std::string& key, const std::string& algorithm = "RSAES_OAEP_SHA_256",
                 const std::string& spec = "RSA_2048", std::string_view region = "us-east-1") {
  return aws.kms("GetParametersForImport",
                 of(key, R"(,"WrappingAlgorithm":")" + algorithm + R"(","WrappingKeySpec":")" + spec + "\""), {}, region);
}

std::string import_input(const Reply& parameters, const std::string& key, const std::string& wrapped,
                         const std::string& more) {
  return of(key, R"(,"ImportToken":")" + parameters["ImportToken"] + R"(","EncryptedKeyMaterial":")" +
                     base64_encode(wrapped) + "\"" + more);
}

Reply import(AwsTest& aws, const std::string& key, const std::string& material = kMaterial,
             const std::string& more = kForEver, const std::string& algorithm = "RSAES_OAEP_SHA_256") {
  const Reply got = parameters(aws, key, algorithm);
  REQUIRE(got.status == 200);
  const std::string wrapped = test::wrap(*base64_decode(got["PublicKey"]), algorithm, material);
  return aws.kms("ImportKeyMaterial", import_input(got, key, wrapped, more));
}

Reply encrypt(AwsTest& aws, const std::string& key) { return aws.kms("Encrypt", of(key, R"(,"Plaintext":"aGVsbG8=")")); }

Reply decrypt(AwsTest& aws, const std::string& blob) {
  return aws.kms("Decrypt", R"({"CiphertextBlob":")" + blob + "\"}");
}

std::string valid_to(std::int64_t days) { return R"(,"ValidTo":)" + std::to_string(1'893'456'000 + days * 86'400); }

std::string state(AwsTest& aws, const std::string& key) {
  return aws.kms("DescribeKey", of(key))["KeyMetadata.KeyState"];
}

}  // namespace

TEST_CASE("a key without material waits for its import and works with what is imported") {
  AwsTest aws;
  const std::string key = external_key(aws);
  const auto made = aws.kms("DescribeKey", of(key));
  CHECK(made["KeyMetadata.KeyState"] == "PendingImport");
  CHECK(made["KeyMetadata.Enabled"] == "false");
  CHECK(made["KeyMetadata.Origin"] == "EXTERNAL");
  CHECK(made["KeyMetadata.CurrentKeyMaterialId"].empty());
  CHECK(made["KeyMetadata.ExpirationModel"].empty());
  CHECK(encrypt(aws, key).code == "KMSInvalidStateException");
  CHECK(encrypt(aws, key).message == key + " is pending import.");
  const auto algorithm = GENERATE(as<std::string>(), "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256");
  const auto imported = import(aws, key, kMaterial, kForEver, algorithm);
  CHECK(imported.status == 200);
  CHECK(imported["KeyId"] == key);
  const auto after = aws.kms("DescribeKey", of(key));
  CHECK(after["KeyMetadata.KeyState"] == "Enabled");
  CHECK(after["KeyMetadata.ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE");
  CHECK(after["KeyMetadata.CurrentKeyMaterialId"] == imported["KeyMaterialId"]);
  CHECK(imported["KeyMaterialId"].size() == 64);
  const auto blob = encrypt(aws, key);
  REQUIRE(blob.status == 200);
  CHECK(decrypt(aws, blob["CiphertextBlob"])["Plaintext"] == "aGVsbG8=");
}

TEST_CASE("the parameters of an import live for a day") {
  AwsTest aws;
  const std::string key = external_key(aws);
  const auto got = parameters(aws, key);
  CHECK(got["KeyId"] == key);
  CHECK(got["ParametersValidTo"] == std::to_string(1'893'456'000 + 86'400));
  const std::string input =
      import_input(got, key, test::wrap(*base64_decode(got["PublicKey"]), "RSAES_OAEP_SHA_256", kMaterial), kForEver);
  aws.clock.advance(kDayMs);
  CHECK(aws.kms("ImportKeyMaterial", input).code == "ExpiredImportTokenException");
  aws.clock.advance(-1);
  CHECK(aws.kms("ImportKeyMaterial", input).status == 200);
}

TEST_CASE("an import is refused when token, wrapping or material are not what they should be") {
  AwsTest aws;
  const std::string key = external_key(aws);
  const auto got = parameters(aws, key);
  const std::string public_key = *base64_decode(got["PublicKey"]);
  const std::string good = test::wrap(public_key, "RSAES_OAEP_SHA_256", kMaterial);
  const auto send = [&](const std::string& to, const std::string& wrapped) {
    return aws.kms("ImportKeyMaterial", import_input(got, to, wrapped, kForEver));
  };
  CHECK(send(external_key(aws), good).code == "InvalidImportTokenException");
  std::string broken = good;
  broken[7] = static_cast<char>(broken[7] ^ 1);
  CHECK(send(key, broken).code == "InvalidCiphertextException");
  CHECK(send(key, "x").code == "InvalidCiphertextException");
  CHECK(send(key, test::wrap(public_key, "RSAES_OAEP_SHA_1", kMaterial)).code == "InvalidCiphertextException");
  CHECK(send(key, test::wrap(public_key, "RSAES_OAEP_SHA_256", "short")).code == "IncorrectKeyMaterialException");
  CHECK(send(key, test::wrap(public_key, "RSAES_OAEP_SHA_256", kMaterial + "x")).code == "IncorrectKeyMaterialException");
  std::string token = *base64_decode(got["ImportToken"]);
  token.back() = static_cast<char>(token.back() ^ 1);
  for (const std::string& bad : {token, std::string("x"), std::string(64, '\0')}) {
    const auto refused = aws.kms("ImportKeyMaterial", of(key, R"(,"ImportToken":")" + base64_encode(bad) +
                                                                  R"(","EncryptedKeyMaterial":")" + base64_encode(good) +
                                                                  "\"" + kForEver));
    CHECK(refused.code == "InvalidImportTokenException");
  }
  CHECK(state(aws, key) == "PendingImport");
}

TEST_CASE("what the wrapping algorithms are for, and keys that take no material") {
  AwsTest aws;
  const std::string key = external_key(aws);
  CHECK(parameters(aws, key, "RSAES_PKCS1_V1_5").code == "UnsupportedOperationException");
  CHECK(parameters(aws, key, "RSA_AES_KEY_WRAP_SHA_256").code == "UnsupportedOperationException");
  CHECK(parameters(aws, key, "SM2PKE", "SM2").code == "UnsupportedOperationException");
  CHECK(parameters(aws, key, "RSAES_OAEP_SHA_256", "SM2").code == "UnsupportedOperationException");
  CHECK(parameters(aws, key, "NONE").code == "ValidationException");
  const std::string own = aws.key();
  CHECK(parameters(aws, own).code == "UnsupportedOperationException");
  CHECK(parameters(aws, own).message == own + " origin is AWS_KMS which is not valid for this operation.");
  CHECK(aws.kms("DeleteImportedKeyMaterial", of(own)).message ==
        own + " origin is AWS_KMS which is not valid for this operation.");
  REQUIRE(aws.kms("ScheduleKeyDeletion", of(key)).status == 200);
  CHECK(parameters(aws, key).message == key + " is pending deletion.");
}

TEST_CASE("in China material is wrapped with SM2 too") {
  AwsTest aws;
  const auto made = aws.kms("CreateKey", R"({"Origin":"EXTERNAL"})", {}, "cn-north-1");
  const std::string key = made["KeyMetadata.Arn"];
  const auto got = parameters(aws, key, "SM2PKE", "SM2", "cn-north-1");
  REQUIRE(got.status == 200);
  const std::string wrapped = test::wrap(*base64_decode(got["PublicKey"]), "SM2PKE", kMaterial);
  CHECK(aws.kms("ImportKeyMaterial", import_input(got, key, wrapped, kForEver), {}, "cn-north-1").status == 200);
}

TEST_CASE("material expires unless the caller says that it does not") {
  AwsTest aws;
  const std::string key = external_key(aws);
  const auto [more, message] = GENERATE(table<std::string, std::string>({
      {"", "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"},
      {R"(,"ExpirationModel":"KEY_MATERIAL_EXPIRES")",
       "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"},
      {valid_to(0), "The validTo date must be in the future"},
      {valid_to(366), "The validTo date must not be more than 365 days in the future"},
      {std::string(kForEver) + valid_to(1),
       "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE"},
  }));
  const auto refused = import(aws, key, kMaterial, more);
  CHECK(refused.code == "ValidationException");
  CHECK(refused.message == message);
}

TEST_CASE("expired material makes the key wait for the same material again") {
  AwsTest aws;
  const std::string key = external_key(aws);
  REQUIRE(import(aws, key, kMaterial, valid_to(10)).status == 200);
  CHECK(aws.kms("DescribeKey", of(key))["KeyMetadata.ExpirationModel"] == "KEY_MATERIAL_EXPIRES");
  CHECK(aws.kms("DescribeKey", of(key))["KeyMetadata.ValidTo"] == std::to_string(1'893'456'000 + 864'000));
  const std::string blob = encrypt(aws, key)["CiphertextBlob"];
  aws.clock.advance(10 * kDayMs - 1);
  CHECK(decrypt(aws, blob).status == 200);
  aws.clock.advance(1);
  CHECK(decrypt(aws, blob).message == key + " is pending import.");
  const auto waiting = aws.kms("DescribeKey", of(key));
  CHECK(waiting["KeyMetadata.KeyState"] == "PendingImport");
  CHECK(waiting["KeyMetadata.ExpirationModel"].empty());
  CHECK(waiting["KeyMetadata.CurrentKeyMaterialId"].size() == 64);
  CHECK(import(aws, key, kOther).code == "IncorrectKeyMaterialException");
  CHECK(import(aws, key).status == 200);
  CHECK(decrypt(aws, blob)["Plaintext"] == "aGVsbG8=");
  aws.clock.advance(3650 * kDayMs);
  CHECK(decrypt(aws, blob).status == 200);
}

TEST_CASE("deleted material keeps its id, and only the same comes back") {
  AwsTest aws;
  const std::string key = external_key(aws);
  CHECK(aws.kms("DeleteImportedKeyMaterial", of(key))["KeyMaterialId"].empty());
  const std::string id = import(aws, key)["KeyMaterialId"];
  const std::string blob = encrypt(aws, key)["CiphertextBlob"];
  const auto deleted = aws.kms("DeleteImportedKeyMaterial", of(key));
  CHECK(deleted["KeyId"] == key);
  CHECK(deleted["KeyMaterialId"] == id);
  const auto after = aws.kms("DescribeKey", of(key));
  CHECK(after["KeyMetadata.KeyState"] == "PendingImport");
  CHECK(after["KeyMetadata.ExpirationModel"].empty());
  CHECK(after["KeyMetadata.CurrentKeyMaterialId"] == id);
  CHECK(decrypt(aws, blob).code == "KMSInvalidStateException");
  CHECK(aws.kms("DeleteImportedKeyMaterial", of(key, R"(,"KeyMaterialId":")" + std::string(64, 'a') + "\"")).code ==
        "NotFoundException");
  CHECK(import(aws, key, kOther).code == "IncorrectKeyMaterialException");
  CHECK(import(aws, key)["KeyMaterialId"] == id);
  CHECK(decrypt(aws, blob).status == 200);
  REQUIRE(aws.kms("DeleteImportedKeyMaterial", of(key)).status == 200);
  REQUIRE(aws.kms("ScheduleKeyDeletion", of(key)).status == 200);
  REQUIRE(aws.kms("CancelKeyDeletion", of(key)).status == 200);
  CHECK(state(aws, key) == "PendingImport");
}

TEST_CASE("new material waits for a rotation on demand, and there is only one that waits") {
  AwsTest aws;
  const std::string key = external_key(aws);
  CHECK(aws.kms("RotateKeyOnDemand", of(key)).message == key + " is pending import.");
  const std::string first = import(aws, key, kMaterial, std::string(kForEver) + R"(,"KeyMaterialDescription":"one")")["KeyMaterialId"];
  CHECK(aws.kms("RotateKeyOnDemand", of(key)).message ==
        "No available key material pending rotation for the key: " + key + ".");
  const std::string blob = encrypt(aws, key)["CiphertextBlob"];
  const std::string more = std::string(kForEver) + R"(,"ImportType":"NEW_KEY_MATERIAL")";
  const std::string second = import(aws, key, kOther, more)["KeyMaterialId"];
  CHECK(second.size() == 64);
  CHECK(second != first);
  CHECK(aws.kms("DescribeKey", of(key))["KeyMetadata.CurrentKeyMaterialId"] == first);
  const auto third = import(aws, key, std::string(32, 't'), more);
  CHECK(third.code == "KMSInvalidStateException");
  CHECK(third.message.find("cannot be imported into KMS key " + key.substr(key.rfind('/') + 1) +
                           ", because another key material (id: " + second + ") is pending rotation.") != std::string::npos);
  const auto list = aws.kms("ListKeyRotations", of(key, R"(,"IncludeKeyMaterial":"ALL_KEY_MATERIAL")"));
  CHECK(list["Rotations.0.KeyMaterialState"] == "CURRENT");
  CHECK(list["Rotations.0.KeyMaterialDescription"] == "one");
  CHECK(list["Rotations.0.ImportState"] == "IMPORTED");
  CHECK(list["Rotations.1.KeyMaterialState"] == "PENDING_ROTATION");
  CHECK(list["Rotations.1.RotationDate"].empty());
  REQUIRE(aws.kms("RotateKeyOnDemand", of(key)).status == 200);
  CHECK(aws.kms("DescribeKey", of(key))["KeyMetadata.CurrentKeyMaterialId"] == second);
  CHECK(decrypt(aws, blob)["KeyMaterialId"] == first);
  // Without any of its materials the key does nothing, though the other would do.
  REQUIRE(aws.kms("DeleteImportedKeyMaterial", of(key, R"(,"KeyMaterialId":")" + first + "\"")).status == 200);
  CHECK(encrypt(aws, key).message == key + " is pending import.");
  const auto after = aws.kms("ListKeyRotations", of(key, R"(,"IncludeKeyMaterial":"ALL_KEY_MATERIAL")"));
  CHECK(after["Rotations.0.ImportState"] == "PENDING_IMPORT");
  CHECK(after["Rotations.0.KeyMaterialDescription"] == "one");
  CHECK(import(aws, key, kMaterial, std::string(kForEver) + R"(,"KeyMaterialId":")" + second + "\"").code ==
        "IncorrectKeyMaterialException");
  CHECK(import(aws, key, kMaterial, std::string(kForEver) + R"(,"KeyMaterialId":")" + first + "\"").status == 200);
  CHECK(decrypt(aws, blob).status == 200);
}

TEST_CASE("material that waits for its rotation can be taken back") {
  AwsTest aws;
  const std::string key = external_key(aws);
  REQUIRE(import(aws, key).status == 200);
  const std::string more = std::string(kForEver) + R"(,"ImportType":"NEW_KEY_MATERIAL")";
  const std::string id = import(aws, key, kOther, more)["KeyMaterialId"];
  REQUIRE(aws.kms("DeleteImportedKeyMaterial", of(key, R"(,"KeyMaterialId":")" + id + "\"")).status == 200);
  CHECK(state(aws, key) == "Enabled");
  CHECK(import(aws, key, std::string(32, 't'), more).status == 200);
  CHECK(import(aws, key, kOther, more + R"(,"KeyMaterialId":")" + id + "\"").message ==
        "KeyMaterialId cannot be specified with the ImportType NEW_KEY_MATERIAL.");
}

TEST_CASE("a policy may demand how material is wrapped and that it expires") {
  AwsTest aws;
  const std::string key = external_key(aws);
  const auto careful = aws.user("careful", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:GetParametersForImport","Resource":"*","Condition":{"StringEquals":{"kms:WrappingAlgorithm":"RSAES_OAEP_SHA_256","kms:WrappingKeySpec":"RSA_2048"}}},{"Effect":"Allow","Action":"kms:ImportKeyMaterial","Resource":"*","Condition":{"StringEquals":{"kms:ExpirationModel":"KEY_MATERIAL_EXPIRES"},"DateLessThan":{"kms:ValidTo":"2030-02-01T00:00:00Z"}}}]})");
  const auto ask = [&](const std::string& algorithm) {
    return aws.kms("GetParametersForImport",
                   of(key, R"(,"WrappingAlgorithm":")" + algorithm + R"(","WrappingKeySpec":"RSA_2048")"), careful);
  };
  CHECK(ask("RSAES_OAEP_SHA_1").code == "AccessDeniedException");
  const auto got = ask("RSAES_OAEP_SHA_256");
  REQUIRE(got.status == 200);
  const std::string wrapped = test::wrap(*base64_decode(got["PublicKey"]), "RSAES_OAEP_SHA_256", kMaterial);
  CHECK(aws.kms("ImportKeyMaterial", import_input(got, key, wrapped, kForEver), careful).code == "AccessDeniedException");
  CHECK(aws.kms("ImportKeyMaterial", import_input(got, key, wrapped, valid_to(40)), careful).code == "AccessDeniedException");
  CHECK(aws.kms("ImportKeyMaterial", import_input(got, key, wrapped, valid_to(4)), careful).status == 200);
}

TEST_CASE("what is under an AES key is unwrapped whole or not at all") {
  static const std::string pair = kms::new_wrapping_key("RSA_2048");
  const std::string material(1217, 'p');
  const auto algorithm = GENERATE(as<std::string>(), "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256");
  const std::string wrapped = test::wrap(kms::wrapping_public_key(pair), algorithm, material);
  CHECK(kms::unwrap(pair, algorithm, wrapped) == material);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{256}, std::size_t{264}, wrapped.size() - 1}) {
    CHECK_FALSE(kms::unwrap(pair, algorithm, wrapped.substr(0, size)));
  }
  std::string broken = wrapped;
  broken.back() = static_cast<char>(broken.back() ^ 1);
  CHECK_FALSE(kms::unwrap(pair, algorithm, broken));
}
