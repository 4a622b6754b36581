// For every operation of every service: who has no permission is refused with AWS's sentence, who has exactly
// the actions on exactly the resources gets past authorization, and neither another action nor another
// resource will do.
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "core/encoding.h"
#include "core/json.h"
#include "iam/service.h"
#include "kms/service.h"
#include "sts/service.h"
#include "support/aws_test.h"
#include "support/inputs.h"

namespace latchkey::test {
namespace {

constexpr char kTrust[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":["sts:AssumeRole","sts:TagSession"]}]})";

// An emulator with one of everything, and what names it in requests.
struct World {
  AwsTest aws;
  std::map<std::string, Value, std::less<>> names;
  Caller caller;

  World() {
    const std::string key = aws.key(R"({"MultiRegion":true})");
    aws.kms("CreateAlias", R"({"AliasName":"alias/present","TargetKeyId":")" + key + "\"}");
    const Reply blob = aws.kms("Encrypt", R"({"KeyId":")" + key + R"(","Plaintext":"aGk="})");
    aws.iam("CreateUser", {{"UserName", "target"}});
    aws.iam("CreateGroup", {{"GroupName", "target"}});
    aws.iam("CreateRole", {{"RoleName", "target"}, {"AssumeRolePolicyDocument", kTrust}});
    const Reply access_key = aws.iam("CreateAccessKey", {{"UserName", "target"}});
    const Reply policy =
        aws.iam("CreatePolicy", {{"PolicyName", "target"}, {"PolicyDocument", allow("kms:ListKeys")}});
    for (const char* member : {"KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId"})
      names[member] = key;
    names["CiphertextBlob"] = Blob{base64_decode(blob["CiphertextBlob"]).value()};
    names["AliasName"] = "alias/present";
    for (const char* member : {"UserName", "GroupName", "RoleName"}) names[member] = "target";
    names["AccessKeyId"] = access_key["AccessKeyId"];
    names["PolicyArn"] = policy["Arn"];
    names["PermissionsBoundary"] = policy["Arn"];
    names["RoleArn"] = "arn:aws:iam::000000000000:role/target";
    names["Arn"] = "arn:aws:iam::000000000000:user/target";
    names["TargetPrincipal"] = "000000000000";
    names["EntityPath"] = "o-aaaaaaaaaa/r-aaaa";
    for (const char* member : {"AuthenticationCode1", "AuthenticationCode2"}) names[member] = "123456";
    names["EntityArn"] = "arn:aws:iam::000000000000:delegation-request/target";
    names["OpenIDConnectProviderArn"] = "arn:aws:iam::000000000000:oidc-provider/target";
    names["SAMLProviderArn"] = "arn:aws:iam::000000000000:saml-provider/target";
    names["AWSServiceName"] = "target.amazonaws.com";
    names["PolicySourceArn"] = "arn:aws:iam::000000000000:user/target";
    names["Policy"] = allow("kms:*");
    names["VersionId"] = "v1";
    names["PolicyDocument"] = allow("kms:*");
    names["AssumeRolePolicyDocument"] = kTrust;
    names["ReplicaRegion"] = names["PrimaryRegion"] = "eu-west-1";
    for (const char* member : {"RetiringPrincipal", "GranteePrincipal"}) {
      names[member] = "arn:aws:iam::000000000000:user/target";
    }
    names["Operations"] = List{"Decrypt"};
    names["GrantId"] = std::string(64, '0');
    caller = aws.user("caller");
  }

  Members input(const Operation& operation) const {
    Members out = least(operation.input);
    for (const Member& member : operation.input) {
      const auto known = names.find(member.name);
      if (known != names.end() && (member.required || member.name == "KeyId" ||
                                   member.name == "CiphertextBlob" || operation.name == "RetireGrant")) {
        out.set(std::string(member.name), known->second);
      }
    }
    return out;
  }

  void permit(const List& statements) {
    if (statements.empty()) return;
    const Members policy{{"Version", "2012-10-17"}, {"Statement", statements}};
    const Reply put = aws.iam(
        "PutUserPolicy", {{"UserName", "caller"}, {"PolicyName", "p"}, {"PolicyDocument", to_json(policy)}});
    REQUIRE(put.status == 200);
  }
};

Members statement(std::string_view action, std::string_view resource) {
  return {{"Effect", "Allow"}, {"Action", action}, {"Resource", resource}};
}

bool refused(const Reply& reply) {
  return reply.code == "AccessDenied" || reply.code == "AccessDeniedException";
}

// The permissions that a call turns out to need, one refusal after the other; each refusal must read as
// AWS's.
std::vector<std::pair<std::string, std::string>> needed(const Service& service, const Operation& operation) {
  World world;
  const Members input = world.input(operation);
  std::vector<std::pair<std::string, std::string>> out;
  List statements;
  for (int round = 0; round < 5; ++round) {
    const Reply reply = send(world.aws, service, operation, input, world.caller);
    if (!refused(reply)) {
      INFO(operation.name << " as nobody: " << reply.body);
      CHECK(round > 0);
      CHECK(reply.status != 500);
      return out;
    }
    const auto entry = world.aws.journal.find(reply.request_id);
    REQUIRE(entry);
    REQUIRE_FALSE(entry->decisions.empty());
    const policy::Request& asked = entry->decisions.back().request;
    INFO(operation.name << ": " << reply.message);
    CHECK(reply.status == (service.protocol == Protocol::json ? 400 : 403));
    CHECK(reply.message.starts_with(
        "User: arn:aws:iam::000000000000:user/caller is not authorized to perform: " + asked.action));
    const bool trust = asked.action == "sts:AssumeRole";  // AWS gives no reason there
    if (!trust)
      CHECK(reply.message.ends_with(" because no identity-based policy allows the " + asked.action +
                                    " action"));
    // IAM takes no policy that names a root user, so that AssumeRoot can be allowed on everything only.
    const std::string resource = asked.resource.ends_with(":root") ? "*" : asked.resource;
    out.emplace_back(asked.action, resource);
    statements.emplace_back(statement(asked.action, resource));
    world.permit(statements);
  }
  FAIL_CHECK(operation.name << " is refused with all it asked for");
  return out;
}

// With all permissions but one, and that one for something else.
void check_refused_without(const Service& service, const Operation& operation,
                           const std::vector<std::pair<std::string, std::string>>& permissions,
                           std::size_t left_out) {
  const auto& [action, resource] = permissions[left_out];
  std::vector<Members> others{statement(std::string(service.name) + ":Other", resource)};
  if (resource != "*") others.push_back(statement(action, resource + "-other"));
  for (const Members& other : others) {
    World world;
    List statements{other};
    for (std::size_t i = 0; i < permissions.size(); ++i) {
      if (i != left_out) statements.emplace_back(statement(permissions[i].first, permissions[i].second));
    }
    world.permit(statements);
    INFO(operation.name << " with " << to_json(statements));
    CHECK(refused(send(world.aws, service, operation, world.input(operation), world.caller)));
  }
}

std::set<std::string> check_all(const Service& service) {
  std::set<std::string> free;
  for (const Operation& operation : service.operations) {
    if (!operation.access.unchecked_because().empty()) {
      free.emplace(operation.name);
      continue;
    }
    if (operation.unsigned_call) continue;  // refused by the trust policy alone; sts/web_identity_test.cc
    const auto permissions = needed(service, operation);
    for (std::size_t i = 0; i < permissions.size(); ++i)
      check_refused_without(service, operation, permissions, i);
  }
  return free;
}

TEST_CASE("every operation of KMS takes exactly its permissions") {
  CHECK(check_all(kms::service()).empty());
}

TEST_CASE("every operation of IAM takes exactly its permissions") {
  CHECK(check_all(iam::service()).empty());
}

TEST_CASE("every operation of STS takes exactly its permissions") {
  CHECK(check_all(sts::service()) == std::set<std::string>{"GetCallerIdentity", "GetSessionToken"});
}

}  // namespace
}  // namespace latchkey::test
