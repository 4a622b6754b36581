#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

constexpr char kSubject[] = "User: arn:aws:iam::000000000000:user/alice is not authorized to perform: ";

std::string statement(const std::string& effect, const std::string& action, const std::string& condition) {
  return R"({"Effect":")" + effect + R"(","Action":")" + action + R"(","Resource":"*","Condition":)" +
         condition + "}";
}

std::string document(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}

void make_things(AwsTest& aws) {
  check_ok(aws.iam("CreateUser", {{"UserName", "Bob"}, {"Path", "/x/"}}));
  check_ok(aws.iam("CreateGroup", {{"GroupName", "Team"}, {"Path", "/x/"}}));
  check_ok(
      aws.iam("CreateRole", {{"RoleName", "App"}, {"Path", "/x/"}, {"AssumeRolePolicyDocument", kTrust}}));
  check_ok(
      aws.iam("CreatePolicy", {{"PolicyName", "P"}, {"Path", "/x/"}, {"PolicyDocument", allow("kms:*")}}));
}

struct Case {
  std::string operation;
  Parameters parameters;
  std::string shown;     // in the denial
  std::string resource;  // what a policy must name
};

const std::string kPolicyArn = std::string(kAccountPolicy) + "x/P";
const std::string kIam = "arn:aws:iam::000000000000:";

