#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

void make_group(AwsTest& aws, const std::string& name, const std::string& path = "/") {
  check_ok(aws.iam("CreateGroup", {{"GroupName", name}, {"Path", path}}));
}

Reply add(AwsTest& aws, const std::string& user, const std::string& group) {
  return aws.iam("AddUserToGroup", {{"GroupName", group}, {"UserName", user}});
}

Reply remove(AwsTest& aws, const std::string& user, const std::string& group) {
  return aws.iam("RemoveUserFromGroup", {{"GroupName", group}, {"UserName", user}});
}

void make_users(AwsTest& aws, const Names& names) {
  for (const std::string& name : names) check_ok(aws.iam("CreateUser", {{"UserName", name}}));
}

Names members(AwsTest& aws, const std::string& group) {
  return walk(aws, "GetGroup", {{"GroupName", group}}, "UserName");
}

const std::string kNoGroup = "The group with name none cannot be found.";

}  // namespace

TEST_CASE("CreateGroup answers with the group it made") {
  AwsTest aws;
  const Reply made = aws.iam("CreateGroup", {{"GroupName", "Team"}, {"Path", "/div/"}});
  check_ok(made);
  CHECK(children(made, "Group") == Names{"Path", "GroupName", "GroupId", "Arn", "CreateDate"});
  CHECK(made["Arn"] == "arn:aws:iam::000000000000:group/div/Team");
  CHECK(made["GroupId"].size() == 21);
  CHECK(made["GroupId"].substr(0, 4) == "AGPA");
}

TEST_CASE("CreateGroup refuses what AWS refuses") {
  AwsTest aws;
  make_group(aws, "Team");
  const auto [name, path, status, code, message] =
      GENERATE(table<std::string, std::string, int, std::string, std::string>({
          {"Team", "/", 409, "EntityAlreadyExists", "Group with name Team already exists."},
          {"tEAM", "/x/", 409, "EntityAlreadyExists", "Group with name tEAM already exists."},
          {"a/b", "/", 400, "ValidationError",
           "The specified value for groupName is invalid. It must contain only alphanumeric characters "
           "and/or the following: +=,.@_-"},
          {std::string(129, 'g'), "/", 400, "ValidationError",
           "1 validation error detected: Value at 'groupName' failed to satisfy constraint: Member must "
           "have length less than or equal to 128"},
          {"g", "x", 400, "ValidationError",
           "The specified value for path is invalid. It must begin and end with / and contain only "
           "alphanumeric characters and/or / characters."},
      }));
  check_error(aws.iam("CreateGroup", {{"GroupName", name}, {"Path", path}}), status, code, message);
}

TEST_CASE("groups are listed by name and path") {
  AwsTest aws;
  make_group(aws, "b", "/x/");
  make_group(aws, "A");
  CHECK(walk(aws, "ListGroups", {}, "GroupName") == Names{"A", "b"});
  CHECK(walk(aws, "ListGroups", {{"PathPrefix", "/x/"}}, "GroupName") == Names{"b"});
  CHECK(children(aws.iam("ListGroups"), "ListGroupsResult") == Names{"Groups", "IsTruncated"});
}

TEST_CASE("GetGroup shows the group and its members by name, page by page") {
  AwsTest aws;
  make_group(aws, "Team");
  make_users(aws, {"carol", "Bob", "alice", "dave"});
  for (const char* name : {"carol", "BOB", "alice"}) check_ok(add(aws, name, "team"));
  const Reply got = aws.iam("GetGroup", {{"GroupName", "TEAM"}});
  CHECK(children(got, "GetGroupResult") == Names{"Group", "Users", "IsTruncated"});
  CHECK(children(got, "member") == Names{"Path", "UserName", "UserId", "Arn", "CreateDate"});
  CHECK(all(got, "UserName") == Names{"alice", "Bob", "carol"});
  CHECK(members(aws, "Team") == Names{"alice", "Bob", "carol"});
  const Reply second = aws.iam(
      "GetGroup", {{"GroupName", "Team"},
                   {"Marker", aws.iam("GetGroup", {{"GroupName", "Team"}, {"MaxItems", "2"}})["Marker"]}});
  CHECK(second["GroupName"] == "Team");
  CHECK(all(second, "UserName") == Names{"carol"});
}

TEST_CASE("joining twice and leaving without having joined change nothing") {
  AwsTest aws;
  make_group(aws, "Team");
  make_users(aws, {"alice"});
  for (int i = 0; i < 2; ++i) check_ok(add(aws, "alice", "Team"));
  CHECK(members(aws, "Team") == Names{"alice"});
  for (int i = 0; i < 2; ++i) check_ok(remove(aws, "alice", "Team"));
  CHECK(members(aws, "Team").empty());
}

