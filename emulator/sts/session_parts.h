// What the operations that make sessions have in common: session policies, session tags, and the room they
// take.
#pragma once

#include <optional>
#include <string>

#include "identity/session.h"
#include "pipeline/operation.h"

namespace latchkey::sts {

// The rule of operations without a resource.
AccessRule on_everything();
AwsError invalid_parameter(std::string message);
// What GetSessionToken and GetFederationToken make: for the caller, who is its account's root or a user, for as long as the
// request says and the caller may have.
Session session_of_caller(const Call& call, Session::Kind kind);
// Throws for keys that differ in nothing but case.
void check_session_tags(const Tags& tags);
// Policy and PolicyArns of the request. Throws for documents that AWS refuses and policies that do not exist.
void add_session_policies(const Call& call, Session& session);
// How much of a session's packed room is used, in percent: AWS packs by a way it does not publish, so this is
// the plain share of the limit. nullopt if nothing takes room.
std::optional<std::int64_t> packed_size(const Session& session);

}  // namespace latchkey::sts
