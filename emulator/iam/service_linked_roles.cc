// Roles that belong to an AWS service: their names, trust and policies are the service's, and only it deletes
// them. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
#include <algorithm>
#include <cctype>

#include "iam/access.h"
#include "iam/answers.h"
#include "iam/documents.h"
#include "iam/lookup.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

struct LinkedService {
  std::string_view name;
  std::string_view role;  // after AWSServiceRoleFor
  bool takes_suffix = false;
};

// What users of KMS meet; any other service gets a name made from its own.
constexpr LinkedService kServices[] = {
    {"access-analyzer.amazonaws.com", "AccessAnalyzer"},
    {"autoscaling.amazonaws.com", "AutoScaling", true},
    {"cks.kms.amazonaws.com", "KeyManagementServiceCustomKeyStores"},
    {"cloud9.amazonaws.com", "AWSCloud9"},
    {"cloudtrail.amazonaws.com", "CloudTrail"},
    {"dax.amazonaws.com", "DAX"},
    {"dynamodb.application-autoscaling.amazonaws.com", "ApplicationAutoScaling_DynamoDBTable"},
    {"ec2fleet.amazonaws.com", "EC2Fleet"},
    {"ecs.amazonaws.com", "ECS"},
    {"ecs.application-autoscaling.amazonaws.com", "ApplicationAutoScaling_ECSService"},
    {"eks.amazonaws.com", "AmazonEKS"},
    {"eks-nodegroup.amazonaws.com", "AmazonEKSNodegroup"},
    {"elasticache.amazonaws.com", "ElastiCache"},
    {"elasticbeanstalk.amazonaws.com", "ElasticBeanstalk"},
    {"elasticfilesystem.amazonaws.com", "AmazonElasticFileSystem"},
    {"elasticloadbalancing.amazonaws.com", "ElasticLoadBalancing"},
    {"elasticmapreduce.amazonaws.com", "EMRCleanup"},
    {"es.amazonaws.com", "AmazonElasticsearchService"},
    {"events.amazonaws.com", "CloudWatchEvents"},
    {"fsx.amazonaws.com", "AmazonFSx"},
    {"globalaccelerator.amazonaws.com", "GlobalAccelerator"},
    {"guardduty.amazonaws.com", "AmazonGuardDuty"},
    {"inspector2.amazonaws.com", "AmazonInspector2"},
    {"lex.amazonaws.com", "LexBots"},
    {"lexv2.amazonaws.com", "LexV2Bots", true},
    {"macie.amazonaws.com", "AmazonMacie"},
    {"mrk.kms.amazonaws.com", "KeyManagementServiceMultiRegionKeys"},
    {"opensearchservice.amazonaws.com", "AmazonOpenSearchService"},
    {"ops.apigateway.amazonaws.com", "APIGateway"},
    {"organizations.amazonaws.com", "Organizations"},
    {"rds.amazonaws.com", "RDS"},
    {"replication.dynamodb.amazonaws.com", "DynamoDBReplication"},
    {"replicator.lambda.amazonaws.com", "LambdaReplicator"},
    {"securityhub.amazonaws.com", "SecurityHub"},
    {"spot.amazonaws.com", "EC2Spot"},
    {"spotfleet.amazonaws.com", "EC2SpotFleet"},
    {"ssm.amazonaws.com", "AmazonSSM"},
    {"sso.amazonaws.com", "SSO"},
    {"support.amazonaws.com", "Support"},
    {"transitgateway.amazonaws.com", "VPCTransitGateway"},
    {"trustedadvisor.amazonaws.com", "TrustedAdvisor"},
    {"wafv2.amazonaws.com", "WAFV2Logging"},
};

constexpr std::string_view kDomain = ".amazonaws.com";
constexpr std::string_view kPath = "/aws-service-role/";

std::string capitalized(std::string_view service) {
  std::string out;
  bool upper = true;
  for (const char c : service.substr(0, service.size() - kDomain.size())) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) out += upper ? static_cast<char>(std::toupper(byte)) : c;
    upper = std::isalnum(byte) == 0;
  }
  return out;
}

