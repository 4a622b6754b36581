// GetFederationToken: a user makes a session for somebody whom only the application knows.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html

#include "core/arn.h"
#include "identity/context.h"
#include "sts/service.h"
#include "sts/session_parts.h"
#include "sts/shapes.h"

namespace latchkey::sts {
namespace {


std::string federated_user_arn(const Call& call) {
  return call.arn("sts", "federated-user/" + call.in.text("Name"));
}

std::vector<Access> federation_access(Call& call) {
  if (call.who.session) {
    throw access_denied(Protocol::query, "Cannot call GetFederationToken with session credentials");
  }
  const Tags tags = call.in.tags("Tags", "Key", "Value");
  Access access{.action = action_of(call), .resource = federated_user_arn(call)};
  add_request_tags(access.context, tags);
  std::vector<Access> out{access};
  if (!tags.empty()) {
    access.action = "sts:TagSession";
    out.push_back(std::move(access));
  }
  return out;
}

Value get_federation_token(Call& call) {
  Session session = session_of_caller(call, Session::Kind::federated);
  session.session_name = call.in.text("Name");
  session.tags = call.in.tags("Tags", "Key", "Value");
  check_session_tags(session.tags);
  add_session_policies(call, session);
  return Members{{"Credentials", credentials_of(call, session)},
                 {"FederatedUser", Members{{"FederatedUserId", call.account + ":" + session.session_name},
                                           {"Arn", federated_user_arn(call)}}},
                 {"PackedPolicySize", packed_size(session).value_or(0)}};
}

}  // namespace

std::vector<Operation> federation_operations() {
  using namespace shape;
  return {
      {.name = "GetFederationToken",
       .input = {req("Name", FederatedUserName), opt("Policy", FederationPolicy),
                 opt("PolicyArns", PolicyArns), opt("DurationSeconds", Duration), opt("Tags", shape::Tags)},
       .access = AccessRule(federation_access),
       .run = get_federation_token},
  };
}

}  // namespace latchkey::sts
