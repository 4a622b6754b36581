#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

TEST_CASE("CreateUser answers with the user it made") {
  AwsTest aws;
  const Reply made = aws.iam("CreateUser", {{"UserName", "Alice"}, {"Path", "/div/sub/"}});
  REQUIRE(made.status == 200);
  CHECK(children(made, "User") == Names{"Path", "UserName", "UserId", "Arn", "CreateDate"});
  CHECK(made["Path"] == "/div/sub/");
  CHECK(made["UserName"] == "Alice");
  CHECK(made["Arn"] == "arn:aws:iam::000000000000:user/div/sub/Alice");
  CHECK(made["CreateDate"] == "2030-01-01T00:00:00Z");
  CHECK(made["UserId"].size() == 21);
  CHECK(made["UserId"].substr(0, 4) == "AIDA");
}

TEST_CASE("CreateUser keeps boundary and tags, which GetUser shows and ListUsers does not") {
  AwsTest aws;
  const Reply made = aws.iam("CreateUser", {{"UserName", "alice"},
                                            {"PermissionsBoundary", kAdministrator},
                                            {"Tags.member.1.Key", "team"},
                                            {"Tags.member.1.Value", "red"}});
  REQUIRE(made.status == 200);
  const Names full{"Path", "UserName", "UserId", "Arn", "CreateDate", "PermissionsBoundary", "Tags"};
  CHECK(children(made, "User") == full);
  const Reply got = aws.iam("GetUser", {{"UserName", "alice"}});
  CHECK(children(got, "User") == full);
  CHECK(got["PermissionsBoundaryType"] == "Policy");
  CHECK(got["PermissionsBoundaryArn"] == kAdministrator);
  const Reply listed = aws.iam("ListUsers");
  CHECK(children(listed, "member") == Names{"Path", "UserName", "UserId", "Arn", "CreateDate"});
  CHECK(children(listed, "ListUsersResult") == Names{"Users", "IsTruncated"});
}

TEST_CASE("CreateUser refuses what AWS refuses") {
  AwsTest aws;
  check_ok(aws.iam("CreateUser", {{"UserName", "Alice"}}));
  const std::string detected = "1 validation error detected: Value at '";
  const auto [parameters, status, code,
              message] = GENERATE_COPY(table<Parameters, int, std::string, std::string>({
      {{{"UserName", "Alice"}}, 409, "EntityAlreadyExists", "User with name Alice already exists."},
      {{{"UserName", "aLICE"}}, 409, "EntityAlreadyExists", "User with name aLICE already exists."},
      {{},
       400,
       "ValidationError",
       detected + "userName' failed to satisfy constraint: Member must not be null"},
      {{{"UserName", "a/b"}},
       400,
       "ValidationError",
       "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the "
       "following: +=,.@_-"},
      {{{"UserName", std::string(65, 'a')}},
       400,
       "ValidationError",
       detected + "userName' failed to satisfy constraint: Member must have length less than or equal to 64"},
      {{{"UserName", "bob"}, {"Path", "div"}},
       400,
       "ValidationError",
       "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
       "characters and/or / characters."},
      {{{"UserName", "bob"}, {"PermissionsBoundary", "arn:aws:iam::000000000000:policy/none"}},
       404,
       "NoSuchEntity",
       "Scope ARN: arn:aws:iam::000000000000:policy/none does not exist or is not attachable."},
      {{{"UserName", "bob"}, {"PermissionsBoundary", "this is not an ARN at all"}},
       400,
       "ValidationError",
       "Invalid ARN:  Could not be parsed!"},
      {{{"UserName", "bob"},
        {"Tags.member.1.Key", "team"},
        {"Tags.member.1.Value", "red"},
        {"Tags.member.2.Key", "Team"},
        {"Tags.member.2.Value", "blue"}},
       400,
       "InvalidInput",
       "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
  }));
  check_error(aws.iam("CreateUser", parameters), status, code, message);
  CHECK(aws.iam("ListUsers").count("UserName") == 1);
}

TEST_CASE("GetUser without a name shows the caller") {
  AwsTest aws;
  const Caller alice = aws.user("alice", allow("*"));
  CHECK(aws.iam("GetUser", {}, alice)["UserName"] == "alice");
  const Reply root = aws.iam("GetUser");
  CHECK(children(root, "User") == Names{"UserId", "Arn", "CreateDate"});
  CHECK(root["UserId"] == "000000000000");
  CHECK(root["Arn"] == "arn:aws:iam::000000000000:root");
}

TEST_CASE("a role's session must name the user it asks for") {
  AwsTest aws;
  check_ok(aws.iam("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", kTrust}}));
  check_ok(aws.iam("PutRolePolicy",
                   {{"RoleName", "r"}, {"PolicyName", "all"}, {"PolicyDocument", allow("iam:*")}}));
  const Reply assumed = aws.sts(
      "AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/r"}, {"RoleSessionName", "session"}});
  REQUIRE(assumed.status == 200);
  const Caller session{assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"]};
  const std::string operation = GENERATE("GetUser", "CreateAccessKey", "ListAccessKeys");
  check_error(aws.iam(operation, {}, session), 400, "ValidationError",
              "Must specify userName when calling with non-User credentials");
}

