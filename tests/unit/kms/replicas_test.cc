#include <catch2/catch.hpp>

#include "core/encoding.h"
#include "support/aws_test.h"
#include "support/wrapping.h"

using namespace latchkey;
using latchkey::test::AwsTest;
using latchkey::test::Caller;
using latchkey::test::Reply;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr char kAway[] = "eu-west-1";

std::string of(const std::string& key, const std::string& more = "") { return R"({"KeyId":")" + key + "\"" + more + "}"; }

// The id of a new primary in us-east-1.
std::string primary(AwsTest& aws, const std::string& more = "") {
  const std::string arn = aws.key(R"({"MultiRegion":true)" + more + "}");
  return arn.substr(arn.rfind('/') + 1);
}

Reply replicate(AwsTest& aws, const std::string& key, const std::string& region = kAway, const std::string& more = "") {
  return aws.kms("ReplicateKey", of(key, R"(,"ReplicaRegion":")" + region + "\"" + more));
}

Reply describe(AwsTest& aws, const std::string& key, std::string_view region = "us-east-1") {
  return aws.kms("DescribeKey", of(key), {}, region);
}

std::string arn_in(const std::string& key, const std::string& region) {
  return "arn:aws:kms:" + region + ":000000000000:key/" + key;
}

std::string encrypt(AwsTest& aws, const std::string& key, std::string_view region) {
  const auto reply = aws.kms("Encrypt", of(key, R"(,"Plaintext":"aGVsbG8=")"), {}, region);
  REQUIRE(reply.status == 200);
  return reply["CiphertextBlob"];
}

Reply decrypt(AwsTest& aws, const std::string& blob, std::string_view region) {
  return aws.kms("Decrypt", R"({"CiphertextBlob":")" + blob + "\"}", {}, region);
}

Reply import(AwsTest& aws, const std::string& key, char material, std::string_view region, const std::string& more = "") {
  const auto got = aws.kms("GetParametersForImport",
                           of(key, R"(,"WrappingAlgorithm":"RSAES_OAEP_SHA_256","WrappingKeySpec":"RSA_2048")"), {}, region);
  REQUIRE(got.status == 200);
  const std::string wrapped =
      test::wrap(*base64_decode(got["PublicKey"]), "RSAES_OAEP_SHA_256", std::string(32, material));
  return aws.kms("ImportKeyMaterial",
                 of(key, R"(,"ImportToken":")" + got["ImportToken"] + R"(","EncryptedKeyMaterial":")" +
                             base64_encode(wrapped) + R"(","ExpirationModel":"KEY_MATERIAL_DOES_NOT_EXPIRE")" + more),
                 {}, region);
}

}  // namespace

TEST_CASE("ReplicateKey answers as if the replica were still being made, and it is there") {
  AwsTest aws;
  const std::string key = primary(aws, R"(,"Description":"mine","Tags":[{"TagKey":"a","TagValue":"b"}])");
  const auto made = replicate(aws, key);
  REQUIRE(made.status == 200);
  CHECK(made["ReplicaKeyMetadata.KeyState"] == "Creating");
  CHECK(made["ReplicaKeyMetadata.Enabled"] == "false");
  CHECK(made["ReplicaKeyMetadata.Description"].empty());
  CHECK(made["ReplicaKeyMetadata.CurrentKeyMaterialId"].empty());
  CHECK(made["ReplicaKeyMetadata.KeyId"] == key);
  CHECK(made["ReplicaKeyMetadata.Arn"] == arn_in(key, kAway));
  CHECK(made["ReplicaKeyMetadata.MultiRegionConfiguration.MultiRegionKeyType"] == "REPLICA");
  CHECK(made["ReplicaPolicy"].find("key-default-1") != std::string::npos);
  CHECK(made["ReplicaTags"] == "[]");
  const auto there = describe(aws, key, kAway);
  CHECK(there["KeyMetadata.KeyState"] == "Enabled");
  CHECK(there["KeyMetadata.MultiRegionConfiguration.PrimaryKey.Region"] == "us-east-1");
  CHECK(there["KeyMetadata.MultiRegionConfiguration.ReplicaKeys.0.Arn"] == arn_in(key, kAway));
  const auto here = describe(aws, key);
  CHECK(here["KeyMetadata.MultiRegionConfiguration.MultiRegionKeyType"] == "PRIMARY");
  CHECK(here["KeyMetadata.MultiRegionConfiguration.PrimaryKey.Arn"] == arn_in(key, "us-east-1"));
  CHECK(here["KeyMetadata.MultiRegionConfiguration.ReplicaKeys.0.Region"] == kAway);
  CHECK(there["KeyMetadata.CurrentKeyMaterialId"] == here["KeyMetadata.CurrentKeyMaterialId"]);
}