// One operation of every rule.
std::vector<Case> cases() {
  return {
      {"CreateUser", {{"UserName", "new"}, {"Path", "/y/"}}, kIam + "user/y/new", kIam + "user/y/new"},
      {"GetUser", {{"UserName", "Bob"}}, "user Bob", kIam + "user/x/Bob"},
      {"GetUser", {}, kIam + "user/alice", kIam + "user/alice"},
      {"ListUsers", {}, kIam + "user/", kIam + "user/"},
      {"ListUsers", {{"PathPrefix", "/x/"}}, kIam + "user/x/", kIam + "user/x/"},
      {"DeleteUser", {{"UserName", "bob"}}, "user bob", kIam + "user/x/Bob"},
      {"ListAccessKeys", {{"UserName", "Bob"}}, "user Bob", kIam + "user/x/Bob"},
      {"PutUserPolicy",
       {{"UserName", "Bob"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:*")}},
       "user Bob",
       kIam + "user/x/Bob"},
      {"AttachUserPolicy", {{"UserName", "Bob"}, {"PolicyArn", kPolicyArn}}, "user Bob", kIam + "user/x/Bob"},
      {"CreateGroup", {{"GroupName", "new"}, {"Path", "/y/"}}, kIam + "group/y/new", kIam + "group/y/new"},
      {"GetGroup", {{"GroupName", "Team"}}, "group Team", kIam + "group/x/Team"},
      {"ListGroups", {{"PathPrefix", "/x/"}}, kIam + "group/x/", kIam + "group/x/"},
      {"AddUserToGroup", {{"GroupName", "Team"}, {"UserName", "Bob"}}, "group Team", kIam + "group/x/Team"},
      {"RemoveUserFromGroup",
       {{"GroupName", "Team"}, {"UserName", "Bob"}},
       "group Team",
       kIam + "group/x/Team"},
      {"ListGroupsForUser", {{"UserName", "Bob"}}, "user Bob", kIam + "user/x/Bob"},
      {"AttachGroupPolicy",
       {{"GroupName", "Team"}, {"PolicyArn", kPolicyArn}},
       "group Team",
       kIam + "group/x/Team"},
      {"ListGroupPolicies", {{"GroupName", "Team"}}, "group Team", kIam + "group/x/Team"},
      {"CreateRole",
       {{"RoleName", "new"}, {"AssumeRolePolicyDocument", kTrust}},
       kIam + "role/new",
       kIam + "role/new"},
      {"GetRole", {{"RoleName", "App"}}, "role App", kIam + "role/x/App"},
      {"ListRoles", {}, kIam + "role/", kIam + "role/"},
      {"UpdateRole", {{"RoleName", "App"}}, "role App", kIam + "role/x/App"},
      {"TagRole",
       {{"RoleName", "App"}, {"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}},
       "role App",
       kIam + "role/x/App"},
      {"CreatePolicy",
       {{"PolicyName", "new"}, {"PolicyDocument", allow("*")}},
       "policy new",
       kIam + "policy/new"},
      {"GetPolicy", {{"PolicyArn", kPolicyArn}}, "policy " + kPolicyArn, kPolicyArn},
      {"GetPolicy", {{"PolicyArn", kAdministrator}}, "policy " + std::string(kAdministrator), kAdministrator},
      {"GetPolicyVersion",
       {{"PolicyArn", kPolicyArn}, {"VersionId", "v1"}},
       "policy " + kPolicyArn,
       kPolicyArn},
      {"ListPolicies", {}, "policy path /", kIam + "policy/"},
      {"ListAccountAliases", {}, "*", "*"},
      {"GetAccountSummary", {}, "*", "*"},
  };
}

}  // namespace

TEST_CASE("a user without policies may do nothing in IAM") {
  for (const Case& one : cases()) {
    AwsTest aws;
    make_things(aws);
    const Caller alice = aws.user("alice");
    check_error(aws.iam(one.operation, one.parameters, alice), 403, "AccessDenied",
                kSubject + ("iam:" + one.operation) + " on resource: " + one.shown +
                    " because no identity-based policy allows the iam:" + one.operation + " action");
  }
}

TEST_CASE("exactly the action on exactly the resource is enough") {
  for (const Case& one : cases()) {
    AwsTest aws;
    make_things(aws);
    const Caller alice = aws.user("alice", allow("iam:" + one.operation, one.resource));
    check_ok(aws.iam(one.operation, one.parameters, alice));
  }
}

TEST_CASE("the action on another resource is not enough") {
  for (const Case& one : cases()) {
    if (one.resource == "*") continue;
    AwsTest aws;
    make_things(aws);
    const Caller alice = aws.user("alice", allow("iam:" + one.operation, one.resource + "2"));
    CHECK(aws.iam(one.operation, one.parameters, alice).code == "AccessDenied");
  }
}

TEST_CASE("who may not look is not told whether something exists") {
  AwsTest aws;
  const Caller alice = aws.user("alice");
  const auto [operation, parameters, shown] = GENERATE(table<std::string, Parameters, std::string>({
      {"GetUser", {{"UserName", "none"}}, "user none"},
      {"DeleteRole", {{"RoleName", "none"}}, "role none"},
      {"GetPolicy",
       {{"PolicyArn", "arn:aws:iam::000000000000:policy/none"}},
       "policy arn:aws:iam::000000000000:policy/none"},
      {"GetAccessKeyLastUsed", {{"AccessKeyId", "AKIA0000000000000000"}}, "access key AKIA0000000000000000"},
  }));
  check_error(aws.iam(operation, parameters, alice), 403, "AccessDenied",
              kSubject + ("iam:" + operation) + " on resource: " + shown +
                  " because no identity-based policy allows the iam:" + operation + " action");
}

TEST_CASE("what is wrong with the request is said before who may make it") {
  AwsTest aws;
  const Caller alice = aws.user("alice");
  CHECK(aws.iam("GetUser", {{"UserName", "a/b"}}, alice).code == "ValidationError");
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", "twenty characters long"}}, alice).code == "ValidationError");
}

TEST_CASE("tagging something while making it takes the permission to tag") {
  AwsTest aws;
  const auto [operation, tag, parameters] = GENERATE(table<std::string, std::string, Parameters>({
      {"CreateUser", "iam:TagUser", {{"UserName", "new"}}},
      {"CreateRole", "iam:TagRole", {{"RoleName", "new"}, {"AssumeRolePolicyDocument", kTrust}}},
      {"CreatePolicy", "iam:TagPolicy", {{"PolicyName", "new"}, {"PolicyDocument", allow("*")}}},
  }));
  const Caller alice = aws.user("alice", allow("iam:Create*"));
  Parameters tagged = parameters;
  tagged.emplace_back("Tags.member.1.Key", "k");
  tagged.emplace_back("Tags.member.1.Value", "v");
  const Reply refused = aws.iam(operation, tagged, alice);
  CHECK(refused.code == "AccessDenied");
  CHECK(refused.message.find(tag) != std::string::npos);
  check_ok(aws.iam(operation, parameters, alice));
}

TEST_CASE("renaming a user takes the permission on both names") {
  const std::string bob = kIam + "user/bob";
  const std::string robert = kIam + "user/robert";
  const auto [resources, allowed] = GENERATE_COPY(table<std::string, bool>({
      {"[\"" + bob + "\"]", false},
      {"[\"" + robert + "\"]", false},
      {"[\"" + bob + "\",\"" + robert + "\"]", true},
  }));
  AwsTest aws;
  check_ok(aws.iam("CreateUser", {{"UserName", "bob"}}));
  const Caller alice = aws.user(
      "alice", document(R"({"Effect":"Allow","Action":"iam:UpdateUser","Resource":)" + resources + "}"));
  const Reply reply = aws.iam("UpdateUser", {{"UserName", "bob"}, {"NewUserName", "robert"}}, alice);
  CHECK(reply.code == (allowed ? "" : "AccessDenied"));
}

TEST_CASE("conditions see tags, policies and boundaries") {
  const std::string boundary = R"({"StringEquals":{"iam:PermissionsBoundary":")" + kPolicyArn + R"("}})";
  const auto [condition, operation, yes, no] =
      GENERATE_COPY(table<std::string, std::string, Parameters, Parameters>({
          {R"({"StringEquals":{"aws:RequestTag/team":"red"}})",
           "TagUser",
           {{"UserName", "Bob"}, {"Tags.member.1.Key", "team"}, {"Tags.member.1.Value", "red"}},
           {{"UserName", "Bob"}, {"Tags.member.1.Key", "team"}, {"Tags.member.1.Value", "blue"}}},
          {R"({"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}})",
           "UntagUser",
           {{"UserName", "Bob"}, {"TagKeys.member.1", "team"}},
           {{"UserName", "Bob"}, {"TagKeys.member.1", "team"}, {"TagKeys.member.2", "other"}}},
          {R"({"StringEquals":{"aws:ResourceTag/color":"green"}})",
           "GetUser",
           {{"UserName", "Green"}},
           {{"UserName", "Bob"}}},
          {R"({"StringEquals":{"iam:ResourceTag/color":"green"}})",
           "GetUser",
           {{"UserName", "Green"}},
           {{"UserName", "Bob"}}},
          {R"({"ArnEquals":{"iam:PolicyARN":")" + kPolicyArn + R"("}})",
           "AttachUserPolicy",
           {{"UserName", "Bob"}, {"PolicyArn", kPolicyArn}},
           {{"UserName", "Bob"}, {"PolicyArn", kAdministrator}}},
          {boundary,
           "CreateUser",
           {{"UserName", "new"}, {"PermissionsBoundary", kPolicyArn}},
           {{"UserName", "new"}}},
          {boundary,
           "CreateUser",
           {{"UserName", "new"}, {"PermissionsBoundary", kPolicyArn}},
           {{"UserName", "new"}, {"PermissionsBoundary", kAdministrator}}},
          {boundary,
           "PutUserPermissionsBoundary",
           {{"UserName", "Bob"}, {"PermissionsBoundary", kPolicyArn}},
           {{"UserName", "Bob"}, {"PermissionsBoundary", kAdministrator}}},
          {boundary,
           "AttachUserPolicy",
           {{"UserName", "Green"}, {"PolicyArn", kAdministrator}},
           {{"UserName", "Bob"}, {"PolicyArn", kAdministrator}}},
          {boundary, "DeleteUserPermissionsBoundary", {{"UserName", "Green"}}, {{"UserName", "Blue"}}},
      }));
  AwsTest aws;
  make_things(aws);
  check_ok(aws.iam("CreateUser", {{"UserName", "Green"},
                                  {"Tags.member.1.Key", "color"},
                                  {"Tags.member.1.Value", "green"},
                                  {"PermissionsBoundary", kPolicyArn}}));
  check_ok(aws.iam("CreateUser", {{"UserName", "Blue"}, {"PermissionsBoundary", kAdministrator}}));
  const Caller alice = aws.user("alice", document(statement("Allow", "iam:" + operation, condition)));
  INFO(condition);
  CHECK(aws.iam(operation, no, alice).code == "AccessDenied");
  check_ok(aws.iam(operation, yes, alice));
}

TEST_CASE("with enforcement off another account's policies are still not this one's") {
  Settings settings;
  settings.enforce_iam = false;
  AwsTest aws(settings);
  make_things(aws);
  const Caller other{"111122223333", "test", ""};
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", kPolicyArn}}, other).code == "NoSuchEntity");
  CHECK(aws.iam("DeletePolicy", {{"PolicyArn", kPolicyArn}}, other).code == "NoSuchEntity");
  CHECK(aws.iam("DeletePolicy", {{"PolicyArn", kAdministrator}}).code == "AccessDenied");
}