TEST_CASE("a user is in at most ten groups") {
  AwsTest aws;
  make_users(aws, {"alice"});
  for (int i = 0; i < 11; ++i) make_group(aws, "g" + std::to_string(i));
  for (int i = 0; i < 10; ++i) check_ok(add(aws, "alice", "g" + std::to_string(i)));
  check_error(add(aws, "alice", "g10"), 409, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10");
  check_ok(add(aws, "alice", "g3"));
  CHECK(walk(aws, "ListGroupsForUser", {{"UserName", "alice"}}, "GroupName").size() == 10);
}

TEST_CASE("operations on a group that does not exist say so") {
  AwsTest aws;
  make_users(aws, {"alice"});
  const auto [operation, more] = GENERATE(table<std::string, Parameters>({
      {"GetGroup", {}},
      {"UpdateGroup", {{"NewGroupName", "g"}}},
      {"DeleteGroup", {}},
      {"AddUserToGroup", {{"UserName", "alice"}}},
      {"RemoveUserFromGroup", {{"UserName", "alice"}}},
      {"ListGroupPolicies", {}},
      {"ListAttachedGroupPolicies", {}},
      {"GetGroupPolicy", {{"PolicyName", "p"}}},
      {"AttachGroupPolicy", {{"PolicyArn", kAdministrator}}},
      {"PutGroupPolicy", {{"PolicyName", "p"}, {"PolicyDocument", allow("*")}}},
  }));
  Parameters with{{"GroupName", "none"}};
  with.insert(with.end(), more.begin(), more.end());
  check_error(aws.iam(operation, with), 404, "NoSuchEntity", kNoGroup);
}

TEST_CASE("only users that exist join and leave groups") {
  AwsTest aws;
  make_group(aws, "Team");
  const std::string message = "The user with name none cannot be found.";
  check_error(add(aws, "none", "Team"), 404, "NoSuchEntity", message);
  check_error(remove(aws, "none", "Team"), 404, "NoSuchEntity", message);
  check_error(aws.iam("ListGroupsForUser", {{"UserName", "none"}}), 404, "NoSuchEntity", message);
}

TEST_CASE("a renamed group keeps its id, its policies and its members") {
  AwsTest aws;
  const Caller alice = aws.user("alice");
  make_group(aws, "old");
  check_ok(add(aws, "alice", "old"));
  check_ok(aws.iam("PutGroupPolicy",
                   {{"GroupName", "old"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:*")}}));
  const std::string id = aws.iam("GetGroup", {{"GroupName", "old"}})["GroupId"];
  check_ok(aws.iam("UpdateGroup", {{"GroupName", "old"}, {"NewGroupName", "New"}, {"NewPath", "/x/"}}));
  const Reply got = aws.iam("GetGroup", {{"GroupName", "new"}});
  CHECK(got["Arn"] == "arn:aws:iam::000000000000:group/x/New");
  CHECK(got["GroupId"] == id);
  CHECK(members(aws, "new") == Names{"alice"});
  CHECK(walk(aws, "ListGroupsForUser", {{"UserName", "alice"}}, "GroupName") == Names{"New"});
  CHECK(aws.kms("ListKeys", "{}", alice).status == 200);
  CHECK(aws.iam("GetGroup", {{"GroupName", "old"}}).code == "NoSuchEntity");
}

TEST_CASE("a group may be renamed to another spelling of its own name, not to a name that is taken") {
  AwsTest aws;
  make_users(aws, {"alice"});
  make_group(aws, "team");
  make_group(aws, "Other");
  check_ok(add(aws, "alice", "team"));
  check_ok(aws.iam("UpdateGroup", {{"GroupName", "team"}, {"NewGroupName", "TEAM"}}));
  CHECK(members(aws, "team") == Names{"alice"});
  check_error(aws.iam("UpdateGroup", {{"GroupName", "team"}, {"NewGroupName", "other"}}), 409,
              "EntityAlreadyExists", "Group with name other already exists.");
  CHECK(walk(aws, "ListGroups", {}, "GroupName") == Names{"Other", "TEAM"});
}

TEST_CASE("renaming a group takes the permission on both names") {
  AwsTest aws;
  make_group(aws, "old");
  const std::string arn = "arn:aws:iam::000000000000:group/";
  const Caller one = aws.user("one", allow("iam:UpdateGroup", arn + "old"));
  const Caller both = aws.user("both", allow("iam:UpdateGroup", arn + "*"));
  const Parameters renaming{{"GroupName", "old"}, {"NewGroupName", "new"}};
  CHECK(aws.iam("UpdateGroup", renaming, one).code == "AccessDenied");
  check_ok(aws.iam("UpdateGroup", renaming, both));
}

TEST_CASE("a renamed user stays in its groups") {
  AwsTest aws;
  make_users(aws, {"alice"});
  make_group(aws, "Team");
  check_ok(add(aws, "alice", "Team"));
  check_ok(aws.iam("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "anna"}}));
  CHECK(members(aws, "Team") == Names{"anna"});
}

TEST_CASE("DeleteGroup insists that nothing hangs on the group") {
  AwsTest aws;
  make_users(aws, {"alice"});
  make_group(aws, "Team");
  const Parameters team{{"GroupName", "Team"}};
  check_ok(aws.iam("AttachGroupPolicy", {{"GroupName", "Team"}, {"PolicyArn", kAdministrator}}));
  check_ok(aws.iam("PutGroupPolicy",
                   {{"GroupName", "Team"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:*")}}));
  check_ok(add(aws, "alice", "Team"));
  check_error(aws.iam("DeleteGroup", team), 409, "DeleteConflict",
              "Cannot delete entity, must detach all policies first.");
  check_ok(aws.iam("DetachGroupPolicy", {{"GroupName", "Team"}, {"PolicyArn", kAdministrator}}));
  check_error(aws.iam("DeleteGroup", team), 409, "DeleteConflict",
              "Cannot delete entity, must delete policies first.");
  check_ok(aws.iam("DeleteGroupPolicy", {{"GroupName", "Team"}, {"PolicyName", "p"}}));
  check_error(aws.iam("DeleteGroup", team), 409, "DeleteConflict",
              "Cannot delete entity, must remove users from group first.");
  check_ok(remove(aws, "alice", "Team"));
  check_ok(aws.iam("DeleteGroup", team));
  CHECK(walk(aws, "ListGroups", {}, "GroupName").empty());
}

TEST_CASE("DeleteUser insists that the user has left its groups") {
  AwsTest aws;
  make_users(aws, {"alice"});
  make_group(aws, "Team");
  check_ok(add(aws, "alice", "Team"));
  check_error(aws.iam("DeleteUser", {{"UserName", "alice"}}), 409, "DeleteConflict",
              "Cannot delete entity, must remove users from group first.");
  check_ok(remove(aws, "alice", "Team"));
  check_ok(aws.iam("DeleteUser", {{"UserName", "alice"}}));
}

TEST_CASE("a policy that is attached to a group counts as attached and cannot be deleted") {
  AwsTest aws;
  make_group(aws, "Team");
  const std::string arn =
      aws.iam("CreatePolicy", {{"PolicyName", "P"}, {"PolicyDocument", allow("kms:*")}})["Arn"];
  check_ok(aws.iam("AttachGroupPolicy", {{"GroupName", "Team"}, {"PolicyArn", arn}}));
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", arn}})["AttachmentCount"] == "1");
  check_error(aws.iam("DeletePolicy", {{"PolicyArn", arn}}), 409, "DeleteConflict",
              "Cannot delete a policy attached to entities.");
}

TEST_CASE("what a group may its members may, as long as they are in it") {
  AwsTest aws;
  const Caller alice = aws.user("alice");
  const Caller bob = aws.user("bob");
  make_group(aws, "Team");
  const bool managed = GENERATE(false, true);
  if (managed) {
    check_ok(aws.iam("AttachGroupPolicy", {{"GroupName", "Team"}, {"PolicyArn", kAdministrator}}));
  } else {
    check_ok(aws.iam("PutGroupPolicy",
                     {{"GroupName", "Team"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:*")}}));
  }
  CHECK(aws.kms("ListKeys", "{}", alice).code == "AccessDeniedException");
  check_ok(add(aws, "alice", "Team"));
  CHECK(aws.kms("ListKeys", "{}", alice).status == 200);
  CHECK(aws.kms("ListKeys", "{}", bob).code == "AccessDeniedException");
  check_ok(remove(aws, "alice", "Team"));
  CHECK(aws.kms("ListKeys", "{}", alice).code == "AccessDeniedException");
}

TEST_CASE("a group's Deny beats what its members may themselves") {
  AwsTest aws;
  const Caller alice = aws.user("alice", allow("kms:*"));
  make_group(aws, "Team");
  check_ok(add(aws, "alice", "Team"));
  check_ok(aws.iam(
      "PutGroupPolicy",
      {{"GroupName", "Team"},
       {"PolicyName", "no"},
       {"PolicyDocument",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"kms:ListKeys","Resource":"*"}]})"}}));
  const Reply denied = aws.kms("ListKeys", "{}", alice);
  CHECK(denied.message.find("with an explicit deny in an identity-based policy") != std::string::npos);
}

TEST_CASE("a group is no principal and has no access of its own in another account") {
  AwsTest aws;
  make_group(aws, "Team");
  const Caller other{"111122223333", "test", ""};
  check_error(aws.iam("GetGroup", {{"GroupName", "Team"}}, other), 404, "NoSuchEntity",
              "The group with name Team cannot be found.");
}

TEST_CASE("the account's summary counts what is there beside AWS's quotas") {
  AwsTest aws;
  make_users(aws, {"alice", "bob"});
  make_group(aws, "Team");
  check_ok(aws.iam("CreatePolicy", {{"PolicyName", "P"}, {"PolicyDocument", allow("kms:*")}}));
  const Reply summary = aws.iam("GetAccountSummary");
  const Names keys = all(summary, "key"), values = all(summary, "value");
  REQUIRE(keys.size() == values.size());
  std::map<std::string, std::string> map;
  for (std::size_t i = 0; i < keys.size(); ++i) map[keys[i]] = values[i];
  CHECK(map["Users"] == "2");
  CHECK(map["Groups"] == "1");
  CHECK(map["Roles"] == "0");
  CHECK(map["Policies"] == "1");
  CHECK(map["PolicyVersionsInUse"] == "1");
  CHECK(map["GroupsPerUserQuota"] == "10");
  CHECK(map["GroupPolicySizeQuota"] == "5120");
}
