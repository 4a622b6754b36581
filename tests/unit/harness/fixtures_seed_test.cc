#include "fixtures/seed.h"

#include <catch2/catch.hpp>

#include "core/json.h"
#include "fixtures/yaml.h"
#include "latchkey/emulator.h"

namespace latchkey {
namespace {

constexpr char kSeed[] = R"(# what local-kms starts with
Keys:
  Symmetric:
    Aes:
      - Metadata:
          KeyId: bc436485-5092-42b8-92a3-0aa8b93536dc
          Description: "The first: of them"
        BackingKeys:
          - 5cdaead27fe7da2de47945d73cd6d79e36494e73802f3cd3869f1d2cb0b5d7a9
          - 34743777217A25432A46294A404E635266556A586E3272357538782F413F4428
        NextKeyRotation: "2031-09-12T15:19:21+00:00"
      - Metadata: {KeyId: 5d05267f-bb87-4d0b-8594-295a4371d414, Origin: EXTERNAL}
    Hmac:
      - Metadata:
          KeyId: f3456789-abcd-4f01-8345-6789abcdef01
          KeyUsage: GENERATE_VERIFY_MAC
          KeySpec: HMAC_224
        BackingKeys:
          - fedcba0987654321fedcba0987654321fedcba0987654321fedcba09
  Asymmetric:
    Ecc:
      - Metadata:
          KeyId: 800d5768-3fd7-4edd-a4b8-4c81c3e4c147
          KeyUsage: SIGN_VERIFY
        PrivateKeyPem: |
          -----BEGIN EC PRIVATE KEY-----
          MHcCAQEEIMnOrUrXr8rwne7d8f01cfwmpS/w+K7jcyWmmeLDgWKaoAoGCCqGSM49
          AwEHoUQDQgAEYNMBBZ3h1ipuph1iO5k+yLvTs94UN71quXN3f0P/tprs2Fp2FEas
          M7m7XZ2xlDK3wcEAs1QEIoQjjwnhcptQ6A==
          -----END EC PRIVATE KEY-----
Aliases:
  - AliasName: alias/testing
    TargetKeyId: bc436485-5092-42b8-92a3-0aa8b93536dc
)";

std::string refusal(std::string_view text) {
  try {
    fixtures::as_fixture(std::string(text), "111122223333");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "(read)";
}

std::string aes(const std::string& lines) {
  return "Keys:\n  Symmetric:\n    Aes:\n      - Metadata:\n          KeyId: "
         "bc436485-5092-42b8-92a3-0aa8b93536dc\n" +
         lines;
}

}  // namespace

TEST_CASE("a seed file of local-kms becomes a fixture for the emulator's account") {
  const auto fixture = parse_json(fixtures::as_fixture(kSeed, "111122223333"));
  REQUIRE(fixture);
  CHECK(
      to_json(*fixture) ==
      R"({"latchkey":1,"accounts":{"111122223333":{"keys":[)"
      R"({"KeyId":"bc436485-5092-42b8-92a3-0aa8b93536dc","Description":"The first: of them",)"
      R"("KeyMaterial":"hex:34743777217A25432A46294A404E635266556A586E3272357538782F413F4428",)"
      R"("FormerKeyMaterial":["hex:5cdaead27fe7da2de47945d73cd6d79e36494e73802f3cd3869f1d2cb0b5d7a9"],)"
      R"("EnableKeyRotation":true,"NextRotationDate":"2031-09-12T15:19:21+00:00","Aliases":["alias/testing"]},)"
      R"({"KeyId":"5d05267f-bb87-4d0b-8594-295a4371d414","Origin":"EXTERNAL"},)"
      R"({"KeyId":"f3456789-abcd-4f01-8345-6789abcdef01","KeyUsage":"GENERATE_VERIFY_MAC","KeySpec":"HMAC_224",)"
      R"("KeyMaterial":"hex:fedcba0987654321fedcba0987654321fedcba0987654321fedcba09"},)"
      R"({"KeyId":"800d5768-3fd7-4edd-a4b8-4c81c3e4c147","KeyUsage":"SIGN_VERIFY","KeySpec":"ECC_NIST_P256",)"
      R"("KeyMaterial":"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIMnOrUrXr8rwne7d8f01cfwmpS/w+K7jcyWmmeLDgWKaoAoGCCqGSM49\n)"
      R"(AwEHoUQDQgAEYNMBBZ3h1ipuph1iO5k+yLvTs94UN71quXN3f0P/tprs2Fp2FEas\nM7m7XZ2xlDK3wcEAs1QEIoQjjwnhcptQ6A==\n)"
      R"(-----END EC PRIVATE KEY-----\n"}]}}})");
}

