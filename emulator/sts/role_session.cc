#include "sts/role_session.h"

#include "core/encoding.h"
#include "sts/service.h"
#include "sts/session_parts.h"

namespace latchkey::sts {
namespace {

constexpr std::int64_t kDefaultSeconds = 3'600;

}  // namespace

Arn role_arn(const Call& call) {
  const std::string& text = call.in.text("RoleArn");
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "iam" || !is_account_id(arn->account) || !arn->resource.starts_with("role/")) {
    throw validation_error(Protocol::query, text + " is invalid");
  }
  return *arn;
}

Ptr<Role> find_role(const Call& call, const Arn& arn) {
  const auto role =
      call.store.find<Role>({arn.account, "", to_lower(arn.resource.substr(arn.resource.rfind('/') + 1))});
  return role && arn_of(arn.partition, *role) == arn.str() ? role : nullptr;
}

Ptr<Role> nobodys_role() {
  auto role = std::make_shared<Role>();
  role->trust = Document(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]})",
      policy::Kind::trust);
  return role;
}

Session role_session(const Call& call, const Role& role, const std::string& session_name) {
  const std::int64_t seconds = call.in.number_or("DurationSeconds", kDefaultSeconds);
  if (seconds > role.max_session_seconds) {
    throw validation_error(Protocol::query,
                           "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return new_session(role, session_name, call.random, call.now, seconds);
}

Members role_answer(const Call& call, const Session& session, const std::string& partition) {
  const std::string arn =
      Arn{partition, "sts", "", session.account, "assumed-role/" + session.name + "/" + session.session_name}
          .str();
  Members answer{
      {"Credentials", credentials_of(call, session)},
      {"AssumedRoleUser", Members{{"AssumedRoleId", session.id + ":" + session.session_name}, {"Arn", arn}}}};
  if (const auto percent = packed_size(session)) answer.add("PackedPolicySize", *percent);
  return answer;
}

}  // namespace latchkey::sts
