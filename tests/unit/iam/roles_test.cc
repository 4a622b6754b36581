#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

std::string trust(const std::string& principal) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)" + principal +
         R"(,"Action":"sts:AssumeRole"}]})";
}

Parameters role(const std::string& name, const std::string& document = kTrust) {
  return {{"RoleName", name}, {"AssumeRolePolicyDocument", document}};
}

Parameters operator+(Parameters a, const Parameters& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("a role shows other members when made, alone and in a list") {
  AwsTest aws;
  const Reply made = aws.iam("CreateRole", role("App") + Parameters{{"Path", "/x/"},
                                                                    {"Description", "for the app"},
                                                                    {"MaxSessionDuration", "7200"},
                                                                    {"PermissionsBoundary", kAdministrator},
                                                                    {"Tags.member.1.Key", "team"},
                                                                    {"Tags.member.1.Value", "red"}});
  REQUIRE(made.status == 200);
  CHECK(children(made, "Role") == Names{"Path", "RoleName", "RoleId", "Arn", "CreateDate",
                                        "AssumeRolePolicyDocument", "Description", "PermissionsBoundary",
                                        "Tags"});
  CHECK(made["RoleId"].substr(0, 4) == "AROA");
  CHECK(made["RoleId"].size() == 21);
  CHECK(made["Arn"] == "arn:aws:iam::000000000000:role/x/App");
  const Reply got = aws.iam("GetRole", {{"RoleName", "App"}});
  CHECK(children(got, "Role") == Names{"Path", "RoleName", "RoleId", "Arn", "CreateDate",
                                       "AssumeRolePolicyDocument", "Description", "MaxSessionDuration",
                                       "PermissionsBoundary", "Tags", "RoleLastUsed"});
  CHECK(got["MaxSessionDuration"] == "7200");
  CHECK(children(got, "RoleLastUsed").empty());
  CHECK(children(aws.iam("ListRoles"), "member") == Names{"Path", "RoleName", "RoleId", "Arn", "CreateDate",
                                                          "AssumeRolePolicyDocument", "Description",
                                                          "MaxSessionDuration"});
}

TEST_CASE("a role made with nothing but what is required has AWS's defaults") {
  AwsTest aws;
  const Reply made = aws.iam("CreateRole", role("r"));
  CHECK(children(made, "Role") ==
        Names{"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"});
  const Reply got = aws.iam("GetRole", {{"RoleName", "r"}});
  CHECK(got["MaxSessionDuration"] == "3600");
  CHECK(got["Path"] == "/");
  CHECK(got.body.find("<Description>") == std::string::npos);
}

TEST_CASE("the trust policy comes back as it was given, percent-encoded") {
  AwsTest aws;
  const std::string document =
      "{ \"Version\": \"2012-10-17\",\n \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": "
      "\"*\"}, "
      "\"Action\": \"sts:AssumeRole\"}] }";
  const std::string encoded =
      "%7B%20%22Version%22%3A%20%222012-10-17%22%2C%0A%20%22Statement%22%3A%20%5B%7B%22Effect%22%3A%20%"
      "22Allow%22%2C%"
      "20%22Principal%22%3A%20%7B%22AWS%22%3A%20%22%2A%22%7D%2C%20%22Action%22%3A%20%22sts%3AAssumeRole%22%"
      "7D%5D%20%"
      "7D";
  CHECK(aws.iam("CreateRole", role("r", document))["AssumeRolePolicyDocument"] == encoded);
  CHECK(aws.iam("GetRole", {{"RoleName", "r"}})["AssumeRolePolicyDocument"] == encoded);
}

TEST_CASE("a trust policy names principals that exist") {
  AwsTest aws;
  check_ok(aws.iam("CreateUser", {{"UserName", "alice"}, {"Path", "/x/"}}));
  check_ok(aws.iam("CreateRole", role("first")));
  const std::string principal = GENERATE(
      R"({"AWS":"*"})", R"("*")", R"({"AWS":"000000000000"})", R"({"AWS":"arn:aws:iam::999999999999:root"})",
      R"({"AWS":["arn:aws:iam::000000000000:user/x/alice","arn:aws:iam::000000000000:role/first"]})",
      R"({"Service":"lambda.amazonaws.com"})");
  INFO(principal);
  check_ok(aws.iam("CreateRole", role("second", trust(principal))));
}

TEST_CASE("a trust policy that names a principal that does not exist is refused") {
  AwsTest aws;
  check_ok(aws.iam("CreateUser", {{"UserName", "alice"}, {"Path", "/x/"}}));
  check_ok(aws.iam("CreateRole", role("r")));
  const std::string arn = GENERATE(
      "arn:aws:iam::000000000000:user/alice", "arn:aws:iam::000000000000:user/bob",
      "arn:aws:iam::000000000000:role/none", "arn:aws:iam::999999999999:role/none", "AIDA00000000000000000");
  const std::string message = "Invalid principal in policy: \"AWS\":\"" + arn + "\"";
  const std::string document = trust("{\"AWS\":\"" + arn + "\"}");
  check_error(aws.iam("CreateRole", role("s", document)), 400, "MalformedPolicyDocument", message);
  check_error(aws.iam("UpdateAssumeRolePolicy", {{"RoleName", "r"}, {"PolicyDocument", document}}), 400,
              "MalformedPolicyDocument", message);
}

TEST_CASE("CreateRole refuses what AWS refuses") {
  AwsTest aws;
  check_ok(aws.iam("CreateRole", role("App")));
  const auto [parameters, status, code,
              message] = GENERATE_COPY(table<Parameters, int, std::string, std::string>({
      {role("APP"), 409, "EntityAlreadyExists", "Role with name APP already exists."},
      {{{"RoleName", "r"}},
       400,
       "ValidationError",
       "1 validation error detected: Value at 'assumeRolePolicyDocument' failed to satisfy constraint: "
       "Member must "
       "not be null"},
      {role("r", "{"), 400, "MalformedPolicyDocument", "This policy contains invalid Json"},
      {role("r", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},)"
                 R"("Action":"sts:AssumeRole","Resource":"*"}]})"),
       400, "MalformedPolicyDocument", "Has prohibited field Resource"},
      {role("r", trust(R"({"AWS":"*"})") + std::string(131'072, ' ')), 400, "ValidationError",
       "1 validation error detected: Value at 'assumeRolePolicyDocument' failed to satisfy constraint: "
       "Member must "
       "have length less than or equal to 131072"},
      {role("r") + Parameters{{"MaxSessionDuration", "3599"}}, 400, "ValidationError",
       "1 validation error detected: Value at 'maxSessionDuration' failed to satisfy constraint: Member must "
       "have "
       "value greater than or equal to 3600"},
      {role("r") + Parameters{{"MaxSessionDuration", "43201"}}, 400, "ValidationError",
       "1 validation error detected: Value at 'maxSessionDuration' failed to satisfy constraint: Member must "
       "have "
       "value less than or equal to 43200"},
      {role("r") + Parameters{{"PermissionsBoundary", "arn:aws:iam::aws:policy/NoSuchPolicy"}}, 404,
       "NoSuchEntity",
       "Scope ARN: arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable."},
      {role("r/s"), 400, "ValidationError",
       "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the "
       "following: +=,.@_-"},
  }));
  check_error(aws.iam("CreateRole", parameters), status, code, message);
  CHECK(aws.iam("ListRoles").count("RoleName") == 1);
}

TEST_CASE("a trust policy has at most 2048 characters that are not white space") {
  AwsTest aws;
  const std::string start = R"({"Version":"2012-10-17","Statement":[{"Sid":")";
  const std::string end = R"(","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]})";
  const std::string sid(2048 - start.size() - end.size(), 'a');
  check_ok(aws.iam("CreateRole", role("r", start + sid + end + " \t\r\n")));
  check_error(aws.iam("CreateRole", role("s", start + sid + "a" + end)), 409, "LimitExceeded",
              "Cannot exceed quota for ACLSizePerRole: 2048");
}

