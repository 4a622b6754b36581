// What the policy tests share: short ways to write requests and documents.
#pragma once

#include <string>
#include <utility>

#include "latchkey/policy.h"

namespace latchkey::policy::test {

inline constexpr const char* kUser = "arn:aws:iam::123456789012:user/Jane";
inline constexpr const char* kRole = "arn:aws:iam::123456789012:role/App";
inline constexpr const char* kSession = "arn:aws:sts::123456789012:assumed-role/App/i-1";
inline constexpr const char* kKey =
    "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

inline Request request(std::string_view principal, std::string action, std::string resource) {
  Request out;
  out.principal = Principal::parse(principal);
  out.action = std::move(action);
  out.resource = std::move(resource);
  return out;
}

// A document of one or more statements, leniently compiled.
inline PolicyPtr document(const std::string& statements, Kind kind = Kind::identity) {
  return compile("{\"Version\":\"2012-10-17\",\"Statement\":[" + statements + "]}", kind, Strictness::lenient)
      .policy;
}

inline Named named(const std::string& statements, Kind kind = Kind::identity, std::string name = {}) {
  return {document(statements, kind), std::move(name), {}};
}

inline constexpr const char* kAllowAll = R"({"Effect":"Allow","Action":"*","Resource":"*"})";
inline constexpr const char* kDenyAll = R"({"Sid":"No","Effect":"Deny","Action":"*","Resource":"*"})";
inline constexpr const char* kDelegate =
    R"({"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"kms:*","Resource":"*"})";

}  // namespace latchkey::policy::test
