// GetFederationToken: a user makes a session for somebody whom only the application knows.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
#include <algorithm>

#include "core/arn.h"
#include "identity/context.h"
#include "sts/service.h"
#include "sts/session_parts.h"
#include "sts/shapes.h"

namespace latchkey::sts {
namespace {

constexpr std::int64_t kDefaultSeconds = 43'200;
constexpr std::int64_t kMostForRoot = 3'600;

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
  Session session;
  session.kind = Session::Kind::federated;
  session.account = call.account;
  session.access_key_id = call.random.unique_id("ASIA", 16);
  session.secret = Secret(call.random.secret_text(40));
  if (call.who.user) {
    session.name = call.who.user->name;
    session.id = call.who.user->id;
  }
  session.session_name = call.in.text("Name");
  session.tags = call.in.tags("Tags", "Key", "Value");
  check_session_tags(session.tags);
  add_session_policies(call, session);
  std::int64_t seconds = call.in.number_or("DurationSeconds", kDefaultSeconds);
  if (call.who.is_root()) seconds = std::min(seconds, kMostForRoot);
  session.issued = call.now;
  session.expires = call.now.plus_seconds(seconds);
  const std::string token = seal_session(session, session_key(call.store, call.random), call.random);
  return Members{{"Credentials", credentials_of(session, token)},
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
