#include "iam/managed.h"
#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

std::string make_policy(AwsTest& aws, const std::string& name, const std::string& path = "/") {
  const Reply made =
      aws.iam("CreatePolicy", {{"PolicyName", name}, {"Path", path}, {"PolicyDocument", allow("kms:*")}});
  INFO(made.body);
  REQUIRE(made.status == 200);
  return made["Arn"];
}

}  // namespace

TEST_CASE("a managed policy shows other members when made, alone and in a list") {
  AwsTest aws;
  const Reply made = aws.iam("CreatePolicy", {{"PolicyName", "P"},
                                              {"Path", "/x/"},
                                              {"PolicyDocument", allow("kms:*")},
                                              {"Description", "of keys"},
                                              {"Tags.member.1.Key", "k"},
                                              {"Tags.member.1.Value", "v"}});
  REQUIRE(made.status == 200);
  CHECK(children(made, "Policy") == Names{"PolicyName", "PolicyId", "Arn", "Path", "DefaultVersionId",
                                          "AttachmentCount", "PermissionsBoundaryUsageCount", "IsAttachable",
                                          "CreateDate", "UpdateDate", "Tags"});
  CHECK(made["Arn"] == "arn:aws:iam::000000000000:policy/x/P");
  CHECK(made["PolicyId"].size() == 21);
  CHECK(made["PolicyId"].substr(0, 4) == "ANPA");
  CHECK(made["DefaultVersionId"] == "v1");
  const Reply got = aws.iam("GetPolicy", {{"PolicyArn", made["Arn"]}});
  CHECK(children(got, "Policy") == Names{"PolicyName", "PolicyId", "Arn", "Path", "DefaultVersionId",
                                         "AttachmentCount", "PermissionsBoundaryUsageCount", "IsAttachable",
                                         "Description", "CreateDate", "UpdateDate", "Tags"});
  CHECK(got["AttachmentCount"] == "0");
  const Reply listed = aws.iam("ListPolicies", {{"Scope", "Local"}});
  CHECK(children(listed, "member") == Names{"PolicyName", "PolicyId", "Arn", "Path", "DefaultVersionId",
                                            "AttachmentCount", "PermissionsBoundaryUsageCount",
                                            "IsAttachable", "CreateDate", "UpdateDate"});
}

TEST_CASE("CreatePolicy refuses what AWS refuses") {
  AwsTest aws;
  make_policy(aws, "P");
  const std::string long_sid = std::string(6144, 'a');
  const auto [parameters, status, code,
              message] = GENERATE_COPY(table<Parameters, int, std::string, std::string>({
      {{{"PolicyName", "p"}, {"PolicyDocument", allow("*")}},
       409,
       "EntityAlreadyExists",
       "A policy called p already exists. Duplicate names are not allowed."},
      {{{"PolicyName", "q"}, {"PolicyDocument", "not json"}},
       400,
       "MalformedPolicyDocument",
       "Syntax errors in policy."},
      {{{"PolicyName", "q"}, {"PolicyDocument", kTrust}},
       400,
       "MalformedPolicyDocument",
       "Policy document should not specify a principal."},
      {{{"PolicyName", "q"}, {"PolicyDocument", "{\"a\":\"\xc4\x80\"}"}},
       400,
       "ValidationError",
       "The specified value for policyDocument is invalid. It must contain only printable ASCII characters."},
      {{{"PolicyName", "q"}, {"PolicyDocument", allow("kms:*", "arn:aws:kms:*:*:" + long_sid)}},
       409,
       "LimitExceeded",
       "Cannot exceed quota for PolicySize: 6144"},
      {{{"PolicyName", "q"}, {"PolicyDocument", allow("*")}, {"Path", "/x"}},
       400,
       "ValidationError",
       "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
       "characters and/or / characters."},
      {{{"PolicyDocument", allow("*")}},
       400,
       "ValidationError",
       "1 validation error detected: Value at 'policyName' failed to satisfy constraint: Member must not be "
       "null"},
  }));
  check_error(aws.iam("CreatePolicy", parameters), status, code, message);
  CHECK(aws.iam("ListPolicies", {{"Scope", "Local"}}).count("PolicyName") == 1);
}