TEST_CASE("a replica has description, policy and tags of its own") {
  AwsTest aws;
  const std::string key = primary(aws);
  const std::string policy = R"({\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\"}]})";
  const auto made = replicate(aws, key, kAway,
                              R"(,"Description":"there","Tags":[{"TagKey":"a","TagValue":"b"}],"Policy":")" + policy + "\"");
  REQUIRE(made.status == 200);
  CHECK(made["ReplicaKeyMetadata.Description"] == "there");
  CHECK(made["ReplicaTags.0.TagKey"] == "a");
  CHECK(made["ReplicaPolicy"].find("key-default-1") == std::string::npos);
  CHECK(describe(aws, key)["KeyMetadata.Description"].empty());
  CHECK(replicate(aws, key, "eu-west-2", R"(,"Policy":"{}")").code == "MalformedPolicyDocumentException");
  CHECK(replicate(aws, key, "eu-west-2", R"(,"Tags":[{"TagKey":"a","TagValue":"b"},{"TagKey":"a","TagValue":"c"}])").code ==
        "TagException");
  CHECK(describe(aws, key, "eu-west-2").code == "NotFoundException");
}

TEST_CASE("ciphertexts are readable in every Region of the key, also after rotations there") {
  AwsTest aws;
  const std::string key = primary(aws);
  REQUIRE(replicate(aws, key).status == 200);
  REQUIRE(replicate(aws, key, "ap-south-1").status == 200);
  const std::string old = encrypt(aws, key, "us-east-1");
  REQUIRE(aws.kms("RotateKeyOnDemand", of(key)).status == 200);
  const std::string young = encrypt(aws, key, kAway);
  for (const char* region : {"us-east-1", kAway, "ap-south-1"}) {
    CAPTURE(region);
    CHECK(decrypt(aws, old, region)["KeyId"] == arn_in(key, region));
    CHECK(decrypt(aws, young, region)["Plaintext"] == "aGVsbG8=");
  }
  CHECK(decrypt(aws, old, "eu-west-3").code == "AccessDeniedException");
}

TEST_CASE("rotation belongs to the primary and is seen first in any Region") {
  AwsTest aws;
  const std::string key = primary(aws);
  REQUIRE(replicate(aws, key).status == 200);
  for (const char* operation : {"EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand"}) {
    CAPTURE(operation);
    const auto refused = aws.kms(operation, of(key), {}, kAway);
    CHECK(refused.code == "UnsupportedOperationException");
  }
  REQUIRE(aws.kms("EnableKeyRotation", of(key)).status == 200);
  CHECK(aws.kms("GetKeyRotationStatus", of(key), {}, kAway)["KeyRotationEnabled"] == "true");
  const std::string before = describe(aws, key, kAway)["KeyMetadata.CurrentKeyMaterialId"];
  aws.clock.advance(366 * kDayMs);
  const std::string after = describe(aws, key, kAway)["KeyMetadata.CurrentKeyMaterialId"];
  CHECK(before != after);
  CHECK(describe(aws, key)["KeyMetadata.CurrentKeyMaterialId"] == after);
  CHECK(aws.kms("ListKeyRotations", of(key), {}, kAway)["Rotations.0.RotationType"] == "AUTOMATIC");
}

