// Every operation on a key in every state, generated from the operation table and the table of states.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <set>

#include "kms/key_states.h"
#include "kms/service.h"
#include "kms_test.h"

namespace latchkey::test {
namespace {

using kms::Effect;
using State = Key::State;

constexpr State kStates[] = {State::enabled, State::disabled, State::pending_import, State::pending_deletion,
                             State::unavailable};

// Operations that use no key that exists: they have no state to look at.
const std::set<std::string, std::less<>> kWithoutKey = {"CreateKey",
                                                        "ListKeys",
                                                        "GenerateRandom",
                                                        "ListRetirableGrants",
                                                        "CreateCustomKeyStore",
                                                        "DeleteCustomKeyStore",
                                                        "ConnectCustomKeyStore",
                                                        "DisconnectCustomKeyStore",
                                                        "DescribeCustomKeyStores",
                                                        "UpdateCustomKeyStore"};

struct Sample {
  std::string spec = "SYMMETRIC_DEFAULT";
  std::string usage = "ENCRYPT_DECRYPT";
  std::string more = {};  // members beside KeyId
};

// A valid request of the operation for a key that it is made for.
Sample sample_of(const std::string& operation, const std::string& blob) {
  static const std::string algorithm = R"(,"SigningAlgorithm":"ECDSA_SHA_256","Message":"aGk=")";
  static const std::string mac = R"(,"MacAlgorithm":"HMAC_SHA_256","Message":"aGk=")";
  static const std::string token =
      R"(,"ImportToken":"aGk=","EncryptedKeyMaterial":"aGk=","ExpirationModel":"KEY_MATERIAL_DOES_NOT_EXPIRE")";
  static const std::string public_key =
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+i5m3pR1eJ7rAyxkWrYdlH+upDpKJCMAbYEcwVEJVljkJuMCVW350lIJxch/"
      "8XCGUABn3AeO4Ps6vG21Mhfusg==";
  if (operation == "Sign") return {"ECC_NIST_P256", "SIGN_VERIFY", algorithm};
  if (operation == "Verify") return {"ECC_NIST_P256", "SIGN_VERIFY", algorithm + R"(,"Signature":"aGk=")"};
  if (operation == "GetPublicKey") return {"ECC_NIST_P256", "SIGN_VERIFY"};
  if (operation == "GenerateMac") return {"HMAC_256", "GENERATE_VERIFY_MAC", mac};
  if (operation == "VerifyMac") return {"HMAC_256", "GENERATE_VERIFY_MAC", mac + R"(,"Mac":"aGk=")"};
  if (operation == "DeriveSharedSecret") {
    return {"ECC_NIST_P256", "KEY_AGREEMENT",
            R"(,"KeyAgreementAlgorithm":"ECDH","PublicKey":")" + public_key + "\""};
  }
  const std::map<std::string, std::string> more = {
      {"Decrypt", R"(,"CiphertextBlob":")" + blob + "\""},
      {"ReEncrypt", R"(,"CiphertextBlob":")" + blob + "\""},
      {"Encrypt", R"(,"Plaintext":"aGk=")"},
      {"CreateAlias", R"(,"AliasName":"alias/new")"},
      {"UpdateAlias", R"(,"AliasName":"alias/old")"},
      {"CreateGrant", R"(,"GranteePrincipal":"arn:aws:iam::000000000000:root","Operations":["Encrypt"])"},
      {"GenerateDataKey", R"(,"KeySpec":"AES_256")"},
      {"GenerateDataKeyWithoutPlaintext", R"(,"KeySpec":"AES_256")"},
      {"GenerateDataKeyPair", R"(,"KeyPairSpec":"ECC_NIST_P256")"},
      {"GenerateDataKeyPairWithoutPlaintext", R"(,"KeyPairSpec":"ECC_NIST_P256")"},
      {"GetParametersForImport", R"(,"WrappingAlgorithm":"RSAES_OAEP_SHA_256","WrappingKeySpec":"RSA_2048")"},
      {"ImportKeyMaterial", token},
      {"PutKeyPolicy",
       R"(,"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\"}}")"},
      {"ReplicateKey", R"(,"ReplicaRegion":"eu-west-1")"},
      {"UpdatePrimaryRegion", R"(,"PrimaryRegion":"eu-west-1")"},
      {"RetireGrant", R"(,"GrantId":"0000000000000000000000000000000000000000000000000000000000000000")"},
      {"RevokeGrant", R"(,"GrantId":"0000000000000000000000000000000000000000000000000000000000000000")"},
      {"TagResource", R"(,"Tags":[{"TagKey":"a","TagValue":"b"}])"},
      {"UntagResource", R"(,"TagKeys":["a"])"},
      {"UpdateKeyDescription", R"(,"Description":"d")"},
  };
  const auto found = more.find(operation);
  return {.more = found == more.end() ? "" : found->second};
}

