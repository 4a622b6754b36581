#include "emulator_impl.h"

#include <stdexcept>

#include "core/version.h"
#include "fixtures/seed.h"
#include "http/library_check.h"
#include "iam/managed.h"
#include "iam/service.h"
#include "kms/key_specs.h"
#include "kms/service.h"
#include "metrics.h"
#include "site.h"
#include "store/sqlite.h"
#include "sts/service.h"

namespace latchkey {
namespace {

// States and fixtures are larger than what AWS takes in a call.
constexpr std::size_t kMaxControlBody = 512 * 1024 * 1024;

Settings settings_of(const Options& options) {
  if (!is_account_id(options.account_id)) {
    throw std::runtime_error("account id '" + options.account_id + "' is not 12 digits");
  }
  if (!is_region_name(options.region)) throw std::runtime_error("'" + options.region + "' is not a region");
  Settings settings;
  settings.account_id = options.account_id;
  settings.region = options.region;
  settings.enforce_iam = options.enforce_iam;
  settings.root_may_assume_roles = options.root_assume_role;
  return settings;
}

LogLevel level_of(Options::LogLevel level) {
  switch (level) {
    case Options::LogLevel::error:
      return LogLevel::error;
    case Options::LogLevel::info:
      return LogLevel::info;
    case Options::LogLevel::debug:
      return LogLevel::debug;
  }
  return LogLevel::error;
}

std::string ca_directory(const Options& options) {
  return options.ca_dir.empty() ? options.data_dir : options.ca_dir;
}

}  // namespace

Emulator::Impl::Impl(Options given)
    : options(std::move(given)),
      settings(settings_of(options)),
      log(level_of(options.log_level), options.log_json ? LogFormat::json : LogFormat::text,
          options.log_sink),
      journal(options.journal_capacity),
      services{&kms::service(), &iam::service(), &sts::service()} {
  http::require_one_httplib();
  if (!options.clock.empty()) {
    const auto time = parse_iso8601(options.clock);
    if (!time) throw std::runtime_error("'" + options.clock + "' is not an ISO 8601 time");
    clock.freeze(*time);
  }
  for (std::string& fixture : options.fixtures) {
    fixture = fixtures::as_fixture(std::move(fixture), settings.account_id);
  }
  settings.rsa_keys = [this](unsigned bits) { return rsa_pool.take(bits); };
  open_store();
  metadata.emplace(settings, *store, clock, random);
  for (const fixtures::Loaded& loaded : start_state(*store)) take(loaded);
  certificates = std::make_unique<http::Certificates>(ca_directory(options));
  pipeline.emplace(Pipeline::Parts{settings, *store, clock, random, journal, log, faults, services});
  control.emplace(control_parts());
  http::ServerOptions server_options;
  server_options.host = options.host;
  server_options.port = options.port;
  server_options.body_limit = [this, limit = server_options.max_body_bytes](const sigv4::RawRequest& head) {
    return Control::is_control_path(head.target) && !from_foreign_site(head, options.host) ? kMaxControlBody : limit;
  };
  server_options.refuse = [this](const http::Message& message, int status, std::string_view reason) {
    return refuse(message, status, reason);
  };
  server_options.tls_failed = [this](std::string_view peer, std::string_view reason) {
    Members fields{{"client", peer}, {"reason", reason}};
    if (reason.ends_with("unknown ca")) fields.add("trust", certificates->ca_path());
    log.info("a TLS handshake failed", fields);
  };
  server_options.quick = [this](const http::Message& message) { return pipeline->is_quick(message); };
  server = std::make_unique<http::Server>(server_options, *certificates,
                                          [this](const http::Message& message) { return answer(message); });
  server->start();
  if (!is_loopback(options.host)) {
    log.error("WARNING: listening on " + options.host +
              ": everybody who reaches this port can read and change all state");
  }
  log.info("latchkey " + std::string(kVersion) + " listens",
           Members{{"port", server->port()}, {"enforce_iam", settings.enforce_iam ? "on" : "off"}});
}

void Emulator::Impl::open_store() {
  if (options.data_dir.empty()) {
    store = std::make_unique<Store>();
    return;
  }
  auto backing = std::make_unique<SqliteBacking>(options.data_dir);
  const SqliteBacking& disk = *backing;
  store = std::make_unique<Store>(std::move(backing));
  disk.load_into(*store);
}

// What is there from the start, beside what a data directory holds.
std::vector<fixtures::Loaded> Emulator::Impl::start_state(Store& into) {
  std::vector<fixtures::Loaded> out;
  for (const auto& policy : iam::aws_managed_policies()) into.load(policy);
  for (const std::string& fixture : options.fixtures) {
    out.push_back(fixtures::load(fixture, into, random, clock.now(), settings.region));
  }
  return out;
}

void Emulator::Impl::load_fixture(std::string_view json) {
  const std::lock_guard lock(reset_mutex);
  const std::string document = fixtures::as_fixture(std::string(json), settings.account_id);
  take(fixtures::load(document, *store, random, clock.now(), settings.region));
}

void Emulator::Impl::take(const fixtures::Loaded& loaded) {
  for (const auto& [account, role] : loaded.exposed_roles) metadata->expose(account, role);
}

// The new state is made aside and put in the old one's place in one step: calls that are answered meanwhile
// see one or the other, and a fixture that has become wrong changes nothing.
void Emulator::Impl::reset(std::string_view account) {
  const std::lock_guard lock(reset_mutex);
  if (!account.empty()) {
    reset_account(account);
    return;
  }
  Store draft;
  const auto loaded = start_state(draft);
  store->adopt(draft);
  journal.clear();
  faults.clear();
  metadata->clear();
  for (const fixtures::Loaded& one : loaded) take(one);
}

void Emulator::Impl::reset_account(std::string_view account) {
  if (!is_account_id(account)) {
    throw std::runtime_error("'" + std::string(account) + "' is not an account id");
  }
  const auto draft = store->draft_without(account);
  for (const std::string& fixture : options.fixtures) {
    fixtures::load(fixture, *draft, random, clock.now(), settings.region, account);
  }
  store->adopt_account(*draft, account);
  journal.clear_account(account);
}

http::Answer Emulator::Impl::answer(const http::Message& message) {
  const std::string& target = message.request.target;
  const bool control_path = Control::is_control_path(target);
  if (!control_path && !Metadata::is_metadata_path(target)) {
    // Everybody knows the secret of "test", so a signature alone keeps no web page out.
    if (!from_browser(message.request) || !from_foreign_site(message.request, options.host)) return pipeline->answer(message);
    return pipeline->refuse(message, 403, "Requests from web pages of other sites are refused.");
  }
  if (from_foreign_site(message.request, options.host)) {
    return Control::refusal(403, "requests from other sites are refused");
  }
  return control_path ? control->answer(message) : metadata->answer(message);
}

std::string Emulator::Impl::metrics_text() const {
  return prometheus_text({.pipeline = *pipeline,
                          .services = services,
                          .store = *store,
                          .journal = journal,
                          .clock = clock,
                          .connections = server->connections(),
                          .started = started});
}

http::Answer Emulator::Impl::refuse(const http::Message& message, int status, std::string_view reason) {
  if (!Control::is_control_path(message.request.target)) return pipeline->refuse(message, status, reason);
  return Control::refusal(status, reason);
}

Control::Parts Emulator::Impl::control_parts() {
  return {.settings = settings,
          .store = *store,
          .clock = clock,
          .random = random,
          .journal = journal,
          .faults = faults,
          .version = std::string(kVersion),
          .services = services,
          .reset = [this](std::string_view account) { reset(account); },
          .load_fixture = [this](std::string_view json) { load_fixture(json); },
          .import_state =
              [this](const Members& state) {
                const std::lock_guard lock(reset_mutex);
                store->import_state(state, kms::require_workable_keys);
                metadata->forget_sessions();
              },
          .ca_pem = [this] { return certificates->ca_pem(); },
          .metrics = [this] { return metrics_text(); },
          .container_credentials =
              [this](const http::Message& message, std::string_view role) {
                return metadata->container_answer(message, role);
              }};
}

}  // namespace latchkey
