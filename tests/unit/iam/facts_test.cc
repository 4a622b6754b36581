// What real AWS answers when IAM refuses: one row an answer, with the exact code and text. They were
// collected from answers that people quote and from AWS's documentation.
#include <catch2/catch.hpp>

#include <functional>

#include "support/aws_test.h"

namespace latchkey::test {
namespace {

struct Step {
  std::string operation;
  Parameters in;
};

struct Refusal {
  std::string what;
  std::vector<Step> before;  // each succeeds
  Step refused;
  int status;
  std::string code, message;
};

const std::string kAllow = allow("kms:ListKeys");
const std::string kTrust =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]})";
const std::string kPolicy = "arn:aws:iam::000000000000:policy/p";

const Step kUser{"CreateUser", {{"UserName", "u"}}};
const Step kGroup{"CreateGroup", {{"GroupName", "g"}}};
const Step kRole{"CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", kTrust}}};
const Step kManaged{"CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", kAllow}}};
const Step kProfile{"CreateInstanceProfile", {{"InstanceProfileName", "i"}}};
const Step kDeleteUser{"DeleteUser", {{"UserName", "u"}}};
const Step kDeleteRole{"DeleteRole", {{"RoleName", "r"}}};
const Step kDeleteGroup{"DeleteGroup", {{"GroupName", "g"}}};
const Step kDeletePolicy{"DeletePolicy", {{"PolicyArn", kPolicy}}};

Step trust_of(const std::string& document) {
  return {"CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", document}}};
}
Step policy_of(const std::string& document) {
  return {"CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", document}}};
}
std::string statement(const std::string& members) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + members + "}]}";
}

// A valid document of about so many characters that count.
std::string large_document(std::size_t characters) {
  return statement(R"("Action":"kms:ListKeys","Resource":")"
                   "arn:aws:kms:us-east-1:000000000000:" +
                   std::string(characters, 'k') + "\"");
}

