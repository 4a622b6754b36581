#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "core/json.h"
#include "fixtures/load.h"
#include "kms/ciphertext.h"
#include "support/paths.h"

namespace latchkey {
namespace {

constexpr char kAccount[] = "000000000000";
const Time kNow = Time::from_seconds(1'900'000'000);

struct World {
  Store store;
  Random random{7};
  fixtures::Loaded load(std::string_view json, std::string_view only_account = {}) {
    return fixtures::load(json, store, random, kNow, "us-east-1", only_account);
  }
  // The error of a document that must be refused.
  std::string refusal(std::string_view json) {
    try {
      load(json);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "(loaded)";
  }
  Ptr<User> user(const char* name) const { return store.find<User>({kAccount, "", name}); }
  Ptr<Role> role(const char* name) const { return store.find<Role>({kAccount, "", name}); }
  Ptr<Key> key(const std::string& id) const { return store.find<Key>({kAccount, "us-east-1", id}); }
};

std::string account(const std::string& body) {
  return R"({"latchkey":1,"accounts":{"000000000000":{)" + body + "}}}";
}
std::string user(const std::string& properties) {
  return account(R"("users":[{"UserName":"u",)" + properties + "}]");
}
std::string group(const std::string& properties) {
  return account(R"("users":[{"UserName":"u"}],"groups":[{"GroupName":"g",)" + properties + "}]");
}
std::string role(const std::string& properties) {
  return account(R"("roles":[{"RoleName":"r",)" + properties + "}]");
}
std::string key(const std::string& properties) { return account(R"("keys":[{)" + properties + "}]"); }

constexpr char kTrust[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]})";
constexpr char kAllow[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]})";
constexpr char kKeyId[] = "1234abcd-12ab-34cd-56ef-1234567890ab";
constexpr char kMaterial[] =
    R"("KeyMaterial":"hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")";

std::string with_id(const std::string& properties) {
  return key(R"("KeyId":")" + std::string(kKeyId) + "\"" + (properties.empty() ? "" : "," + properties));
}