TEST_CASE("an emulator starts from a seed file, and takes one later") {
  Emulator emulator(Options{.fixtures = {kSeed}, .account_id = "111122223333", .region = "eu-west-2"});
  const std::string state = emulator.control("GET", "/_latchkey/state").body;
  for (const char* id : {"bc436485-5092-42b8-92a3-0aa8b93536dc", "5d05267f-bb87-4d0b-8594-295a4371d414",
                         "f3456789-abcd-4f01-8345-6789abcdef01", "800d5768-3fd7-4edd-a4b8-4c81c3e4c147"}) {
    CHECK(state.find(id) != std::string::npos);
  }
  CHECK(state.find("eu-west-2") != std::string::npos);
  Emulator empty;
  CHECK(empty.control("POST", "/_latchkey/fixtures", kSeed).status == 200);
  CHECK(empty.control("GET", "/_latchkey/state").body.find("alias/testing") != std::string::npos);
}

TEST_CASE("a fixture document stays as it is") {
  for (const char* text : {"", " \n{\"latchkey\":1", "[]", "{"})
    CHECK(fixtures::as_fixture(text, "111122223333") == text);
}

TEST_CASE("what is neither a fixture nor a seed file is refused with the place and the reason") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {"hello",
       "the document: is neither a fixture (JSON) nor a seed file of local-kms (YAML with Keys or Aliases)"},
      {"a: b: c",
       "the document: is neither JSON nor YAML: line 1: mapping values are not allowed in this context"},
      {"Keys: *x", "the document: is neither JSON nor YAML: line 1: aliases are not supported"},
      {"Keys:\nKeys:", "the document: is neither JSON nor YAML: line 2: 'Keys' appears twice"},
      {"Keys:\n---\nKeys:",
       "the document: is neither JSON nor YAML: line 2: there is more than one document"},
      {"Keys:\nAlias: 1", "Alias: is not a property of this object"},
      {"Keys: []", "Keys: must be an object"},
      {"Keys:\n  Symmetric:\n    Aes: x", "Keys.Symmetric.Aes: must be a list"},
      {aes("        Backing: []"), "Keys.Symmetric.Aes[0].Backing: is not a property of this object"},
      {aes(""), "Keys.Symmetric.Aes[0].BackingKeys: is missing"},
      {"Keys:\n  Symmetric:\n    Hmac:\n      - Metadata: {KeyId: a}\n        BackingKeys: [00]",
       "Keys.Symmetric.Hmac[0].Metadata.KeySpec: is missing"},
      {"Keys:\n  Asymmetric:\n    Ecc:\n      - Metadata: {KeyId: a}\n        PrivateKeyPem: x",
       "Keys.Asymmetric.Ecc[0].PrivateKeyPem: is no private key in PEM"},
      {"Aliases:\n  - {AliasName: alias/a, TargetKeyId: b}", "Aliases[0].TargetKeyId: there is no key b"},
  }));
  INFO(text);
  CHECK(refusal(text) == reason);
}

TEST_CASE("YAML that is deep or large without end is refused") {
  CHECK_THROWS_WITH(fixtures::parse_yaml(std::string(100, '[')), Catch::Contains("nested too deep"));
  std::string many = "[";
  for (int i = 0; i < 100'001; ++i) many += "a,";
  CHECK_THROWS_WITH(fixtures::parse_yaml(many + "]"), Catch::Contains("too many values"));
  CHECK(fixtures::parse_yaml("").is_none());
  CHECK(fixtures::parse_yaml("[a, ~, '~', null, \"\", 1]") ==
        Value(List{"a", Value(), "~", Value(), "", "1"}));
}

}  // namespace latchkey