TEST_CASE("operations on a role that does not exist say so") {
  AwsTest aws;
  const auto [operation, more] = GENERATE(table<std::string, Parameters>({
      {"GetRole", {}},
      {"UpdateRole", {}},
      {"UpdateRoleDescription", {{"Description", "d"}}},
      {"UpdateAssumeRolePolicy", {{"PolicyDocument", kTrust}}},
      {"DeleteRole", {}},
      {"PutRolePolicy", {{"PolicyName", "p"}, {"PolicyDocument", allow("*")}}},
      {"GetRolePolicy", {{"PolicyName", "p"}}},
      {"ListRolePolicies", {}},
      {"DeleteRolePolicy", {{"PolicyName", "p"}}},
      {"AttachRolePolicy", {{"PolicyArn", kAdministrator}}},
      {"DetachRolePolicy", {{"PolicyArn", kAdministrator}}},
      {"ListAttachedRolePolicies", {}},
      {"PutRolePermissionsBoundary", {{"PermissionsBoundary", kAdministrator}}},
      {"DeleteRolePermissionsBoundary", {}},
      {"TagRole", {{"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}}},
      {"UntagRole", {{"TagKeys.member.1", "k"}}},
      {"ListRoleTags", {}},
  }));
  INFO(operation);
  check_error(aws.iam(operation, Parameters{{"RoleName", "Nobody"}} + more), 404, "NoSuchEntity",
              "The role with name Nobody cannot be found.");
}

TEST_CASE("UpdateRole changes what is given and leaves the rest") {
  AwsTest aws;
  check_ok(aws.iam("CreateRole", role("r") + Parameters{{"Description", "old"}}));
  const Reply updated = aws.iam("UpdateRole", {{"RoleName", "r"}, {"MaxSessionDuration", "43200"}});
  check_ok(updated);
  CHECK(updated.body.find("UpdateRoleResult") != std::string::npos);
  CHECK(aws.iam("GetRole", {{"RoleName", "r"}})["Description"] == "old");
  check_ok(aws.iam("UpdateRole", {{"RoleName", "r"}, {"Description", "new"}}));
  const Reply got = aws.iam("GetRole", {{"RoleName", "r"}});
  CHECK(got["Description"] == "new");
  CHECK(got["MaxSessionDuration"] == "43200");
  CHECK(aws.iam("UpdateRoleDescription", {{"RoleName", "r"}, {"Description", "newer"}})["Description"] ==
        "newer");
}

TEST_CASE("UpdateAssumeRolePolicy decides who may assume the role") {
  AwsTest aws;
  const Caller alice = aws.user("alice");
  check_ok(aws.iam("CreateRole", role("r", trust(R"({"Service":"lambda.amazonaws.com"})"))));
  const Parameters assume{{"RoleArn", "arn:aws:iam::000000000000:role/r"}, {"RoleSessionName", "session"}};
  CHECK(aws.sts("AssumeRole", assume, alice).code == "AccessDenied");
  check_ok(aws.iam(
      "UpdateAssumeRolePolicy",
      {{"RoleName", "r"}, {"PolicyDocument", trust(R"({"AWS":"arn:aws:iam::000000000000:user/alice"})")}}));
  check_ok(aws.sts("AssumeRole", assume, alice));
}

TEST_CASE("DeleteRole insists that nothing hangs on the role") {
  AwsTest aws;
  check_ok(aws.iam("CreateRole", role("r")));
  const Parameters name{{"RoleName", "r"}};
  check_ok(aws.iam("AttachRolePolicy", name + Parameters{{"PolicyArn", kAdministrator}}));
  check_ok(aws.iam("PutRolePolicy", name + Parameters{{"PolicyName", "p"}, {"PolicyDocument", allow("*")}}));
  check_error(aws.iam("DeleteRole", name), 409, "DeleteConflict",
              "Cannot delete entity, must detach all policies first.");
  check_ok(aws.iam("DetachRolePolicy", name + Parameters{{"PolicyArn", kAdministrator}}));
  check_error(aws.iam("DeleteRole", name), 409, "DeleteConflict",
              "Cannot delete entity, must delete policies first.");
  check_ok(aws.iam("DeleteRolePolicy", name + Parameters{{"PolicyName", "p"}}));
  check_ok(aws.iam("DeleteRole", name));
  CHECK(aws.iam("GetRole", name).status == 404);
}

TEST_CASE("ListRoles filters by path and comes in pages") {
  AwsTest aws;
  for (const auto& [name, path] : Parameters{{"c", "/x/"}, {"A", "/"}, {"b", "/x/y/"}}) {
    check_ok(aws.iam("CreateRole", role(name) + Parameters{{"Path", path}}));
  }
  CHECK(walk(aws, "ListRoles", {}, "RoleName") == Names{"A", "b", "c"});
  CHECK(walk(aws, "ListRoles", {{"PathPrefix", "/x/"}}, "RoleName") == Names{"b", "c"});
}
