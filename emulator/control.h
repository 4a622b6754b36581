// The control API: /_latchkey/*, unsigned, JSON. What only a harness can give: journal, clock, state, reset, fixtures.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "http/server.h"
#include "pipeline/faults.h"
#include "pipeline/journal.h"
#include "pipeline/operation.h"
#include "store/store.h"

namespace latchkey {

class Control {
 public:
  // What the control API needs of the emulator. All must outlive it.
  struct Parts {
    const Settings& settings;
    Store& store;
    Clock& clock;
    Random& random;
    Journal& journal;
    Faults& faults;
    std::string version;
    std::vector<const Service*> services;
    std::function<void(std::string_view account)> reset;
    std::function<void(std::string_view json)> load_fixture;
    std::function<void(const Members& state)> import_state;
    std::function<std::string()> ca_pem;
    std::function<std::string()> metrics;
    std::function<http::Answer(const http::Message& message, std::string_view role)> container_credentials;
  };

  explicit Control(Parts parts) : parts_(std::move(parts)) {}

  static bool is_control_path(std::string_view target);
  // {"error": reason}
  static http::Answer refusal(int status, std::string_view reason);
  // Never throws.
  http::Answer answer(const http::Message& message);

 private:
  using Query = Form;
  http::Answer dispatch(const http::Message& message);
  http::Answer health() const;
  http::Answer localstack(std::string_view name) const;
  http::Answer reset(const Query& query);
  http::Answer clock(const http::Message& message);
  http::Answer state(const http::Message& message, const Query& query);
  http::Answer requests(const http::Message& message, const Query& query);
  http::Answer faults(const http::Message& message, std::string_view id);
  http::Answer issuers(const http::Message& message, bool token);
  http::Answer policy_of(const Query& query) const;
  http::Answer request(std::string_view id) const;

  Parts parts_;
};

}  // namespace latchkey
