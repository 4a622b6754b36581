#include <catch2/catch.hpp>

#include "core/json.h"
#include "support/aws_test.h"

namespace latchkey {
namespace {

constexpr char kId[] = "00000000-0000-0000-0000-000000000001";
constexpr char kMaterial[] = "U2FsdGVkX1+K8yfnrMn+QRyh2nWPfI9wXA84BGm6YAA=";

std::string tags(std::initializer_list<std::pair<const char*, const char*>> pairs,
                 const std::string& more = "") {
  std::string list;
  for (const auto& [key, value] : pairs) {
    list += (list.empty() ? "" : ",") +
            (R"({"TagKey":")" + std::string(key) + R"(","TagValue":")" + value + "\"}");
  }
  return "{" + more + R"("Tags":[)" + list + "]}";
}

}  // namespace

TEST_CASE("the tags of LocalStack choose a key's id and material, and nobody sees the material again") {
  test::AwsTest one;
  test::AwsTest two;
  const std::string body = tags({{"_custom_id_", kId}, {"_custom_key_material_", kMaterial}, {"team", "a"}});
  const auto made = one.kms("CreateKey", body);
  REQUIRE(made.status == 200);
  CHECK(made["KeyMetadata.KeyId"] == kId);
  REQUIRE(two.kms("CreateKey", body).status == 200);
  const auto blob =
      one.kms("Encrypt", R"({"KeyId":")" + std::string(kId) + R"(","Plaintext":"AAAA"})")["CiphertextBlob"];
  CHECK(two.kms("Decrypt", R"({"CiphertextBlob":")" + blob + "\"}")["Plaintext"] == "AAAA");
  const auto shown = one.kms("ListResourceTags", R"({"KeyId":")" + std::string(kId) + "\"}");
  CHECK(shown["Tags.0.TagKey"] == "_custom_id_");
  CHECK(shown["Tags.1.TagKey"] == "team");
  CHECK(shown.body.find(kMaterial) == std::string::npos);
  for (const auto& entry : one.journal.list({}))
    CHECK(to_json(explained(*entry)).find(kMaterial) == std::string::npos);
  CHECK(one.log_text.find(kMaterial) == std::string::npos);
}

TEST_CASE("an id that is taken is not given twice, in its account and region") {
  test::AwsTest aws;
  const std::string body = tags({{"_custom_id_", kId}});
  CHECK(aws.kms("CreateKey", body).status == 200);
  CHECK(aws.kms("CreateKey", body).code == "AlreadyExistsException");
  CHECK(aws.kms("CreateKey", body, {}, "eu-west-1").status == 200);
  CHECK(aws.kms("CreateKey", body, {"111122223333", "test"}).status == 200);
}

TEST_CASE("curve keys come as PKCS #8 or in their older form") {
  test::AwsTest aws;
  const char* older =
      "MHcCAQEEIKexbdPE2TDYzOuasfwN4QWNqHF1wNsV30ERMPPaRYnWoAoGCCqGSM49AwEHoUQDQgAE+NKi4QpYV/"
      "avqTFFoldRIYEZaRgKF/"
      "qv+xJsek63Eh2cKn922zlJHj2KglzSlLm439BfFYGDYVet6W7pkvIYfg==";
  const std::string spec = R"("KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY",)";
  const auto made = aws.kms("CreateKey", tags({{"_custom_key_material_", older}}, spec));
  REQUIRE(made.status == 200);
  const auto shown = aws.kms("GetPublicKey", R"({"KeyId":")" + made["KeyMetadata.KeyId"] + "\"}");
  CHECK(shown["PublicKey"].find("+NKi4QpYV") != std::string::npos);
}

TEST_CASE("tags that hold no key id or no material are refused, and no key is made") {
  const auto [body, message] = GENERATE(table<std::string, std::string>({
      {tags({{"_custom_id_", "my-key"}}), "The tag _custom_id_ must hold a UUID in lower case."},
      {tags({{"_custom_id_", "00000000-0000-0000-0000-00000000000A"}}),
       "The tag _custom_id_ must hold a UUID in lower case."},
      {tags({{"_custom_id_", kId}}, R"("MultiRegion":true,)"),
       "The tag _custom_id_ must hold mrk- and 32 hex digits: the id of a multi-Region key."},
      {tags({{"_custom_key_material_", "AAAA"}}),
       "The tag _custom_key_material_ must hold the base64 of 32 bytes for a key of the spec "
       "SYMMETRIC_DEFAULT."},
      {tags({{"_custom_key_material_", "?"}}),
       "The tag _custom_key_material_ must hold the base64 of 32 bytes for a key of the spec "
       "SYMMETRIC_DEFAULT."},
      {tags({{"_custom_key_material_", "AAAA"}}, R"("KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY",)"),
       "The tag _custom_key_material_ must hold the base64 of a private key for a key of the spec "
       "ECC_NIST_P256."},
      {tags({{"_custom_key_material_", kMaterial}}, R"("Origin":"EXTERNAL",)"),
       "The tag _custom_key_material_ is for keys of the origin AWS_KMS."},
  }));
  INFO(body);
  test::AwsTest aws;
  const auto reply = aws.kms("CreateKey", body);
  CHECK(reply.status == 400);
  CHECK(reply.code == "ValidationException");
  CHECK(reply.message == message);
  CHECK(aws.store.all<Key>().empty());
}

TEST_CASE("a multi-Region key's id may be chosen, too") {
  test::AwsTest aws;
  const auto made = aws.kms(
      "CreateKey", tags({{"_custom_id_", "mrk-00000000000000000000000000000001"}}, R"("MultiRegion":true,)"));
  CHECK(made["KeyMetadata.KeyId"] == "mrk-00000000000000000000000000000001");
}

}  // namespace latchkey
