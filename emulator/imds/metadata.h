// Instance metadata (IMDSv2 and v1) and container credentials: how an application on AWS gets the credentials
// of its role. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/random.h"
#include "http/server.h"
#include "identity/session.h"
#include "pipeline/operation.h"
#include "store/store.h"

namespace latchkey {

class Metadata {
 public:
  // All of them must outlive it.
  Metadata(const Settings& settings, Store& store, const Clock& clock, Random& random)
      : settings_(settings), store_(store), clock_(clock), random_(random) {}

  static bool is_metadata_path(std::string_view target) { return target.starts_with("/latest/"); }
  http::Answer answer(const http::Message& message);
  // Of /_latchkey/credentials/ROLE. Like the rest of the control API it asks for no authorization; SDKs may
  // send some.
  http::Answer container_answer(const http::Message& message, std::string_view role);

  // Exposes a role (account and name); the first one is the instance's. One that is exposed already stays
  // where it is.
  void expose(std::string account, std::string role);
  void clear();
  // Sessions are made anew when they are asked for: the key that sealed their tokens has gone.
  void forget_sessions();
  // The role is the only exposed one from now on, whatever is cleared or loaded: what `exec --credentials
  // role:NAME` does. Throws std::runtime_error if there is no such role.
  void expose_alone(std::string_view account, std::string_view role);

  struct Issued {
    Session session;
    std::string token;
  };
  // A session of a role, exposed or not, as metadata hands them out. Throws std::runtime_error if there is no such role.
  Issued session_of(std::string_view account, std::string_view role);

 private:

  http::Answer credentials_of(std::string_view role, bool of_container);
  http::Answer new_token(const sigv4::RawRequest& request);
  bool has_valid_token(const sigv4::RawRequest& request) const;
  Ptr<Role> exposed(std::string_view name) const;
  Ptr<Role> role_of(std::string_view account, std::string_view role) const;
  Issued current_session(const Role& role);
  std::string identity_document() const;

  const Settings& settings_;
  Store& store_;
  const Clock& clock_;
  Random& random_;
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> roles_;
  std::map<std::string, Issued> issued_;  // by the role's id
  // IMDSv2 session tokens, with their end: by their digests, so that a look-up does not tell how much of one was right.
  std::map<std::string, Time> tokens_;
  std::optional<std::pair<std::string, std::string>> alone_;
};

}  // namespace latchkey