TEST_CASE("a wrong fixture is refused with the place and the reason, and nothing is loaded") {
  const std::string users0 = "accounts.000000000000.users[0]";
  const std::string groups0 = "accounts.000000000000.groups[0]";
  const std::string roles0 = "accounts.000000000000.roles[0]";
  const std::string keys0 = "accounts.000000000000.keys[0]";
  const std::string good = R"({"UserName":"good"})";
  const auto [document, reason] = GENERATE_COPY(table<std::string, std::string>({
      {"[]", "the document: must be an object"},
      {R"({"accounts":{}})", "latchkey: is missing"},
      {R"({"latchkey":2,"accounts":{}})", "latchkey: must be 1"},
      {R"({"latchkey":"1","accounts":{}})", "latchkey: must be 1"},
      {R"({"latchkey":1})", "accounts: is missing"},
      {R"({"latchkey":1,"accounts":[]})", "accounts: must be an object"},
      {R"({"latchkey":1,"accounts":{},"x":1})", "x: is not a property of this object"},
      {R"({"latchkey":1,"accounts":{"12":{}}})", "accounts.12: an account id has 12 digits"},
      {account(R"("user":[])"), "accounts.000000000000.user: is not a property of this object"},
      {account(R"("users":{})"), "accounts.000000000000.users: must be a list"},
      {account(R"("users":[7])"), users0 + ": must be an object"},
      {account(R"("users":[{}])"), users0 + ".UserName: is missing"},
      {account(R"("users":[{"UserName":null}])"), users0 + ".UserName: is missing"},
      {account(R"("users":[{"UserName":7}])"), users0 + ".UserName: must be a string"},
      {account(R"("users":[{"UserName":""}])"),
       users0 + ".UserName: must have 1 to 64 characters, and has 0"},
      {account(R"("users":[{"UserName":"a b"}])"), users0 + R"(.UserName: must match [\w+=,.@-]+)"},
      {account("\"users\":[" + good + R"(,{"UserName":"x"},{"UserName":"X"}])"),
       "accounts: user 000000000000//x appears twice"},
      {user(R"("Groups":["g"])"), users0 + ".Groups[0]: there is no group g"},
      {user(R"("Groups":["g","G"])"), users0 + ".Groups[1]: appears twice"},
      {group(R"("Users":["nobody"])"), groups0 + ".Users[0]: there is no user nobody"},
      {group(R"("Users":"u")"), groups0 + ".Users: must be a list"},
      {group(R"("Tags":[])"), groups0 + ".Tags: is not a property of this object"},
      {group(R"("PermissionsBoundary":"arn:aws:iam::aws:policy/X")"),
       groups0 + ".PermissionsBoundary: is not a property of this object"},
      {group(R"("ManagedPolicyArns":["arn:aws:iam::000000000000:policy/none"])"),
       groups0 + ".ManagedPolicyArns[0]: there is no policy arn:aws:iam::000000000000:policy/none"},
      {account(R"("groups":[{"GroupName":"g"},{"GroupName":"G"}])"),
       "accounts: group 000000000000//g appears twice"},
      {account(R"("groups":[{}])"), groups0 + ".GroupName: is missing"},
      {user(R"("Path":"x")"), users0 + R"(.Path: must match (\u002F)|(\u002F[\u0021-\u007E]+\u002F))"},
      {user(R"("Policies":[{"PolicyName":"p"}])"), users0 + ".Policies[0].PolicyDocument: is missing"},
      {user(R"("Policies":[{"PolicyName":"p","PolicyDocument":7}])"),
       users0 + ".Policies[0].PolicyDocument: must be a policy document: an object or its text"},
      {user(std::string(R"("Policies":[{"PolicyName":"p","PolicyDocument":)") + kAllow +
            R"(},{"PolicyName":"p","PolicyDocument":)" + kAllow + "}]"),
       users0 + ".Policies[1].PolicyName: appears twice"},
      {user(R"("ManagedPolicyArns":["arn:aws:iam::000000000000:policy/none"])"),
       users0 + ".ManagedPolicyArns[0]: there is no policy arn:aws:iam::000000000000:policy/none"},
      {user(R"("ManagedPolicyArns":["arn:aws:iam::000000000000:role/none"])"),
       users0 +
           ".ManagedPolicyArns[0]: 'arn:aws:iam::000000000000:role/none' is not the ARN of a managed policy"},
      {user(R"("ManagedPolicyArns":["arn:aws:iam::111111111111:policy/none"])"),
       users0 + ".ManagedPolicyArns[0]: the policy belongs to another account"},
      {user(R"("PermissionsBoundary":"arn:aws:iam::000000000000:policy/none")"),
       users0 + ".PermissionsBoundary: there is no policy arn:aws:iam::000000000000:policy/none"},
      {user(R"("Tags":[{"Key":"k"}])"), users0 + ".Tags[0].Value: is missing"},
      {user(R"("Tags":[{"Key":"k","Value":""},{"Key":"k","Value":""}])"),
       users0 + ".Tags[1].Key: appears twice"},
      {user(R"("Tags":[{"Key":"AWS:x","Value":""}])"), users0 + ".Tags[0].Key: must not begin with aws:"},
      {user(R"("AccessKeys":[{"AccessKeyId":"AKIAQEAPP00000000001"}])"),
       users0 + ".AccessKeys[0].SecretAccessKey: is missing"},
      {user(R"("AccessKeys":[{"AccessKeyId":"test","SecretAccessKey":"s"}])"),
       users0 + ".AccessKeys[0].AccessKeyId: must have 16 to 128 characters, and has 4"},
      {user(R"("AccessKeys":[{"AccessKeyId":"ASIAQEAPP00000000001","SecretAccessKey":"s"}])"),
       users0 + ".AccessKeys[0].AccessKeyId: ids that begin with ASIA are temporary credentials'"},
      {user(R"("AccessKeys":[{"AccessKeyId":"AKIAQEAPP00000000001","SecretAccessKey":"s","Status":"Off"}])"),
       users0 + ".AccessKeys[0].Status: must be Active or Inactive"},
      {user(R"("AccessKeys":[{},{},{}])"), users0 + ".AccessKeys: a user has at most 2 access keys"},
      {role(R"("Path":"/")"), roles0 + ".AssumeRolePolicyDocument: is missing"},
      {role(std::string("\"AssumeRolePolicyDocument\":") + kTrust + R"(,"MaxSessionDuration":60)"),
       roles0 + ".MaxSessionDuration: must be 3600 to 43200"},
      {role(std::string("\"AssumeRolePolicyDocument\":") + kTrust + R"(,"Expose":"yes")"),
       roles0 + ".Expose: must be true or false"},
      {role(
           R"("AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":)"
           R"("arn:aws:iam::000000000000:user/none"},"Action":"sts:AssumeRole"}]})"),
       roles0 + ".AssumeRolePolicyDocument: names a principal that does not exist: "
                "arn:aws:iam::000000000000:user/none"},
      {with_id(R"("KeySpec":"RSA_2048")"), keys0 + ".KeyUsage: is missing: a RSA_2048 key has several"},
      {with_id(R"("KeySpec":"SM2","KeyUsage":"SIGN_VERIFY")"),
       keys0 + ".KeySpec: KeySpec SM2 is not supported in this Region"},
      {with_id(R"("KeyUsage":"SIGN_VERIFY")"),
       keys0 + ".KeyUsage: a SYMMETRIC_DEFAULT key is not for SIGN_VERIFY"},
      {with_id(R"("KeyState":"Unavailable")"),
       keys0 + ".KeyState: must be Enabled, Disabled or PendingDeletion"},
      {with_id(R"("KeyState":"Enabled","Enabled":true)"), keys0 + ".KeyState: stands in Enabled's place"},
      {with_id(R"("PendingWindowInDays":7)"),
       keys0 + ".PendingWindowInDays: is for keys in the state PendingDeletion"},
      {with_id(R"("Origin":"AWS_CLOUDHSM")"), keys0 + ".Origin: must be AWS_KMS or EXTERNAL"},
      {with_id(R"("ReplicaRegions":["eu-west-1"])"), keys0 + ".ReplicaRegions: is for multi-Region keys"},
      {with_id(R"("RotationPeriodInDays":100)"),
       keys0 + ".RotationPeriodInDays: is for keys with EnableKeyRotation"},
      {with_id(R"("FormerKeyMaterial":["hex:00"])"), keys0 + ".KeyMaterial: is missing"},
      {with_id(R"("Ciphertexts":[{"CiphertextBlob":"?","Plaintext":""}])"),
       keys0 + ".Ciphertexts[0].CiphertextBlob: must be base64"},
      {key(R"("KeyId":"nonsense")"),
       keys0 + ".KeyId: must be a UUID in lower case, or mrk- and 32 hex digits"},
      {with_id(R"("MultiRegion":true)"),
       keys0 +
           ".MultiRegion: does not fit KeyId: the ids of multi-Region keys begin with mrk-, no others do"},
      {with_id(R"("Region":"mars")"), keys0 + ".Region: 'mars' is not a region"},
      {with_id(R"("KeySpec":"HMAC_256","EnableKeyRotation":true)"),
       keys0 + ".EnableKeyRotation: only symmetric keys whose material is KMS's own rotate by themselves"},
      {with_id(R"("Aliases":["qe"])"), keys0 + ".Aliases[0]: must have 7 to 256 characters, and has 2"},
      {with_id(R"("Aliases":["qe-master"])"), keys0 + ".Aliases[0]: must match alias/[a-zA-Z0-9/_-]+"},
      {with_id(R"("Aliases":["alias/aws/kms"])"),
       keys0 + ".Aliases[0]: aliases that begin with alias/aws/ are AWS's own"},
      {with_id(R"("Aliases":["alias/a","alias/a"])"),
       "accounts: alias 000000000000/us-east-1/alias/a appears twice"},
      {with_id(R"("KeyMaterial":"00")"), keys0 + ".KeyMaterial: must begin with hex: or base64:, or be PEM"},
      {with_id(R"("KeyMaterial":"hex:0g")"), keys0 + ".KeyMaterial: is not what its prefix says"},
      {with_id(R"("KeyMaterial":"base64:AAAA")"), keys0 + ".KeyMaterial: must be 32 bytes, and is 3"},
      {with_id(R"("KeyMaterial":"-----BEGIN PRIVATE KEY-----")"),
       keys0 + ".KeyMaterial: PEM is for asymmetric keys"},
      {with_id(
           R"("KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY","KeyMaterial":"-----BEGIN PRIVATE KEY-----")"),
       keys0 + ".KeyMaterial: is no private key in PEM"},
  }));
  INFO(document);
  World world;
  CHECK(world.refusal(document) == reason);
  CHECK(world.store.all<User>().empty());
  CHECK(world.store.all<Key>().empty());
}