TEST_CASE("policy ARNs are checked part by part") {
  AwsTest aws;
  make_policy(aws, "P", "/x/");
  const auto [arn, status, code, message] = GENERATE(table<std::string, int, std::string, std::string>({
      {"arn:aws:iam::000000000000:policy/P", 404, "NoSuchEntity",
       "Policy arn:aws:iam::000000000000:policy/P was not found."},
      {"arn:aws:iam::000000000000:policy/x/Q", 404, "NoSuchEntity",
       "Policy arn:aws:iam::000000000000:policy/x/Q was not found."},
      {"arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole", 404, "NoSuchEntity",
       "Policy arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole was not found."},
      {"a policy that has no ARN", 400, "ValidationError", "Invalid ARN:  Could not be parsed!"},
      {"arn:aws:iam::policy/no-account", 400, "ValidationError", "Invalid ARN:  Could not be parsed!"},
      {"arn:aws:iam::000000000000:role/x/P", 400, "InvalidInput",
       "ARN arn:aws:iam::000000000000:role/x/P is not valid."},
      {"arn:aws:iam:us-east-1:000000000000:policy/x/P", 400, "InvalidInput",
       "ARN arn:aws:iam:us-east-1:000000000000:policy/x/P is not valid."},
      {"arn:aws-cn:iam::000000000000:policy/x/P", 400, "InvalidInput",
       "ARN arn:aws-cn:iam::000000000000:policy/x/P is not valid."},
      {"arn:aws:s3::000000000000:policy/x/P", 400, "InvalidInput",
       "ARN arn:aws:s3::000000000000:policy/x/P is not valid."},
      {"arn:aws:iam::12:policy/x/P", 400, "InvalidInput", "ARN arn:aws:iam::12:policy/x/P is not valid."},
      {"arn:aws:iam::000000000000:policy/", 400, "InvalidInput",
       "ARN arn:aws:iam::000000000000:policy/ is not valid."},
      {"short", 400, "ValidationError",
       "1 validation error detected: Value at 'policyArn' failed to satisfy constraint: Member must have "
       "length "
       "greater than or equal to 20"},
  }));
  const std::string operation = GENERATE("GetPolicy", "DeletePolicy", "ListPolicyVersions", "ListPolicyTags");
  INFO(operation);
  check_error(aws.iam(operation, {{"PolicyArn", arn}}), status, code, message);
}

TEST_CASE("another account's policy is not there for this one") {
  AwsTest aws;
  const std::string arn = make_policy(aws, "P");
  const Caller other{"111122223333", "test", ""};
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", arn}}, other).code == "AccessDenied");
  check_ok(aws.iam("CreateUser", {{"UserName", "bob"}}, other));
  check_error(aws.iam("AttachUserPolicy", {{"UserName", "bob"}, {"PolicyArn", arn}}, other), 404,
              "NoSuchEntity", "Policy " + arn + " does not exist or is not attachable.");
}

