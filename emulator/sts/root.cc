// Root sessions in member accounts, decoded authorization messages, and tokens of delegation requests.
#include <algorithm>

#include "core/arn.h"
#include "core/encoding.h"
#include "identity/authorization_message.h"
#include "sts/service.h"
#include "sts/session_parts.h"
#include "sts/shapes.h"

namespace latchkey::sts {
namespace {

constexpr std::int64_t kRootSeconds = 900;

// What a session of the root user may do, by the policy that names its task.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
struct Task {
  std::string_view policy;
  std::string_view actions;
};
constexpr Task kTasks[] = {
    {"IAMAuditRootUserCredentials",
     R"("iam:GetUser","iam:GetLoginProfile","iam:ListAccessKeys","iam:ListSigningCertificates","iam:ListMFADevices",)"
     R"("iam:GetAccountSummary","iam:GetAccessKeyLastUsed")"},
    {"IAMCreateRootUserPassword", R"("iam:CreateLoginProfile","iam:GetLoginProfile")"},
    {"IAMDeleteRootUserCredentials",
     R"("iam:DeleteAccessKey","iam:DeleteLoginProfile","iam:DeleteSigningCertificate","iam:DeactivateMFADevice",)"
     R"("iam:ListAccessKeys","iam:ListSigningCertificates","iam:GetLoginProfile","iam:ListMFADevices","iam:GetUser")"},
    {"S3UnlockBucketPolicy",
     R"("s3:DeleteBucketPolicy","s3:GetBucketPolicy","s3:PutBucketPolicy","s3:ListAllMyBuckets")"},
    {"SQSUnlockQueuePolicy",
     R"("sqs:SetQueueAttributes","sqs:GetQueueAttributes","sqs:ListQueues","sqs:GetQueueUrl")"},
};

std::string task_arn(const Call& call) {
  const Value* arn = call.in.map("TaskPolicyArn").find("arn");
  return arn == nullptr ? "" : arn->get<std::string>();
}

const Task& task_of(const Call& call) {
  const std::string arn = task_arn(call);
  for (const Task& task : kTasks) {
    if (arn == "arn:" + call.partition + ":iam::aws:policy/root-task/" + std::string(task.policy))
      return task;
  }
  throw validation_error(Protocol::query, "The task policy ARN " + arn + " is not valid.");
}

// An account's number, or the ARN of its root user.
std::string target_account(const Call& call) {
  const std::string& target = call.in.text("TargetPrincipal");
  const auto arn = Arn::parse(target);
  const std::string account = arn && arn->resource == "root" ? arn->account : target;
  if (!is_account_id(account)) throw validation_error(Protocol::query, target + " is invalid");
  return account;
}

Value assume_root(Call& call) {
  const Task& task = task_of(call);
  const auto settings = call.store.find<AccountSettings>({call.account, "", "account"});
  if (!settings || !settings->root_sessions) {
    throw access_denied(Protocol::query,
                        "Root sessions are not enabled for the organization of account " + call.account);
  }
  const std::string account = target_account(call);
  Session session = new_session(call.random, call.now, call.in.number_or("DurationSeconds", kRootSeconds));
  session.kind = Session::Kind::root;
  session.account = account;
  session.policies.push_back(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[)" +
                             std::string(task.actions) + R"(],"Resource":"*"}]})");
  session.mfa_at = call.now;  // IAM takes the session, as it does one with MFA
  Members answer{{"Credentials", credentials_of(call, session)}};
  if (call.who.session && !call.who.session->source_identity.empty()) {
    answer.add("SourceIdentity", call.who.session->source_identity);
  }
  return answer;
}

std::vector<Access> assume_root_access(Call& call) {
  const std::string account = target_account(call);
  Access access{.action = "sts:AssumeRoot",
                .resource = Arn{call.partition, "iam", "", account, "root"}.str()};
  access.resource_account = call.account;  // the organization's owner decides, not the member
  access.context.set("sts:TaskPolicyArn", task_arn(call));
  return {std::move(access)};
}

Value decode_authorization_message(Call& call) {
  const auto decoded =
      open_authorization_message(call.in.text("EncodedMessage"), session_key(call.store, call.random));
  if (!decoded) throw AwsError(400, "InvalidAuthorizationMessageException", "Message is not valid");
  return Members{{"DecodedMessage", *decoded}};
}

// Tokens to trade in go out by the requestor's notification channel, and there is none here: no token can be
// right.
Value get_delegated_access_token(Call& call) {
  static_cast<void>(call);
  throw AwsError(
      400, "ExpiredTradeInTokenException",
      "The trade-in token is not valid: Latchkey sends none, because it has no notification channels.");
}

}  // namespace

std::vector<Operation> root_operations() {
  using namespace shape;
  return {
      {.name = "AssumeRoot",
       .input = {req("TargetPrincipal", TargetPrincipal), req("TaskPolicyArn", PolicyDescriptor),
                 opt("DurationSeconds", RootDuration)},
       .access = AccessRule(assume_root_access),
       .run = assume_root},
      {.name = "DecodeAuthorizationMessage",
       .input = {req("EncodedMessage", EncodedMessage)},
       .access = on_everything(),
       .run = decode_authorization_message},
      {.name = "GetDelegatedAccessToken",
       .input = {req("TradeInToken", TradeInToken)},
       .access = on_everything(),
       .run = get_delegated_access_token},
  };
}

}  // namespace latchkey::sts