TEST_CASE("a fixture that is no JSON says where it stops being it") {
  CHECK(World().refusal(R"({"latchkey":1,)").starts_with("the document: is not JSON: "));
}

TEST_CASE("a policy that AWS would refuse is refused in AWS's words") {
  const std::string refusal =
      World().refusal(user(R"("Policies":[{"PolicyName":"p","PolicyDocument":{"Statement":[]}}])"));
  CHECK(refusal.starts_with(
      "accounts.000000000000.users[0].Policies[0].PolicyDocument: AWS refuses this document: "));
}

TEST_CASE("the tutorial's fixture loads completely") {
  World world;
  std::ifstream file(test::source_path("fixtures/examples/tutorial.json"));
  std::ostringstream text;
  text << file.rdbuf();
  const auto loaded = world.load(text.str());
  CHECK(loaded.exposed_roles == std::vector<std::pair<std::string, std::string>>{{kAccount, "qe-role"}});

  const auto app = world.user("qe-app");
  REQUIRE(app);
  CHECK(app->path == "/");
  CHECK(app->id.starts_with("AIDA"));
  CHECK(app->id.size() == 21);
  CHECK(app->created == kNow);
  CHECK(app->tags == Tags{{"purpose", "queryable encryption"}});
  REQUIRE(app->inline_policies.count("minimum") == 1);
  CHECK(app->inline_policies.at("minimum").compiled());

  const auto access_key = world.store.find<AccessKey>({"", "", "AKIAQEAPP00000000001"});
  REQUIRE(access_key);
  CHECK(access_key->user == "qe-app");
  CHECK(access_key->active);
  CHECK(access_key->secret.reveal() == "qe-app-secret-for-tests-only-00000000001");

  const auto role = world.role("qe-role");
  REQUIRE(role);
  CHECK(role->attached == std::vector<std::string>{"000000000000/qe-minimum"});
  CHECK(role->description == "The application's role");
  CHECK(role->max_session_seconds == 3600);

  const auto key = world.key(kKeyId);
  REQUIRE(key);
  CHECK(key->arn() == "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab");
  CHECK(key->state == Key::State::enabled);
  CHECK(key->policy.compiled());
  CHECK(key->current_material().bytes.size() == 32);
  const auto alias = world.store.find<Alias>({kAccount, "us-east-1", "alias/qe-master"});
  REQUIRE(alias);
  CHECK(alias->target == kKeyId);
}

