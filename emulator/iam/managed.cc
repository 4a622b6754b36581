#include "iam/managed.h"

#include "core/clock.h"

namespace latchkey::iam {
namespace {

struct Row {
  std::string_view name, path, id, created, version, updated, description, document;
};

constexpr Row kRows[] = {
    {"AdministratorAccess", "/", "ANPAIWMBCKSKIEE64ZLYK", "2015-02-06T18:39:46Z", "v1",
     "2015-02-06T18:39:46Z", "Provides full access to AWS services and resources.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})"},
    {"AWSKeyManagementServicePowerUser", "/", "ANPAJNPP7PPPPMJRV2SA4", "2015-02-06T18:40:40Z", "v2",
     "2017-03-07T00:55:11Z", "Provides access to AWS Key Management Service (KMS).",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:CreateAlias","kms:CreateKey",)"
     R"("kms:DeleteAlias","kms:Describe*","kms:GenerateRandom","kms:Get*","kms:List*","kms:TagResource",)"
     R"("kms:UntagResource","iam:ListGroups","iam:ListRoles","iam:ListUsers"],"Resource":"*"}]})"},
    {"AWSLambdaBasicExecutionRole", "/service-role/", "ANPAJNCQGXC42545SKXIK", "2015-04-09T15:03:43Z", "v1",
     "2015-04-09T15:03:43Z", "Provides write permissions to CloudWatch Logs.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup",)"
     R"("logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]})"},
    {"IAMFullAccess", "/", "ANPAI7XKCFMBPM3QQRRVQ", "2015-02-06T18:40:38Z", "v2", "2019-06-21T19:40:00Z",
     "Provides full access to IAM via the AWS Management Console.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount",)"
     R"("organizations:DescribeOrganization","organizations:DescribeOrganizationalUnit",)"
     R"("organizations:DescribePolicy","organizations:ListChildren","organizations:ListParents",)"
     R"("organizations:ListPoliciesForTarget","organizations:ListRoots","organizations:ListPolicies",)"
     R"("organizations:ListTargetsForPolicy"],"Resource":"*"}]})"},
    {"IAMReadOnlyAccess", "/", "ANPAJKSO7NDY4T57MWDSQ", "2015-02-06T18:40:39Z", "v4", "2018-01-25T19:11:27Z",
     "Provides read only access to IAM via the AWS Management Console.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GenerateCredentialReport",)"
     R"("iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy",)"
     R"("iam:SimulatePrincipalPolicy"],"Resource":"*"}]})"},
    {"PowerUserAccess", "/", "ANPAJYRXTHIB4FOVS3ZXS", "2015-02-06T18:39:47Z", "v12", "2026-02-12T17:59:14Z",
     "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
     R"({"Version":"2012-10-17","Statement":[{"NotAction":["iam:*","organizations:*","account:*"],"Resource":"*",)"
     R"("Effect":"Allow"},{"Action":["account:GetAccountInformation","account:GetGovCloudAccountInformation",)"
     R"("account:GetPrimaryEmail","account:ListRegions","iam:CreateServiceLinkedRole",)"
     R"("iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeEffectivePolicy",)"
     R"("organizations:DescribeOrganization"],"Resource":"*","Effect":"Allow"}]})"},
};

Time time_of(std::string_view text) { return parse_iso8601(text).value(); }

}  // namespace

std::vector<ManagedPolicy> aws_managed_policies() {
  std::vector<ManagedPolicy> policies;
  for (const Row& row : kRows) {
    ManagedPolicy policy;
    policy.account = "aws";
    policy.name = row.name;
    policy.path = row.path;
    policy.id = row.id;
    policy.description = row.description;
    policy.created = time_of(row.created);
    policy.updated = time_of(row.updated);
    policy.default_version = row.version;
    policy.versions.push_back({policy.default_version,
                               make_document(std::string(row.document), policy::Kind::identity),
                               time_of(row.updated)});
    policies.push_back(std::move(policy));
  }
  return policies;
}

}  // namespace latchkey::iam