// Which member names the key.
std::string key_member(const std::string& operation) {
  if (operation == "ReEncrypt") return "DestinationKeyId";
  if (operation == "CreateAlias" || operation == "UpdateAlias") return "TargetKeyId";
  return "KeyId";
}

bool imports(const std::string& operation) {
  return operation == "GetParametersForImport" || operation == "ImportKeyMaterial" ||
         operation == "DeleteImportedKeyMaterial";
}

void set_state(KmsTest& aws, const std::string& arn, State state) {
  aws.store.write([&](Txn& txn) {
    Key key = *txn.find<Key>({"000000000000", "us-east-1", arn.substr(arn.rfind('/') + 1)});
    key.state = state;
    if (state == State::pending_deletion) key.deletion_date = Time(aws.clock.now()).plus_seconds(86'400);
    txn.put(std::move(key));
  });
}

// The error that the guide has for the effect: code and text.
std::pair<std::string, std::string> error_of(Effect effect, const std::string& arn) {
  switch (effect) {
    case Effect::disabled:
      return {"DisabledException", arn + " is disabled."};
    case Effect::pending_import:
      return {"KMSInvalidStateException", arn + " is pending import."};
    case Effect::pending_deletion:
      return {"KMSInvalidStateException", arn + " is pending deletion."};
    case Effect::not_pending_deletion:
      return {"KMSInvalidStateException", arn + " is not pending deletion."};
    case Effect::unavailable:
      return {"KMSInvalidStateException", arn + " is unavailable."};
    case Effect::works:
      break;
  }
  return {};
}

}  // namespace

TEST_CASE("the table of key states has every operation on a key, in order, and no other") {
  std::set<std::string, std::less<>> rows;
  for (const auto& row : kms::state_table()) rows.insert(std::string(row.operation));
  CHECK(rows.size() == kms::state_table().size());
  CHECK(std::is_sorted(kms::state_table().begin(), kms::state_table().end(),
                       [](const auto& a, const auto& b) { return a.operation < b.operation; }));
  for (const Operation& operation : kms::service().operations) {
    INFO(operation.name);
    CHECK(rows.contains(operation.name) != kWithoutKey.contains(operation.name));
  }
  CHECK(rows.size() + kWithoutKey.size() == kms::service().operations.size());
}

TEST_CASE("every operation on a key answers in every state as the guide's table has it") {
  for (const auto& row : kms::state_table()) {
    const std::string operation(row.operation);
    for (const State state : kStates) {
      KmsTest aws;
      const std::string holder = aws.key();
      const std::string old = aws.key();
      REQUIRE(aws.kms("CreateAlias", R"({"AliasName":"alias/old","TargetKeyId":")" + old + "\"}").status ==
              200);
      const Sample sample = sample_of(operation, "");
      const std::string key =
          imports(operation) ? aws.key(R"({"Origin":"EXTERNAL"})")
          : sample.spec == "SYMMETRIC_DEFAULT"
              ? aws.key(R"({"MultiRegion":)" +
                        std::string(operation == "ReplicateKey" || operation == "UpdatePrimaryRegion"
                                        ? "true}"
                                        : "false}"))
              : aws.make(sample.spec, sample.usage);
      // Decrypt looks at the key in question, ReEncrypt at the key that it encrypts to.
      const std::string from = operation == "Decrypt" ? key : holder;
      const auto made = aws.kms("Encrypt", R"({"Plaintext":"aGk=","KeyId":")" + from + "\"}");
      REQUIRE(made.status == 200);
      const Sample request = sample_of(operation, made["CiphertextBlob"]);
      set_state(aws, key, state);
      const auto reply =
          operation == "DeleteAlias"
              ? aws.kms(operation, R"({"AliasName":"alias/old"})")
              : aws.kms(operation, "{\"" + key_member(operation) + "\":\"" + key + "\"" + request.more + "}");
      INFO(operation << " in state " << static_cast<int>(state) << ": " << reply.body);
      const auto& [code, message] = error_of(row.in(state), key);
      if (code.empty()) {
        CHECK(reply.code != "DisabledException");
        CHECK(reply.code != "KMSInvalidStateException");
        CHECK(reply.code != "ValidationException");
        CHECK(reply.status < 500);
      } else {
        CHECK(reply.status == 400);
        CHECK(reply.code == code);
        CHECK(reply.message == message);
      }
    }
  }
}

}  // namespace latchkey::test