TEST_CASE("two fresh starts from one document open each other's ciphertexts") {
  World first;
  World second;
  second.random.bytes(100);  // not the same randomness
  for (World* world : {&first, &second}) world->load(with_id(kMaterial));
  const std::string blob = kms::seal(first.key(kKeyId)->current_material(), {}, "secret", first.random);
  CHECK(kms::open(second.key(kKeyId)->current_material(), {}, blob) == "secret");
  CHECK(first.key(kKeyId)->current_material().id.size() == 64);
}

TEST_CASE("material ids differ between keys that share their bytes") {
  World world;
  world.load(with_id(kMaterial));
  world.load(key(std::string(R"("KeyId":"00000000-12ab-34cd-56ef-1234567890ab",)") + kMaterial));
  CHECK(world.key(kKeyId)->current_material().id !=
        world.key("00000000-12ab-34cd-56ef-1234567890ab")->current_material().id);
}

TEST_CASE("a key without material keeps what it has when the document is loaded again") {
  World world;
  world.load(with_id(""));
  const std::string before = world.key(kKeyId)->current_material().bytes.reveal();
  world.load(with_id(R"("Description":"again")"));
  CHECK(world.key(kKeyId)->description == "again");
  CHECK(world.key(kKeyId)->current_material().bytes.reveal() == before);
}

TEST_CASE("a key without an id is the same key at every start if it has an alias") {
  World first;
  World second;
  first.load(key(R"("Aliases":["alias/a"])"));
  second.load(key(R"("Aliases":["alias/a"])"));
  const auto keys = first.store.all<Key>();
  REQUIRE(keys.size() == 1);
  CHECK(keys[0]->id.size() == 36);
  CHECK(second.key(keys[0]->id));
}

TEST_CASE("a multi-Region key may leave out its id, or that it is one") {
  World world;
  world.load(account(
      R"("keys":[{"MultiRegion":true,"Aliases":["alias/a"]},{"KeyId":"mrk-1234abcd12ab34cd56ef1234567890ab"}])"));
  for (const auto& found : world.store.all<Key>()) {
    CHECK(found->multi_region);
    CHECK(found->id.starts_with("mrk-"));
    CHECK(found->id.size() == 36);
  }
}

TEST_CASE("ids that the document cannot give are the same at every start") {
  World first;
  World second;
  for (World* world : {&first, &second}) world->load(user(R"("Path":"/")"));
  CHECK(first.user("u")->id == second.user("u")->id);
}