std::vector<Step> repeated(std::size_t count, const std::function<Step(std::string)>& step) {
  std::vector<Step> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(step(std::to_string(i)));
  return out;
}
std::vector<Step> joined(std::vector<std::vector<Step>> parts) {
  std::vector<Step> out;
  for (auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

const std::vector<Refusal>& duplicates_and_absences() {
  static const std::vector<Refusal> rows = {
      {"F108 a role twice", {kRole}, kRole, 409, "EntityAlreadyExists", "Role with name r already exists."},
      {"F108 a user twice, in other case",
       {kUser},
       {"CreateUser", {{"UserName", "U"}}},
       409,
       "EntityAlreadyExists",
       "User with name U already exists."},
      {"F109 a policy twice",
       {kManaged},
       kManaged,
       409,
       "EntityAlreadyExists",
       "A policy called p already exists. Duplicate names are not allowed."},
      {"F110 no role",
       {},
       {"GetRole", {{"RoleName", "r"}}},
       404,
       "NoSuchEntity",
       "The role with name r cannot be found."},
      {"F110 no user",
       {},
       {"GetUser", {{"UserName", "u"}}},
       404,
       "NoSuchEntity",
       "The user with name u cannot be found."},
      {"F111 no policy to read",
       {},
       {"GetPolicy", {{"PolicyArn", kPolicy}}},
       404,
       "NoSuchEntity",
       "Policy " + kPolicy + " was not found."},
      {"F111 no policy to delete",
       {},
       kDeletePolicy,
       404,
       "NoSuchEntity",
       "Policy " + kPolicy + " was not found."},
      {"F111 no policy to attach",
       {kUser},
       {"AttachUserPolicy", {{"UserName", "u"}, {"PolicyArn", kPolicy}}},
       404,
       "NoSuchEntity",
       "Policy " + kPolicy + " does not exist or is not attachable."},
      {"F131 no ARN",
       {},
       {"GetPolicy", {{"PolicyArn", std::string(20, 'x')}}},
       400,
       "ValidationError",
       "Invalid ARN:  Could not be parsed!"},
      {"F132 an unknown status",
       {kUser},
       {"UpdateAccessKey", {{"UserName", "u"}, {"AccessKeyId", "AKIA0000000000000000"}, {"Status", "x"}}},
       400,
       "ValidationError",
       "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy "
       "enum value set"},
      {"F134 a name with a blank",
       {},
       {"CreateUser", {{"UserName", "a b"}}},
       400,
       "ValidationError",
       "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the "
       "following: +=,.@_-"},
      {"F135 a tag twice",
       {},
       {"CreateUser",
        {{"UserName", "u"},
         {"Tags.member.1.Key", "a"},
         {"Tags.member.1.Value", "1"},
         {"Tags.member.2.Key", "A"},
         {"Tags.member.2.Value", "2"}}},
       400,
       "InvalidInput",
       "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
      {"F135 a service-linked role twice",
       {{"CreateServiceLinkedRole", {{"AWSServiceName", "batch.amazonaws.com"}}}},
       {"CreateServiceLinkedRole", {{"AWSServiceName", "batch.amazonaws.com"}}},
       400,
       "InvalidInput",
       "Service role name AWSServiceRoleForBatch has been taken in this account, please try a different "
       "suffix."},
      {"F137 no access key",
       {kUser},
       {"DeleteAccessKey", {{"UserName", "u"}, {"AccessKeyId", "AKIA0000000000000000"}}},
       404,
       "NoSuchEntity",
       "The Access Key with id AKIA0000000000000000 cannot be found."},
      {"F137 no role policy",
       {kRole},
       {"GetRolePolicy", {{"RoleName", "r"}, {"PolicyName", "x"}}},
       404,
       "NoSuchEntity",
       "The role policy with name x cannot be found."},
  };
  return rows;
}

const std::vector<Refusal>& conflicts() {
  const std::string in_use = "Cannot delete entity, must ";
  static const std::vector<Refusal> rows = {
      {"F112 a user with an attached policy",
       {kUser, kManaged, {"AttachUserPolicy", {{"UserName", "u"}, {"PolicyArn", kPolicy}}}},
       kDeleteUser,
       409,
       "DeleteConflict",
       in_use + "detach all policies first."},
      {"F112 a role with an attached policy",
       {kRole, kManaged, {"AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", kPolicy}}}},
       kDeleteRole,
       409,
       "DeleteConflict",
       in_use + "detach all policies first."},
      {"F112 a group with an attached policy",
       {kGroup, kManaged, {"AttachGroupPolicy", {{"GroupName", "g"}, {"PolicyArn", kPolicy}}}},
       kDeleteGroup,
       409,
       "DeleteConflict",
       in_use + "detach all policies first."},
      {"F113 a user with an inline policy",
       {kUser, {"PutUserPolicy", {{"UserName", "u"}, {"PolicyName", "x"}, {"PolicyDocument", kAllow}}}},
       kDeleteUser,
       409,
       "DeleteConflict",
       in_use + "delete policies first."},
      {"F113 a role with an inline policy",
       {kRole, {"PutRolePolicy", {{"RoleName", "r"}, {"PolicyName", "x"}, {"PolicyDocument", kAllow}}}},
       kDeleteRole,
       409,
       "DeleteConflict",
       in_use + "delete policies first."},
      {"F114 a user with an access key",
       {kUser, {"CreateAccessKey", {{"UserName", "u"}}}},
       kDeleteUser,
       409,
       "DeleteConflict",
       in_use + "delete access keys first."},
      {"F116 a user with a password",
       {kUser, {"CreateLoginProfile", {{"UserName", "u"}, {"Password", "correct-Horse1"}}}},
       kDeleteUser,
       409,
       "DeleteConflict",
       in_use + "delete login profile first."},
      {"F118 a user with a service's credentials",
       {kUser,
        {"CreateServiceSpecificCredential",
         {{"UserName", "u"}, {"ServiceName", "codecommit.amazonaws.com"}}}},
       kDeleteUser,
       409,
       "DeleteConflict",
       in_use + "remove referenced objects first."},
      {"a group with a user",
       {kUser, kGroup, {"AddUserToGroup", {{"UserName", "u"}, {"GroupName", "g"}}}},
       kDeleteGroup,
       409,
       "DeleteConflict",
       in_use + "remove users from group first."},
      {"a user in a group",
       {kUser, kGroup, {"AddUserToGroup", {{"UserName", "u"}, {"GroupName", "g"}}}},
       kDeleteUser,
       409,
       "DeleteConflict",
       in_use + "remove users from group first."},
      {"F119 a role in an instance profile",
       {kRole, kProfile, {"AddRoleToInstanceProfile", {{"RoleName", "r"}, {"InstanceProfileName", "i"}}}},
       kDeleteRole,
       409,
       "DeleteConflict",
       in_use + "remove roles from instance profile first."},
      {"F119 the profile",
       {kRole, kProfile, {"AddRoleToInstanceProfile", {{"RoleName", "r"}, {"InstanceProfileName", "i"}}}},
       {"DeleteInstanceProfile", {{"InstanceProfileName", "i"}}},
       409,
       "DeleteConflict",
       in_use + "remove roles from instance profile first."},
      {"F120 a policy that is attached",
       {kUser, kManaged, {"AttachUserPolicy", {{"UserName", "u"}, {"PolicyArn", kPolicy}}}},
       kDeletePolicy,
       409,
       "DeleteConflict",
       "Cannot delete a policy attached to entities."},
      {"F121 the default version",
       {kManaged},
       {"DeletePolicyVersion", {{"PolicyArn", kPolicy}, {"VersionId", "v1"}}},
       409,
       "DeleteConflict",
       "Cannot delete the default version of a policy."},
      {"a policy with versions",
       {kManaged, {"CreatePolicyVersion", {{"PolicyArn", kPolicy}, {"PolicyDocument", kAllow}}}},
       kDeletePolicy,
       409,
       "DeleteConflict",
       "This policy has more than one version. Before you delete a policy, you must delete the policy's "
       "versions. The default "
       "version is deleted with the policy."},
  };
  return rows;
}

const std::vector<Refusal>& quotas() {
  const auto version = [](const std::string&) {
    return Step{"CreatePolicyVersion", {{"PolicyArn", kPolicy}, {"PolicyDocument", kAllow}}};
  };
  const auto policy = [](const std::string& i) {
    return Step{"CreatePolicy", {{"PolicyName", "q" + i}, {"PolicyDocument", kAllow}}};
  };
  const auto attach = [](const std::string& i) {
    return Step{"AttachRolePolicy",
                {{"RoleName", "r"}, {"PolicyArn", "arn:aws:iam::000000000000:policy/q" + i}}};
  };
  const auto join = [](const std::string& i) {
    return Step{"AddUserToGroup", {{"UserName", "u"}, {"GroupName", "g" + i}}};
  };
  const Step key{"CreateAccessKey", {{"UserName", "u"}}};
  static const std::vector<Refusal> rows = {
      {"F122 a sixth version", joined({{kManaged}, repeated(4, version)}), version(""), 409, "LimitExceeded",
       "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
       "existing version."},
      {"F123 a large managed policy",
       {},
       policy_of(large_document(6200)),
       409,
       "LimitExceeded",
       "Cannot exceed quota for PolicySize: 6144"},
      {"F123 a large trust policy",
       {},
       trust_of(
           R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":")" +
           std::string(2048, '1') + "\"}}}]}"),
       409,
       "LimitExceeded",
       "Cannot exceed quota for ACLSizePerRole: 2048"},
      {"F123 an eleventh attached policy", joined({{kRole}, repeated(11, policy), repeated(10, attach)}),
       attach("10"), 409, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10"},
      {"F123 a third access key",
       {kUser, key, key},
       key,
       409,
       "LimitExceeded",
       "Cannot exceed quota for AccessKeysPerUser: 2"},
      {"an eleventh group",
       joined({{kUser},
               repeated(11,
                        [](const std::string& i) {
                          return Step{"CreateGroup", {{"GroupName", "g" + i}}};
                        }),
               repeated(10, join)}),
       join("10"), 409, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10"},
      {"a second role in a profile",
       {kRole,
        {"CreateRole", {{"RoleName", "s"}, {"AssumeRolePolicyDocument", kTrust}}},
        kProfile,
        {"AddRoleToInstanceProfile", {{"RoleName", "r"}, {"InstanceProfileName", "i"}}}},
       {"AddRoleToInstanceProfile", {{"RoleName", "s"}, {"InstanceProfileName", "i"}}},
       409,
       "LimitExceeded",
       "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"},
      {"F124 large inline policies",
       {kRole},
       {"PutRolePolicy",
        {{"RoleName", "r"}, {"PolicyName", "x"}, {"PolicyDocument", large_document(10'300)}}},
       409,
       "LimitExceeded",
       "Maximum policy size of 10240 bytes exceeded for role r"},
      {"F124 of a user",
       {kUser},
       {"PutUserPolicy", {{"UserName", "u"}, {"PolicyName", "x"}, {"PolicyDocument", large_document(2'100)}}},
       409,
       "LimitExceeded",
       "Maximum policy size of 2048 bytes exceeded for user u"},
  };
  return rows;
}

const std::vector<Refusal>& documents() {
  const std::string resource = R"("Resource":"*")";
  const std::string action = R"("Action":"kms:ListKeys")";
  const auto malformed = [](std::string what, Step refused, std::string message) {
    return Refusal{std::move(what),   {}, std::move(refused), 400, "MalformedPolicyDocument",
                   std::move(message)};
  };
  static const std::vector<Refusal> rows = {
      malformed("F125 a trust policy that is no JSON", trust_of("x"), "This policy contains invalid Json"),
      malformed(
          "F126 a principal that does not exist",
          trust_of(statement(
              R"("Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::000000000000:user/nobody"})")),
          R"(Invalid principal in policy: "AWS":"arn:aws:iam::000000000000:user/nobody")"),
      malformed("F127 an identity policy with a principal",
                policy_of(statement(action + "," + resource + R"(,"Principal":"*")")),
                "Policy document should not specify a principal."),
      malformed("F127 a trust policy with a resource",
                trust_of(statement(
                    R"("Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"},)" + resource)),
                "Has prohibited field Resource"),
      malformed("F128 no resources", policy_of(statement(action)),
                "Policy statement must contain resources."),
      malformed("F128 no actions", policy_of(statement(resource)), "Policy statement must contain actions."),
      malformed("F129 no ARN", policy_of(statement(action + R"(,"Resource":"x")")),
                R"(Resource x must be in ARN format or "*".)"),
      malformed("F129 a region in IAM's ARN",
                policy_of(statement(action + R"(,"Resource":"arn:aws:iam:us-east-1:000000000000:user/u")")),
                "IAM resource arn:aws:iam:us-east-1:000000000000:user/u cannot contain region information."),
      malformed("F130 syntax", policy_of(R"({"Version":"2012-10-17","Statement":["x"]})"),
                "Syntax errors in policy."),
      malformed(
          "F130 an old version",
          policy_of(
              R"({"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}]})"),
          "Policy document must be version 2012-10-17 or greater."),
      malformed(
          "F130 a Sid twice",
          policy_of(
              R"({"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"kms:ListKeys","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}]})"),
          "Statement IDs (SID) in a single policy must be unique."),
      malformed("F130 no vendor", policy_of(statement(R"("Action":"x",)" + resource)),
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
      malformed("F130 two colons", policy_of(statement(R"("Action":"a:b:c",)" + resource)),
                "Actions/Condition can contain only one colon."),
      malformed("F130 a vendor with a blank", policy_of(statement(R"("Action":"a a:b",)" + resource)),
                "Vendor a a is not valid"),
      malformed("F130 no vendor in an ARN", policy_of(statement(action + R"(,"Resource":"arn:aws")")),
                "Resource vendor must be fully qualified and cannot contain regexes."),
      malformed("F130 a partition",
                policy_of(statement(action + R"(,"Resource":"arn:b:kms:us-east-1:000000000000:x")")),
                R"(Partition "b" is not valid for resource "arn:b:kms:us-east-1:000000000000:x".)"),
  };
  return rows;
}

void check(const std::vector<Refusal>& rows) {
  for (const Refusal& row : rows) {
    AwsTest aws;
    INFO(row.what);
    for (const Step& step : row.before) {
      const auto done = aws.iam(step.operation, step.in);
      INFO(done.body);
      REQUIRE(done.status == 200);
    }
    const auto reply = aws.iam(row.refused.operation, row.refused.in);
    CHECK(reply.status == row.status);
    CHECK(reply.code == row.code);
    CHECK(reply.message == row.message);
  }
}

}  // namespace

TEST_CASE("IAM's refusals of what is there twice or not at all, word by word") {
  check(duplicates_and_absences());
}
TEST_CASE("IAM's refusals to delete what is in use, word by word") { check(conflicts()); }
TEST_CASE("IAM's quotas, word by word") { check(quotas()); }
TEST_CASE("IAM's refusals of policy documents, word by word") { check(documents()); }

TEST_CASE("a user with a second factor or a certificate cannot be deleted") {
  AwsTest aws;
  aws.iam("CreateUser", {{"UserName", "u"}});
  const auto user = aws.store.find<User>({"000000000000", "", "u"});
  const auto refused = [&] {
    const auto reply = aws.iam("DeleteUser", {{"UserName", "u"}});
    CHECK(reply.code == "DeleteConflict");
    return reply.message;
  };
  MfaDevice device;  // F115
  device.account = "000000000000";
  device.serial = "arn:aws:iam::000000000000:mfa/d";
  device.name = "d";
  device.user_id = user->id;
  aws.store.write([&](Txn& txn) { txn.put(device); });
  CHECK(refused() == "Cannot delete entity, must delete MFA device first.");
  SigningCertificate certificate;  // F117
  certificate.account = "000000000000";
  certificate.user_id = user->id;
  certificate.id = "CERT";
  aws.store.write([&](Txn& txn) {
    txn.erase<MfaDevice>(Traits<MfaDevice>::id(device));
    txn.put(certificate);
  });
  CHECK(refused() == "Cannot delete entity, must delete certificates first.");
}

TEST_CASE("who is no user must name one, and who has no permission is told so") {
  AwsTest aws;
  aws.iam(
      "CreateRole",
      {{"RoleName", "r"},
       {"AssumeRolePolicyDocument",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"sts:AssumeRole"}]})"}});
  aws.iam("PutRolePolicy", {{"RoleName", "r"}, {"PolicyName", "p"}, {"PolicyDocument", allow("iam:*")}});
  const auto session =
      aws.sts("AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/r"}, {"RoleSessionName", "s1"}});
  const Caller role{session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]};
  const auto nameless = aws.iam("ListAccessKeys", {}, role);  // F133
  CHECK(nameless.code == "ValidationError");
  CHECK(nameless.message == "Must specify userName when calling with non-User credentials");
  const Caller poor = aws.user("poor");
  const auto denied =
      aws.iam("CreateRole", {{"RoleName", "X"}, {"AssumeRolePolicyDocument", kTrust}}, poor);  // F136
  CHECK(denied.status == 403);
  CHECK(denied.code == "AccessDenied");
  CHECK(denied.message ==
        "User: arn:aws:iam::000000000000:user/poor is not authorized to perform: iam:CreateRole on resource: "
        "arn:aws:iam::000000000000:role/X because no identity-based policy allows the iam:CreateRole action");
}

TEST_CASE("ARNs have the partition of the region that a request is signed for") {
  AwsTest aws;
  const auto [region, partition] = GENERATE(table<std::string, std::string>(
      {{"us-east-1", "aws"}, {"cn-north-1", "aws-cn"}, {"us-gov-west-1", "aws-us-gov"}, {"mars-1", "aws"}}));
  const auto user = aws.send(aws.signed_query("iam", "CreateUser", {{"UserName", "u"}}, {}, region));
  CHECK(user["Arn"] == "arn:" + partition + ":iam::000000000000:user/u");
  const auto who = aws.send(aws.signed_query("sts", "GetCallerIdentity", {}, {}, region));
  CHECK(who["Arn"] == "arn:" + partition + ":iam::000000000000:root");
}

TEST_CASE("service-linked roles have the irregular names that AWS gives them") {
  AwsTest aws;
  const auto [service, name] = GENERATE(table<std::string, std::string>({
      {"batch.amazonaws.com", "AWSServiceRoleForBatch"},
      {"mrk.kms.amazonaws.com", "AWSServiceRoleForKeyManagementServiceMultiRegionKeys"},
      {"cks.kms.amazonaws.com", "AWSServiceRoleForKeyManagementServiceCustomKeyStores"},
      {"lexv2.amazonaws.com", "AWSServiceRoleForLexV2Bots"},
  }));
  const auto made = aws.iam("CreateServiceLinkedRole", {{"AWSServiceName", service}});
  INFO(service);
  CHECK(made["RoleName"] == name);
  const auto gone = aws.iam("DeleteServiceLinkedRole", {{"RoleName", name}});
  CHECK(gone["DeletionTaskId"].starts_with("task/aws-service-role/" + service + "/" + name + "/"));
}

}  // namespace latchkey::test
