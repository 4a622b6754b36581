#include <catch2/catch.hpp>

#include "core/json.h"
#include "fixtures/load.h"
#include "support/aws_test.h"

namespace latchkey {
namespace {

constexpr char kKeyId[] = "1234abcd-12ab-34cd-56ef-1234567890ab";

std::string document(const std::string& grants, const std::string& key = "") {
  return R"({"latchkey":1,"accounts":{"000000000000":{
    "users":[{"UserName":"worker","AccessKeys":[{"AccessKeyId":"AKIAWORKER0000000001","SecretAccessKey":"worker-secret"}]}],
    "keys":[{"KeyId":")" +
         std::string(kKeyId) + "\"," + key + R"("Grants":[)" + grants + "]}]}}}";
}

struct World : test::AwsTest {
  std::string refusal(const std::string& json) {
    try {
      fixtures::load(json, store, random, clock.now(), "us-east-1");
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "(loaded)";
  }
};

const test::Caller kWorker{"AKIAWORKER0000000001", "worker-secret"};
const std::string kEncrypt = R"({"KeyId":")" + std::string(kKeyId) + R"(","Plaintext":"AAAA")";

}  // namespace

TEST_CASE("a grant of a fixture lets its grantee do what it says, from the start") {
  World world;
  REQUIRE(world.refusal(document(R"({"Name":"g","GranteePrincipal":"arn:aws:iam::000000000000:user/worker",
    "RetiringPrincipal":"arn:aws:iam::000000000000:root","Operations":["Encrypt","Decrypt"],
    "Constraints":{"EncryptionContextSubset":{"table":"a"}}})")) == "(loaded)");
  CHECK(world.kms("Encrypt", kEncrypt + "}", kWorker).code == "AccessDeniedException");
  const auto made =
      world.kms("Encrypt", kEncrypt + R"(,"EncryptionContext":{"table":"a","row":"1"}})", kWorker);
  CHECK(made.status == 200);
  CHECK(world
            .kms("GenerateDataKey",
                 R"({"KeyId":")" + std::string(kKeyId) +
                     R"(","KeySpec":"AES_256","EncryptionContext":{"table":"a"}})",
                 kWorker)
            .code == "AccessDeniedException");
  const auto list = world.kms("ListGrants", R"({"KeyId":")" + std::string(kKeyId) + "\"}");
  CHECK(list["Grants.0.Name"] == "g");
  CHECK(list["Grants.0.GranteePrincipal"] == "arn:aws:iam::000000000000:user/worker");
  CHECK(list["Grants.0.RetiringPrincipal"] == "arn:aws:iam::000000000000:root");
  CHECK(list["Grants.0.IssuingAccount"] == "arn:aws:iam::000000000000:root");
}

TEST_CASE("a grant is the same at every start, and one that is loaded again is not there twice") {
  const std::string text = document(
      R"({"GranteePrincipal":"kms.amazonaws.com","Operations":["Decrypt"]},)"
      R"({"Name":"n","GranteePrincipal":"arn:aws:iam::000000000000:root","Operations":["Decrypt"]})");
  World one;
  World two;
  REQUIRE(one.refusal(text) == "(loaded)");
  REQUIRE(one.refusal(text) == "(loaded)");
  REQUIRE(two.refusal(text) == "(loaded)");
  const auto ids = [](World& world) {
    std::vector<std::string> out;
    for (const auto& grant : world.store.all<Grant>()) out.push_back(grant->id);
    return out;
  };
  CHECK(ids(one).size() == 2);
  CHECK(ids(one) == ids(two));
}

TEST_CASE("a wrong grant is refused with the place and the reason") {
  const std::string at = "accounts.000000000000.keys[0].Grants[0]";
  const std::string to_root = R"("GranteePrincipal":"arn:aws:iam::000000000000:root")";
  const auto [grant, key, reason] = GENERATE_COPY(table<std::string, std::string, std::string>({
      {"7", "", at + ": must be an object"},
      {"{}", "", at + ".GranteePrincipal: is missing"},
      {"{" + to_root + "}", "", at + ".Operations: is missing"},
      {"{" + to_root + R"(,"Operations":[]})", "",
       at + ".Operations: At least one grant operation is required."},
      {"{" + to_root + R"(,"Operations":["CreateGrant"]})", "",
       at + ".Operations: Grants must not contain only the CreateGrant operation."},
      {"{" + to_root + R"(,"Operations":["Sign"]})", "",
       at + ".Operations: Operation Sign is not valid for a KMS key with key usage ENCRYPT_DECRYPT and key "
            "spec "
            "SYMMETRIC_DEFAULT."},
      {R"({"GranteePrincipal":"me","Operations":["Decrypt"]})", "",
       at + ".GranteePrincipal: 'me' is neither a principal's ARN nor a service's name"},
      {R"({"GranteePrincipal":"arn:aws:iam::000000000000:user/none","Operations":["Decrypt"]})", "",
       at + ".GranteePrincipal: names a principal that does not exist: arn:aws:iam::000000000000:user/none"},
      {"{" + to_root +
           R"(,"RetiringPrincipal":"arn:aws:iam::000000000000:role/none","Operations":["Decrypt"]})",
       "",
       at + ".RetiringPrincipal: names a principal that does not exist: arn:aws:iam::000000000000:role/none"},
      {"{" + to_root + R"(,"Operations":["Decrypt"],"Name":"a b"})", "",
       at + ".Name: must match ^[a-zA-Z0-9:/_-]+$"},
      {"{" + to_root + R"(,"Operations":["Decrypt"],"GrantId":"x"})", "",
       at + ".GrantId: must have 64 characters, and has 1"},
      {"{" + to_root +
           R"(,"Operations":["Decrypt"],"Constraints":{"EncryptionContextSubset":{},"EncryptionContextEquals":{}}})",
       "", at + ".Constraints: holds one constraint, not two"},
      {"{" + to_root + R"(,"Operations":["Sign"],"Constraints":{"EncryptionContextSubset":{"a":"b"}}})",
       R"("KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY",)", at + ".Constraints: is for symmetric keys"},
  }));
  INFO(grant);
  World world;
  CHECK(world.refusal(document(grant, key)) == reason);
  CHECK(world.store.all<Key>().empty());
}

}  // namespace latchkey