TEST_CASE("a user that is loaded again is replaced with its access keys") {
  World world;
  world.load(user(R"("AccessKeys":[{"AccessKeyId":"AKIA0000000000000001","SecretAccessKey":"s"}])"));
  world.load(user(
      R"("AccessKeys":[{"AccessKeyId":"AKIA0000000000000002","SecretAccessKey":"t","Status":"Inactive"}])"));
  CHECK_FALSE(world.store.find<AccessKey>({"", "", "AKIA0000000000000001"}));
  const auto access_key = world.store.find<AccessKey>({"", "", "AKIA0000000000000002"});
  REQUIRE(access_key);
  CHECK_FALSE(access_key->active);
}

TEST_CASE("a group has the users that it names and those that name it, once each") {
  World world;
  world.load(account(R"("users":[{"UserName":"a","Groups":["G"]},{"UserName":"b"},{"UserName":"c"}],)"
                     R"("groups":[{"GroupName":"g","Path":"/x/","Users":["A","b"],)"
                     R"("Policies":[{"PolicyName":"p","PolicyDocument":)" +
                     std::string(kAllow) + "}]}]"));
  const auto found = world.store.find<Group>({kAccount, "", "g"});
  REQUIRE(found);
  CHECK(found->path == "/x/");
  CHECK(found->id.starts_with("AGPA"));
  CHECK(found->inline_policies.count("p") == 1);
  CHECK(world.user("a")->groups == std::vector<std::string>{"g"});
  CHECK(world.user("b")->groups == std::vector<std::string>{"g"});
  CHECK(world.user("c")->groups.empty());
}

TEST_CASE("a group that is loaded again has the members of the second document") {
  World world;
  world.load(
      account(R"("users":[{"UserName":"a"},{"UserName":"b"}],"groups":[{"GroupName":"g","Users":["a"]}])"));
  world.load(account(R"("groups":[{"GroupName":"g","Users":["b"]}])"));
  CHECK(world.user("a")->groups.empty());
  CHECK(world.user("b")->groups == std::vector<std::string>{"g"});
}

TEST_CASE("a user is in at most ten groups of a document") {
  World world;
  std::string groups;
  for (int i = 0; i < 11; ++i) {
    groups += (i == 0 ? "" : ",") + (R"({"GroupName":"g)" + std::to_string(i) + R"(","Users":["u"]})");
  }
  CHECK(world.refusal(account(R"("users":[{"UserName":"u"}],"groups":[)" + groups + "]")) ==
        "accounts.000000000000.groups[10].Users[0]: a user is in at most 10 groups");
  CHECK_FALSE(world.user("u"));
}

TEST_CASE("an access key does not change hands") {
  World world;
  world.load(user(R"("AccessKeys":[{"AccessKeyId":"AKIA0000000000000001","SecretAccessKey":"s"}])"));
  const std::string other = account(
      R"("users":[{"UserName":"v","AccessKeys":[{"AccessKeyId":"AKIA0000000000000001","SecretAccessKey":"s"}]}])");
  CHECK(world.refusal(other) ==
        "accounts.000000000000.users[0].AccessKeys[0].AccessKeyId: belongs to the user u already");
  CHECK_FALSE(world.user("v"));
}

TEST_CASE("policies may be text, and principals may be in the same document") {
  World world;
  const std::string trust =
      R"("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[)"
      R"(\"arn:aws:iam::000000000000:user/team/u\",\"arn:aws:sts::000000000000:assumed-role/r/s\"]},)"
      R"(\"Action\":\"sts:AssumeRole\"}]}")";
  world.load(account(
      R"("users":[{"UserName":"u","Path":"/team/"}],"roles":[{"RoleName":"r","AssumeRolePolicyDocument":)" +
      trust + "}]"));
  REQUIRE(world.role("r"));
  CHECK(world.role("r")->trust.compiled());
}

TEST_CASE("only one account of a document is loaded where that is asked for") {
  World world;
  const std::string both =
      R"({"latchkey":1,"accounts":{"000000000000":{"users":[{"UserName":"a"}]},"111111111111":{"users":[{"UserName":"b"}]}}})";
  world.load(both, "111111111111");
  CHECK_FALSE(world.user("a"));
  CHECK(world.store.find<User>({"111111111111", "", "b"}));
}

}  // namespace
}  // namespace latchkey