TEST_CASE("a user's name is found in any case") {
  AwsTest aws;
  check_ok(aws.iam("CreateUser", {{"UserName", "Alice"}}));
  CHECK(aws.iam("GetUser", {{"UserName", "ALICE"}})["UserName"] == "Alice");
}

TEST_CASE("operations on a user that does not exist say so") {
  AwsTest aws;
  const auto [operation, more] = GENERATE(table<std::string, Parameters>({
      {"GetUser", {}},
      {"UpdateUser", {{"NewUserName", "bob"}}},
      {"DeleteUser", {}},
      {"CreateAccessKey", {}},
      {"ListAccessKeys", {}},
      {"DeleteAccessKey", {{"AccessKeyId", "AKIA0000000000000000"}}},
      {"PutUserPolicy", {{"PolicyName", "p"}, {"PolicyDocument", allow("*")}}},
      {"GetUserPolicy", {{"PolicyName", "p"}}},
      {"ListUserPolicies", {}},
      {"DeleteUserPolicy", {{"PolicyName", "p"}}},
      {"AttachUserPolicy", {{"PolicyArn", kAdministrator}}},
      {"DetachUserPolicy", {{"PolicyArn", kAdministrator}}},
      {"ListAttachedUserPolicies", {}},
      {"PutUserPermissionsBoundary", {{"PermissionsBoundary", kAdministrator}}},
      {"DeleteUserPermissionsBoundary", {}},
      {"TagUser", {{"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}}},
      {"UntagUser", {{"TagKeys.member.1", "k"}}},
      {"ListUserTags", {}},
  }));
  Parameters parameters{{"UserName", "Nobody"}};
  parameters.insert(parameters.end(), more.begin(), more.end());
  INFO(operation);
  check_error(aws.iam(operation, parameters), 404, "NoSuchEntity",
              "The user with name Nobody cannot be found.");
}

TEST_CASE("ListUsers filters by path and comes in pages") {
  AwsTest aws;
  for (const auto& [name, path] : Parameters{{"c", "/x/"}, {"A", "/"}, {"b", "/x/y/"}, {"d", "/xx/"}}) {
    check_ok(aws.iam("CreateUser", {{"UserName", name}, {"Path", path}}));
  }
  CHECK(walk(aws, "ListUsers", {}, "UserName") == Names{"A", "b", "c", "d"});
  CHECK(walk(aws, "ListUsers", {{"PathPrefix", "/x/"}}, "UserName") == Names{"b", "c"});
  CHECK(walk(aws, "ListUsers", {{"PathPrefix", "/x"}}, "UserName") == Names{"b", "c", "d"});
  CHECK(walk(aws, "ListUsers", {{"PathPrefix", "/none/"}}, "UserName").empty());
}

TEST_CASE("a page goes on where a removed user was") {
  AwsTest aws;
  for (const char* name : {"a", "b", "c"}) check_ok(aws.iam("CreateUser", {{"UserName", name}}));
  const Reply first = aws.iam("ListUsers", {{"MaxItems", "2"}});
  CHECK(all(first, "UserName") == Names{"a", "b"});
  check_ok(aws.iam("DeleteUser", {{"UserName", "b"}}));
  CHECK(all(aws.iam("ListUsers", {{"Marker", first["Marker"]}}), "UserName") == Names{"c"});
}

TEST_CASE("lists refuse wrong pages") {
  AwsTest aws;
  const auto [parameter, value, message] = GENERATE(table<std::string, std::string, std::string>({
      {"MaxItems", "0",
       "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have "
       "value "
       "greater than or equal to 1"},
      {"MaxItems", "1001",
       "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have "
       "value less "
       "than or equal to 1000"},
      {"Marker", "?", "Invalid Marker."},
      {"PathPrefix", "x",
       "1 validation error detected: Value at 'pathPrefix' failed to satisfy constraint: Member must satisfy "
       "regular "
       "expression pattern: \\u002F[\\u0021-\\u007F]*"},
  }));
  check_error(aws.iam("ListUsers", {{parameter, value}}), 400, "ValidationError", message);
}

TEST_CASE("a renamed user keeps its id, its policies and its access keys") {
  AwsTest aws;
  const Caller alice = aws.user("alice", allow("iam:*"));
  const std::string id = aws.iam("GetUser", {{"UserName", "alice"}})["UserId"];
  check_ok(aws.iam("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "Anna"}, {"NewPath", "/new/"}}));
  const Reply got = aws.iam("GetUser", {}, alice);
  CHECK(got["UserName"] == "Anna");
  CHECK(got["Arn"] == "arn:aws:iam::000000000000:user/new/Anna");
  CHECK(got["UserId"] == id);
  CHECK(aws.iam("ListAccessKeys", {{"UserName", "anna"}})["AccessKeyId"] == alice.access_key_id);
  check_error(aws.iam("GetUser", {{"UserName", "alice"}}), 404, "NoSuchEntity",
              "The user with name alice cannot be found.");
}

TEST_CASE("a user may be renamed to another spelling of its own name, not to a name that is taken") {
  AwsTest aws;
  check_ok(aws.iam("CreateUser", {{"UserName", "alice"}}));
  check_ok(aws.iam("CreateUser", {{"UserName", "Bob"}}));
  check_ok(aws.iam("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "ALICE"}}));
  CHECK(aws.iam("GetUser", {{"UserName", "alice"}})["UserName"] == "ALICE");
  check_error(aws.iam("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "bob"}}), 409,
              "EntityAlreadyExists", "User with name bob already exists.");
  CHECK(all(aws.iam("ListUsers"), "UserName") == Names{"ALICE", "Bob"});
}

TEST_CASE("DeleteUser insists that nothing hangs on the user") {
  AwsTest aws;
  aws.user("alice", allow("*"));
  check_ok(aws.iam("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", kAdministrator}}));
  const Parameters alice{{"UserName", "alice"}};
  check_error(aws.iam("DeleteUser", alice), 409, "DeleteConflict",
              "Cannot delete entity, must detach all policies first.");
  check_ok(aws.iam("DetachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", kAdministrator}}));
  check_error(aws.iam("DeleteUser", alice), 409, "DeleteConflict",
              "Cannot delete entity, must delete policies first.");
  check_ok(aws.iam("DeleteUserPolicy", {{"UserName", "alice"}, {"PolicyName", "inline"}}));
  check_error(aws.iam("DeleteUser", alice), 409, "DeleteConflict",
              "Cannot delete entity, must delete access keys first.");
  const std::string key = aws.iam("ListAccessKeys", alice)["AccessKeyId"];
  check_ok(aws.iam("DeleteAccessKey", {{"UserName", "alice"}, {"AccessKeyId", key}}));
  check_ok(aws.iam("DeleteUser", alice));
  CHECK(aws.iam("ListUsers").count("UserName") == 0);
}

TEST_CASE("the users of accounts are apart, and ARNs have the partition of the signing region") {
  AwsTest aws;
  const Caller other{"111122223333", "test", ""};
  check_ok(aws.iam("CreateUser", {{"UserName", "alice"}}));
  check_error(aws.iam("GetUser", {{"UserName", "alice"}}, other), 404, "NoSuchEntity",
              "The user with name alice cannot be found.");
  const Reply china = aws.send(aws.signed_query("iam", "GetUser", {{"UserName", "alice"}}, {}, "cn-north-1"));
  CHECK(china["Arn"] == "arn:aws-cn:iam::000000000000:user/alice");
}

TEST_CASE("operations without an answer have no result element") {
  AwsTest aws;
  check_ok(aws.iam("CreateUser", {{"UserName", "alice"}}));
  const Reply deleted = aws.iam("DeleteUser", {{"UserName", "alice"}});
  CHECK(children(deleted, "ResponseMetadata") == Names{"RequestId"});
  CHECK(deleted.body.find("DeleteUserResult") == std::string::npos);
  CHECK(deleted.body.find("<DeleteUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">") !=
        std::string::npos);
}