TEST_CASE("what cannot be replicated is refused") {
  AwsTest aws;
  const std::string single = aws.key();
  CHECK(replicate(aws, single).code == "UnsupportedOperationException");
  CHECK(replicate(aws, single).message == single + " is not a multi-region primary key.");
  const std::string key = primary(aws);
  REQUIRE(replicate(aws, key).status == 200);
  CHECK(replicate(aws, key).code == "AlreadyExistsException");
  CHECK(replicate(aws, key).message == "You can create only one replica of each primary key in each AWS Region.");
  CHECK(replicate(aws, key, "us-east-1").code == "AlreadyExistsException");
  const auto again = aws.kms("ReplicateKey", of(key, R"(,"ReplicaRegion":"ap-south-1")"), {}, kAway);
  CHECK(again.message == arn_in(key, kAway) + " is not a multi-region primary key.");
  for (const char* region : {"mars-north-1", "cn-north-1", "us-gov-west-1"}) {
    CHECK(replicate(aws, key, region).code == "ValidationException");
  }
  CHECK(replicate(aws, key, "Frankfurt").message ==
        "1 validation error detected: Value 'Frankfurt' at 'replicaRegion' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: ^([a-z]+-){2,3}\\d+$");
  REQUIRE(aws.kms("DisableKey", of(key)).status == 200);
  CHECK(replicate(aws, key, "ap-south-1").code == "DisabledException");
}

TEST_CASE("a primary is deleted after its replicas") {
  AwsTest aws;
  const std::string key = primary(aws);
  REQUIRE(replicate(aws, key).status == 200);
  const auto asked = aws.kms("ScheduleKeyDeletion", of(key, R"(,"PendingWindowInDays":7)"));
  CHECK(asked["KeyState"] == "PendingReplicaDeletion");
  CHECK(asked["DeletionDate"].empty());
  CHECK(describe(aws, key)["KeyMetadata.PendingDeletionWindowInDays"] == "7");
  CHECK(describe(aws, key)["KeyMetadata.DeletionDate"].empty());
  aws.clock.advance(100 * kDayMs);
  CHECK(describe(aws, key)["KeyMetadata.KeyState"] == "PendingReplicaDeletion");
  CHECK(describe(aws, key, kAway)["KeyMetadata.KeyState"] == "Enabled");
  CHECK(aws.kms("ScheduleKeyDeletion", of(key, R"(,"PendingWindowInDays":10)"), {}, kAway)["KeyState"] == "PendingDeletion");
  CHECK(describe(aws, key)["KeyMetadata.KeyState"] == "PendingReplicaDeletion");
  aws.clock.advance(10 * kDayMs);
  CHECK(describe(aws, key, kAway).code == "NotFoundException");
  const auto dated = describe(aws, key);
  CHECK(dated["KeyMetadata.KeyState"] == "PendingDeletion");
  CHECK(dated["KeyMetadata.DeletionDate"] == std::to_string(1'893'456'000 + 117 * 86'400));
  CHECK(dated["KeyMetadata.PendingDeletionWindowInDays"].empty());
  CHECK(dated["KeyMetadata.MultiRegionConfiguration.ReplicaKeys"] == "[]");
  aws.clock.advance(7 * kDayMs);
  CHECK(describe(aws, key).code == "NotFoundException");
  CHECK(aws.kms("ListKeys", "{}")["Keys"] == "[]");
}

TEST_CASE("a replica that is gone may be made again, and a primary's deletion may be cancelled") {
  AwsTest aws;
  const std::string key = primary(aws);
  REQUIRE(replicate(aws, key).status == 200);
  REQUIRE(aws.kms("ScheduleKeyDeletion", of(key), {}, kAway).status == 200);
  CHECK(replicate(aws, key).code == "AlreadyExistsException");
  aws.clock.advance(30 * kDayMs);
  CHECK(replicate(aws, key).status == 200);
  REQUIRE(aws.kms("ScheduleKeyDeletion", of(key)).status == 200);
  CHECK(replicate(aws, key, "ap-south-1").code == "KMSInvalidStateException");
  REQUIRE(aws.kms("CancelKeyDeletion", of(key)).status == 200);
  CHECK(describe(aws, key)["KeyMetadata.KeyState"] == "Disabled");
}