std::string role_name(const Call& call) {
  const std::string& service = call.in.text("AWSServiceName");
  if (!service.ends_with(kDomain) || service.size() == kDomain.size()) {
    throw invalid_input("Service name " + service + " is not valid.");
  }
  const auto known = std::find_if(std::begin(kServices), std::end(kServices),
                                  [&](const LinkedService& s) { return s.name == service; });
  const bool there = known != std::end(kServices);
  if (call.in.has("CustomSuffix") && there && !known->takes_suffix) {
    throw invalid_input("Custom suffix is not allowed for " + service);
  }
  std::string name = "AWSServiceRoleFor" + (there ? std::string(known->role) : capitalized(service));
  if (call.in.has("CustomSuffix")) name += "_" + call.in.text("CustomSuffix");
  return name;
}

Value create_service_linked_role(Call& call) {
  const std::string& service = call.in.text("AWSServiceName");
  Role role;
  role.account = call.account;
  role.name = role_name(call);
  role.path = std::string(kPath) + service + "/";
  role.id = call.random.unique_id("AROA", 17);
  role.created = call.now;
  role.description = call.in.text_or("Description", "");
  role.has_description = call.in.has("Description");
  role.trust =
      trust_document(call.store, R"({"Version": "2012-10-17", "Statement": [{"Action": ["sts:AssumeRole"], )"
                                 R"("Effect": "Allow", "Principal": {"Service": [")" +
                                     service + R"("]}}]})");
  const auto made = call.store.write([&](Txn& txn) {
    if (txn.find<Role>(id_of(call, role.name))) {
      throw invalid_input("Service role name " + role.name +
                          " has been taken in this account, please try a different suffix.");
    }
    return txn.put(role);
  });
  return Members{{"Role", new_role_details(call, *made)}};
}

// The role goes at once: no service here holds on to it.
Value delete_service_linked_role(Call& call) {
  const std::string& name = call.in.text("RoleName");
  IamJob job;
  job.account = call.account;
  job.created = call.now;
  call.store.write([&](Txn& txn) {
    const auto role = require<Role>(txn, call, name);
    if (!role->path.starts_with(kPath))
      throw invalid_input("Role " + role->name + " is not a service-linked role.");
    job.subject = arn_of(call.partition, *role);
    job.id = "task" + role->path + role->name + "/" + call.random.uuid();
    txn.erase<Role>(id_of(call, name));
    txn.put(job);
  });
  return Members{{"DeletionTaskId", job.id}};
}

Value deletion_status(Call& call) {
  const std::string& id = call.in.text("DeletionTaskId");
  if (!id.starts_with("task" + std::string(kPath))) throw invalid_input("Invalid DeletionTaskId " + id);
  if (!call.store.find<IamJob>({call.account, "", id})) {
    throw missing("Deletion Task Id " + id + " cannot be found.");
  }
  return Members{{"Status", "SUCCEEDED"}};
}

AccessRule on_linked_role() {
  return AccessRule([](Call& call) {
    const std::string& service = call.in.text("AWSServiceName");
    Access access{.action = action_of(call),
                  .resource = call.arn("iam", "role" + std::string(kPath) + service + "/" + role_name(call))};
    access.context.set("iam:AWSServiceName", service);
    return std::vector<Access>{std::move(access)};
  });
}

AccessRule on_deletion_task() {
  return AccessRule([](Call& call) {
    const std::string& id = call.in.text("DeletionTaskId");
    const auto job = call.store.find<IamJob>({call.account, "", id});
    return std::vector<Access>{
        {.action = action_of(call), .resource = job ? job->subject : call.arn("iam", "role/*")}};
  });
}

}  // namespace

std::vector<Operation> service_linked_role_operations() {
  return {
      {.name = "CreateServiceLinkedRole",
       .input = {req("AWSServiceName", shape::GroupName), opt("Description", shape::RoleDescription),
                 opt("CustomSuffix", shape::CustomSuffix)},
       .access = on_linked_role(),
       .run = create_service_linked_role},
      {.name = "DeleteServiceLinkedRole",
       .input = {req("RoleName", shape::RoleName)},
       .access = on_entity<Role>(),
       .run = delete_service_linked_role},
      {.name = "GetServiceLinkedRoleDeletionStatus",
       .input = {req("DeletionTaskId", shape::DeletionTaskId)},
       .access = on_deletion_task(),
       .run = deletion_status},
  };
}

}  // namespace latchkey::iam
