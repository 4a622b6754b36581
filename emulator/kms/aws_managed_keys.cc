#include "kms/aws_managed_keys.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "kms/lifecycle.h"

namespace latchkey::kms {
namespace {

struct ManagedKey {
  std::string_view alias;
  std::string_view via;      // the service's name in kms:ViaService, before the Region
  std::string_view service;  // as texts name it
  std::string_view data;     // what it protects, as the key's description names it
};

// In the order of the aliases, as they are listed.
constexpr ManagedKey kManagedKeys[] = {
    {"alias/aws/acm", "acm", "ACM", "ACM private keys"},
    {"alias/aws/backup", "backup", "Backup", "Backup data"},
    {"alias/aws/codecommit", "codecommit", "CodeCommit", "CodeCommit repositories"},
    {"alias/aws/dms", "dms", "DMS", "DMS replication instances"},
    {"alias/aws/dynamodb", "dynamodb", "DynamoDB", "DynamoDB data"},
    {"alias/aws/ebs", "ec2", "EBS", "EBS volumes"},
    {"alias/aws/elasticfilesystem", "elasticfilesystem", "EFS", "EFS filesystems"},
    {"alias/aws/es", "es", "Elasticsearch", "Elasticsearch data"},
    {"alias/aws/fsx", "fsx", "FSx", "FSx resources"},
    {"alias/aws/glue", "glue", "Glue", "Glue data"},
    {"alias/aws/kinesis", "kinesis", "Kinesis", "Kinesis data"},
    {"alias/aws/kinesisvideo", "kinesisvideo", "Kinesis Video", "Kinesis Video data"},
    {"alias/aws/lambda", "lambda", "Lambda", "Lambda functions"},
    {"alias/aws/rds", "rds", "RDS", "RDS database volumes"},
    {"alias/aws/redshift", "redshift", "Redshift", "Redshift clusters"},
    {"alias/aws/s3", "s3", "S3", "S3 objects"},
    {"alias/aws/secretsmanager", "secretsmanager", "AWS Secrets Manager", "Secrets Manager data"},
    {"alias/aws/sns", "sns", "SNS", "SNS data"},
    {"alias/aws/sqs", "sqs", "SQS", "SQS messages"},
    {"alias/aws/ssm", "ssm", "SSM", "SSM parameters"},
    {"alias/aws/xray", "xray", "X-Ray", "X-Ray data"},
};

const ManagedKey* managed_key(std::string_view alias) {
  const auto found = std::find_if(std::begin(kManagedKeys), std::end(kManagedKeys),
                                  [&](const ManagedKey& key) { return key.alias == alias; });
  return found == std::end(kManagedKeys) ? nullptr : found;
}

// Use through the service by whoever may use the service; looking at it for the account. Nobody may change
// anything.
Document policy_of(const Call& call, const ManagedKey& managed) {
  const std::string name(managed.alias.substr(managed.alias.rfind('/') + 1));
  const std::string service(managed.service);
  const std::string suffix = call.partition == "aws-cn" ? ".amazonaws.com.cn" : ".amazonaws.com";
  std::string text = R"({
  "Version" : "2012-10-17",
  "Id" : "auto-)" + name +
                     R"(-2",
  "Statement" : [ {
    "Sid" : "Allow access through )" +
                     service + R"( for all principals in the account that are authorized to use )" + service +
                     R"(",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "*"
    },
    "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey" ],
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "kms:ViaService" : ")" +
                     std::string(managed.via) + "." + call.region + suffix + R"(",
        "kms:CallerAccount" : ")" +
                     call.account + R"("
      }
    }
  }, {
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:)" +
                     call.partition + ":iam::" + call.account + R"(:root"
    },
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
    "Resource" : "*"
  } ]
})";
  return {std::move(text), policy::Kind::key};
}

Key new_key(const Call& call, const ManagedKey& managed) {
  Key key;
  key.account = call.account;
  key.region = call.region;
  key.id = call.random.uuid();
  key.created = call.now;
  key.description =
      "Default key that protects my " + std::string(managed.data) + " when no other key is defined";
  key.manager = "AWS";
  key.policy = policy_of(call, managed);
  key.materials.push_back(new_symmetric_material(call.random, call.now));
  return key;
}

}  // namespace

std::vector<std::string_view> predefined_aliases() {
  std::vector<std::string_view> out;
  for (const ManagedKey& key : kManagedKeys) out.push_back(key.alias);
  return out;
}

Ptr<Alias> aws_managed_alias(const Call& call, std::string_view name) {
  const ManagedKey* managed = managed_key(name);
  if (!managed) return nullptr;
  const Id id{call.account, call.region, std::string(name)};
  if (auto present = call.store.find<Alias>(id)) return present;
  return call.store.write([&](Txn& txn) {
    if (auto present = txn.find<Alias>(id)) return present;
    const auto key = put_key(txn, new_key(call, *managed));
    return txn.put(Alias{call.account, call.region, std::string(name), key->id, call.now, call.now});
  });
}

}  // namespace latchkey::kms