TEST_CASE("the primary moves to a Region that has a replica") {
  AwsTest aws;
  const std::string key = primary(aws);
  REQUIRE(replicate(aws, key).status == 200);
  REQUIRE(replicate(aws, key, "ap-south-1").status == 200);
  const auto move = [&](const std::string& to, std::string_view from) {
    return aws.kms("UpdatePrimaryRegion", of(key, R"(,"PrimaryRegion":")" + to + "\""), {}, from);
  };
  CHECK(move("eu-west-2", "us-east-1").code == "NotFoundException");
  CHECK(move("us-east-1", "us-east-1").code == "ValidationException");
  CHECK(move(kAway, "ap-south-1").code == "UnsupportedOperationException");
  REQUIRE(move(kAway, "us-east-1").status == 200);
  for (const char* region : {"us-east-1", kAway, "ap-south-1"}) {
    const auto seen = describe(aws, key, region);
    CAPTURE(region, seen.body);
    CHECK(seen["KeyMetadata.MultiRegionConfiguration.PrimaryKey.Region"] == kAway);
    CHECK(seen["KeyMetadata.MultiRegionConfiguration.ReplicaKeys.1.Region"] == "ap-south-1");
    CHECK(seen["KeyMetadata.MultiRegionConfiguration.ReplicaKeys.0.Region"] == "us-east-1");
  }
  CHECK(aws.kms("EnableKeyRotation", of(key)).code == "UnsupportedOperationException");
  REQUIRE(aws.kms("EnableKeyRotation", of(key), {}, kAway).status == 200);
  CHECK(aws.kms("GetKeyRotationStatus", of(key))["KeyRotationEnabled"] == "true");
}

TEST_CASE("replication needs permissions in both Regions") {
  AwsTest aws;
  const std::string key = primary(aws);
  const std::string begin = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:ReplicateKey","kms:UpdatePrimaryRegion"],"Resource":"*","Condition":{"StringEquals":{"kms:MultiRegionKeyType":"PRIMARY"}}})";
  const auto half = aws.user("half", begin + "]}");
  const auto whole = aws.user("whole", begin + R"(,{"Effect":"Allow","Action":"kms:CreateKey","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1","kms:MultiRegionKeyType":"REPLICA"}}}]})");
  const auto narrow = aws.user("narrow", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"},{"Effect":"Deny","Action":"kms:ReplicateKey","Resource":"*","Condition":{"StringNotEquals":{"kms:ReplicaRegion":"eu-west-1"}}},{"Effect":"Deny","Action":"kms:UpdatePrimaryRegion","Resource":"*","Condition":{"StringNotEquals":{"kms:PrimaryRegion":"eu-west-1"}}}]})");
  const auto ask = [&](const Caller& who, const std::string& region, const std::string& more = "") {
    return aws.kms("ReplicateKey", of(key, R"(,"ReplicaRegion":")" + region + "\"" + more), who).code;
  };
  CHECK(ask(half, kAway) == "AccessDeniedException");
  CHECK(ask(whole, "ap-south-1") == "AccessDeniedException");
  CHECK(ask(whole, kAway, R"(,"Tags":[{"TagKey":"a","TagValue":"b"}])") == "AccessDeniedException");
  CHECK(ask(narrow, "ap-south-1") == "AccessDeniedException");
  CHECK(ask(whole, kAway).empty());
  const std::string move = of(key, R"(,"PrimaryRegion":"eu-west-1")");
  CHECK(aws.kms("UpdatePrimaryRegion", move, half).code == "AccessDeniedException");
  CHECK(aws.kms("UpdatePrimaryRegion", move, narrow).status == 200);
}