TEST_CASE("AWS's own policies can be read, not changed") {
  AwsTest aws;
  const Reply got = aws.iam("GetPolicy", {{"PolicyArn", kAdministrator}});
  CHECK(got["PolicyId"] == "ANPAIWMBCKSKIEE64ZLYK");
  CHECK(got["CreateDate"] == "2015-02-06T18:39:46Z");
  const auto [operation, more] = GENERATE(table<std::string, Parameters>({
      {"DeletePolicy", {}},
      {"CreatePolicyVersion", {{"PolicyDocument", allow("*")}}},
      {"DeletePolicyVersion", {{"VersionId", "v1"}}},
      {"SetDefaultPolicyVersion", {{"VersionId", "v1"}}},
      {"TagPolicy", {{"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}}},
      {"UntagPolicy", {{"TagKeys.member.1", "k"}}},
  }));
  Parameters parameters{{"PolicyArn", kAdministrator}};
  parameters.insert(parameters.end(), more.begin(), more.end());
  check_error(aws.iam(operation, parameters), 403, "AccessDenied",
              "User: arn:aws:iam::000000000000:root is not authorized to perform: iam:" + operation +
                  " on resource: policy arn:aws:iam::aws:policy/AdministratorAccess");
}

TEST_CASE("every policy of AWS that is here has a document that compiles") {
  AwsTest aws;
  const Reply listed = aws.iam("ListPolicies", {{"Scope", "AWS"}, {"MaxItems", "1000"}});
  const auto arns = all(listed, "Arn");
  REQUIRE(arns.size() == iam::aws_managed_policies().size());
  for (const std::string& arn : arns) {
    const std::string version = aws.iam("GetPolicy", {{"PolicyArn", arn}})["DefaultVersionId"];
    const Reply got = aws.iam("GetPolicyVersion", {{"PolicyArn", arn}, {"VersionId", version}});
    INFO(arn);
    CHECK(got.status == 200);
    CHECK(got["IsDefaultVersion"] == "true");
  }
  const Caller alice = aws.user("alice");
  CHECK(aws.iam("ListUsers", {}, alice).code == "AccessDenied");
  check_ok(aws.iam("AttachUserPolicy",
                   {{"UserName", "alice"}, {"PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}}));
  check_ok(aws.iam("ListUsers", {}, alice));
  CHECK(aws.iam("CreateUser", {{"UserName", "bob"}}, alice).code == "AccessDenied");
}

TEST_CASE("a policy in use cannot be deleted") {
  AwsTest aws;
  const std::string arn = make_policy(aws, "P");
  check_ok(aws.iam("CreateUser", {{"UserName", "alice"}}));
  const auto [put, remove, member] = GENERATE(table<std::string, std::string, std::string>({
      {"AttachUserPolicy", "DetachUserPolicy", "PolicyArn"},
      {"PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary", "PermissionsBoundary"},
  }));
  check_ok(aws.iam(put, {{"UserName", "alice"}, {member, arn}}));
  check_error(aws.iam("DeletePolicy", {{"PolicyArn", arn}}), 409, "DeleteConflict",
              "Cannot delete a policy attached to entities.");
  check_ok(aws.iam(remove, {{"UserName", "alice"}, {"PolicyArn", arn}}));
  check_ok(aws.iam("DeletePolicy", {{"PolicyArn", arn}}));
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", arn}}).code == "NoSuchEntity");
}

TEST_CASE("ListPolicies filters by scope, path and use") {
  AwsTest aws;
  make_policy(aws, "plain");
  const std::string attached = make_policy(aws, "Attached", "/x/");
  const std::string boundary = make_policy(aws, "boundary", "/x/");
  check_ok(aws.iam("CreateUser", {{"UserName", "alice"}, {"PermissionsBoundary", boundary}}));
  check_ok(aws.iam("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", attached}}));
  const auto [parameters, names] = GENERATE(table<Parameters, Names>({
      {{{"Scope", "Local"}}, {"Attached", "boundary", "plain"}},
      {{{"Scope", "Local"}, {"PathPrefix", "/x/"}}, {"Attached", "boundary"}},
      {{{"OnlyAttached", "true"}}, {"Attached"}},
      {{{"OnlyAttached", "true"}, {"Scope", "AWS"}}, {}},
      {{{"PolicyUsageFilter", "PermissionsPolicy"}}, {"Attached"}},
      {{{"PolicyUsageFilter", "PermissionsBoundary"}}, {"boundary"}},
      {{{"Scope", "AWS"}, {"PathPrefix", "/aws-service-role/"}},
       {"AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy",
        "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy"}},
      {{{"PathPrefix", "/none/"}}, {}},
  }));
  CHECK(walk(aws, "ListPolicies", parameters, "PolicyName") == names);
  CHECK(aws.iam("ListPolicies", {{"MaxItems", "1000"}}).count("PolicyName") ==
        3 + iam::aws_managed_policies().size());
}

TEST_CASE("ListPolicies refuses a filter that is none") {
  AwsTest aws;
  const auto [parameter, value, path] = GENERATE(table<std::string, std::string, std::string>({
      {"Scope", "all", "scope"},
      {"PolicyUsageFilter", "Boundary", "policyUsageFilter"},
  }));
  check_error(aws.iam("ListPolicies", {{parameter, value}}), 400, "ValidationError",
              "1 validation error detected: Value at '" + path +
                  "' failed to satisfy constraint: Member must satisfy enum value set");
}

TEST_CASE("the counts of a policy are those of the caller's account") {
  AwsTest aws;
  const Caller other{"111122223333", "test", ""};
  check_ok(aws.iam("CreateUser", {{"UserName", "alice"}}));
  check_ok(aws.iam("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", kAdministrator}}));
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", kAdministrator}})["AttachmentCount"] == "1");
  CHECK(aws.iam("GetPolicy", {{"PolicyArn", kAdministrator}}, other)["AttachmentCount"] == "0");
}

TEST_CASE("ListEntitiesForPolicy lists who uses a policy") {
  AwsTest aws;
  const std::string arn = make_policy(aws, "P");
  for (const char* name : {"bob", "Alice"}) {
    check_ok(aws.iam("CreateUser", {{"UserName", name}, {"Path", "/x/"}}));
    check_ok(aws.iam("AttachUserPolicy", {{"UserName", name}, {"PolicyArn", arn}}));
  }
  check_ok(aws.iam("CreateRole",
                   {{"RoleName", "r"}, {"AssumeRolePolicyDocument", kTrust}, {"PermissionsBoundary", arn}}));
  check_ok(aws.iam("CreateGroup", {{"GroupName", "g"}}));
  check_ok(aws.iam("AttachGroupPolicy", {{"GroupName", "g"}, {"PolicyArn", arn}}));
  const Reply everything = aws.iam("ListEntitiesForPolicy", {{"PolicyArn", arn}});
  CHECK(children(everything, "ListEntitiesForPolicyResult") ==
        Names{"PolicyGroups", "PolicyUsers", "PolicyRoles", "IsTruncated"});
  CHECK(children(everything, "member") == Names{"GroupName", "GroupId"});
  const auto [parameters, groups, users, roles] = GENERATE(table<Parameters, Names, Names, Names>({
      {{}, {"g"}, {"Alice", "bob"}, {"r"}},
      {{{"EntityFilter", "User"}}, {}, {"Alice", "bob"}, {}},
      {{{"EntityFilter", "Role"}}, {}, {}, {"r"}},
      {{{"EntityFilter", "Group"}}, {"g"}, {}, {}},
      {{{"PathPrefix", "/x/"}}, {}, {"Alice", "bob"}, {}},
      {{{"PolicyUsageFilter", "PermissionsPolicy"}}, {"g"}, {"Alice", "bob"}, {}},
      {{{"PolicyUsageFilter", "PermissionsBoundary"}}, {}, {}, {"r"}},
  }));
  Parameters with{{"PolicyArn", arn}};
  with.insert(with.end(), parameters.begin(), parameters.end());
  CHECK(walk(aws, "ListEntitiesForPolicy", with, "GroupName") == groups);
  CHECK(walk(aws, "ListEntitiesForPolicy", with, "UserName") == users);
  CHECK(walk(aws, "ListEntitiesForPolicy", with, "RoleName") == roles);
}
