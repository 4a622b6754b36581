#include <catch2/catch.hpp>

#include "unit/policy/helpers.h"

using namespace latchkey::policy;
using namespace latchkey::policy::test;

namespace {

constexpr const char* kTenant =
    R"({"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:tenant":["a","${aws:username}"]}}})";

struct Scene {
  Request call = request(kUser, "kms:Decrypt", kKey);
  Set set;
  Scene() {
    set.resource = named(kDelegate, Kind::key);
    set.identity.emplace().push_back(named(kTenant, Kind::identity, "inline policy minimum of user/Jane"));
  }
  Explanation explained() const { return explain(call, set); }
  std::string sentence() const { return explained().sentence; }
};

}  // namespace

TEST_CASE("an unmet condition is explained with what was wanted and what was seen") {
  Scene scene;
  CHECK(scene.sentence() ==
        "An Allow exists in inline policy minimum of user/Jane, statement 0, but "
        "kms:EncryptionContext:tenant was absent.");
  scene.call.context.set("kms:EncryptionContext:Tenant", "b");
  const Explanation why = scene.explained();
  CHECK(why.sentence ==
        "An Allow exists in inline policy minimum of user/Jane, statement 0, but "
        "kms:EncryptionContext:tenant was \"b\" where StringEquals wants \"a\" or \"Jane\".");
  CHECK(why.decision.cause == Cause::identity);
  REQUIRE(why.policies.size() == 2);
  CHECK(why.policies[0].label == "resource");
  CHECK(why.policies[0].contribution == "delegates to identity policies");
  CHECK(why.policies[1].label == "identity[0]");
  CHECK(why.policies[1].contribution == "none");
  const StatementNote& statement = why.policies[1].statements.at(0);
  CHECK(statement.action_matched);
  CHECK(statement.resource_matched);
  CHECK_FALSE(statement.conditions_met);
  const ConditionNote& condition = statement.conditions.at(0);
  CHECK(condition.op == "StringEquals");
  CHECK(condition.key == "kms:EncryptionContext:tenant");
  CHECK(condition.wanted == std::vector<std::string>{"a", "Jane"});
  CHECK(condition.seen == std::vector<std::string>{"b"});
  CHECK_FALSE(condition.met);
}

TEST_CASE("the sentence names the decisive cause") {
  Scene scene;
  SECTION("another action") {
    scene.call = request(kUser, "kms:CreateKey", "*");
    CHECK(scene.sentence() ==
          "Inline policy minimum of user/Jane, statement 0 does not cover kms:CreateKey.");
    scene.set.identity->push_back(named(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})"));
    CHECK(scene.sentence() == "No policy of user Jane mentions kms:CreateKey.");
    scene.set.identity->clear();
    CHECK(scene.sentence() == "User Jane has no policy that allows anything.");
  }
  SECTION("another resource") {
    scene.set.identity->front() = named(
        R"({"Effect":"Allow","Action":"kms:*","Resource":"arn:aws:kms:*:*:key/other"})", Kind::identity, "P");
    CHECK(scene.sentence() ==
          std::string("An Allow exists in policy P, statement 0, but it does not cover the resource ") +
              kKey + ".");
  }
  SECTION("a deny in the key policy") {
    scene.set.resource =
        named(std::string(kDelegate) +
                  R"(,{"Sid":"NoDelete","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"})",
              Kind::key);
    CHECK(scene.sentence() == "The key policy denies it: statement 1 (Sid NoDelete).");
    CHECK(scene.explained().policies.at(0).contribution == "deny");
  }
  SECTION("a deny elsewhere") {
    scene.set.scp.emplace(1)[0].push_back(named(kDenyAll, Kind::control, "FullStop"));
    CHECK(scene.sentence() == "The service control policy FullStop denies it: statement 0 (Sid No).");
  }
  SECTION("a key policy that does not let IAM decide") {
    scene.set.resource = named("", Kind::key);
    CHECK(scene.sentence() ==
          "The key policy neither allows user Jane to call kms:Decrypt nor lets IAM policies of the account "
          "allow it.");
    scene.set.resource.reset();
    CHECK(scene.sentence() == "There is no resource-based policy, so nothing allows user Jane here.");
  }
  SECTION("limits") {
    scene.call.context.set("kms:EncryptionContext:tenant", "a");
    scene.set.boundary = named("");
    CHECK(scene.sentence() == "No permissions boundary allows kms:Decrypt.");
    scene.set.scp.emplace(1);
    CHECK(scene.sentence() == "At some level no service control policy allows kms:Decrypt.");
  }
  SECTION("allowed") {
    scene.call.context.set("kms:EncryptionContext:tenant", "a");
    CHECK(scene.sentence() ==
          "The key policy leaves it to IAM policies, and inline policy minimum of user/Jane, statement 0, "
          "allows it.");
    scene.set.resource = named(
        R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/Jane"},"Action":"*","Resource":"*"})",
        Kind::key);
    CHECK(scene.sentence() == "The key policy, statement 0, allows it.");
    CHECK(scene.explained().policies.at(0).contribution == "allow");
    scene.set.resource.reset();
    scene.set.grant = Named{nullptr, "abc", ""};
    CHECK(scene.sentence() == "The grant abc allows it.");
    scene.call = request("123456789012", "s3:GetObject", "*");
    CHECK(explain(scene.call, {}).sentence ==
          "The root user may do everything in its account that no policy denies.");
    scene.call = request(kUser, "sts:GetCallerIdentity", "*");
    CHECK(scene.sentence() == "sts:GetCallerIdentity needs no permission.");
  }
}

TEST_CASE("what was not looked at is not noted") {
  Scene scene;
  scene.set.resource = named(
      R"({"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"*","Resource":"*","Condition":{"Bool":{"a":"true"}}})",
      Kind::key);
  const StatementNote statement = scene.explained().policies.at(0).statements.at(0);
  CHECK_FALSE(statement.principal_matched);
  CHECK_FALSE(statement.action_matched);
  CHECK(statement.conditions.empty());
  CHECK_FALSE(statement.applies());
}