TEST_CASE("imported material is imported into each Region, and rotates once it is everywhere") {
  AwsTest aws;
  const std::string key = primary(aws, R"(,"Origin":"EXTERNAL")");
  CHECK(replicate(aws, key).message == arn_in(key, "us-east-1") + " is pending import.");
  REQUIRE(import(aws, key, 'm', "us-east-1").status == 200);
  REQUIRE(replicate(aws, key).status == 200);
  CHECK(describe(aws, key, kAway)["KeyMetadata.KeyState"] == "PendingImport");
  const std::string blob = encrypt(aws, key, "us-east-1");
  CHECK(decrypt(aws, blob, kAway).code == "KMSInvalidStateException");
  CHECK(import(aws, key, 'x', kAway).code == "IncorrectKeyMaterialException");
  CHECK(import(aws, key, 'x', kAway, R"(,"ImportType":"NEW_KEY_MATERIAL")").code == "UnsupportedOperationException");
  REQUIRE(import(aws, key, 'm', kAway).status == 200);
  CHECK(decrypt(aws, blob, kAway)["Plaintext"] == "aGVsbG8=");
  REQUIRE(import(aws, key, 'n', "us-east-1", R"(,"ImportType":"NEW_KEY_MATERIAL")").status == 200);
  CHECK(aws.kms("ListKeyRotations", of(key, R"(,"IncludeKeyMaterial":"ALL_KEY_MATERIAL")"))["Rotations.1.KeyMaterialState"] ==
        "PENDING_MULTI_REGION_IMPORT_AND_ROTATION");
  CHECK(aws.kms("RotateKeyOnDemand", of(key)).code == "KMSInvalidStateException");
  CHECK(describe(aws, key, kAway)["KeyMetadata.KeyState"] == "Enabled");
  REQUIRE(import(aws, key, 'n', kAway, R"(,"ImportType":"EXISTING_KEY_MATERIAL")").status == 200);
  REQUIRE(aws.kms("RotateKeyOnDemand", of(key)).status == 200);
  CHECK(decrypt(aws, encrypt(aws, key, kAway), "us-east-1").status == 200);
  REQUIRE(aws.kms("DeleteImportedKeyMaterial", of(key), {}, kAway).status == 200);
  CHECK(describe(aws, key)["KeyMetadata.KeyState"] == "Enabled");
  CHECK(describe(aws, key, kAway)["KeyMetadata.KeyState"] == "PendingImport");
}

TEST_CASE("rotations, imports and replicas survive being written down and read again") {
  AwsTest aws;
  const std::string rotated = aws.key();
  REQUIRE(aws.kms("EnableKeyRotation", of(rotated)).status == 200);
  const std::string blob = encrypt(aws, rotated, "us-east-1");
  REQUIRE(aws.kms("RotateKeyOnDemand", of(rotated)).status == 200);
  const std::string external = primary(aws, R"(,"Origin":"EXTERNAL")");
  REQUIRE(import(aws, external, 'm', "us-east-1").status == 200);
  REQUIRE(import(aws, external, 'n', "us-east-1", R"(,"ImportType":"NEW_KEY_MATERIAL")").status == 200);
  REQUIRE(replicate(aws, external).status == 200);
  const std::string all = R"(,"IncludeKeyMaterial":"ALL_KEY_MATERIAL")";
  const auto answers = [&] {
    std::string out = aws.kms("ListKeyRotations", of(rotated, all)).body + aws.kms("GetKeyRotationStatus", of(rotated)).body;
    out += aws.kms("ListKeyRotations", of(external, all)).body + describe(aws, external).body;
    return out + describe(aws, external, kAway).body;
  };
  const std::string before = answers();
  aws.store.import_state(aws.store.export_state(Secrets::plain));
  CHECK(answers() == before);
  CHECK(decrypt(aws, blob, "us-east-1")["Plaintext"] == "aGVsbG8=");
  CHECK(aws.kms("RotateKeyOnDemand", of(external)).code == "KMSInvalidStateException");
}
