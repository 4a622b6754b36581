#include "latchkey/emulator.h"

#include <mutex>
#include <optional>
#include <stdexcept>

#include "control.h"
#include "core/json.h"
#include "core/log.h"
#include "core/version.h"
#include "fixtures/load.h"
#include "http/certificate.h"
#include "http/server.h"
#include "iam/managed.h"
#include "iam/service.h"
#include "imds/metadata.h"
#include "kms/rsa_pool.h"
#include "kms/service.h"
#include "pipeline/pipeline.h"
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

// An IPv6 address in a URL stands in brackets.
std::string url_host(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "::") return "[::1]";
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

struct Emulator::Impl {
  explicit Impl(Options given);
  ~Impl() {
    faults.clear();  // nobody waits any longer
    server->stop();
  }

  void open_store();
  void start_state();
  void load_fixture(std::string_view json);
  void take(const fixtures::Loaded& loaded);
  void reset(std::string_view account);
  http::Answer answer(const http::Message& message);
  http::Answer refuse(const http::Message& message, int status, std::string_view reason);
  Control::Parts control_parts();

  Options options;
  Settings settings;
  Clock clock;
  Random random;
  kms::RsaPool rsa_pool;
  Log log;
  Journal journal;
  Faults faults;
  std::unique_ptr<Store> store;
  std::vector<const Service*> services{&kms::service(), &iam::service(), &sts::service()};
  std::mutex reset_mutex;  // one reset, import or fixture at a time
  std::unique_ptr<http::Certificates> certificates;
  std::optional<Pipeline> pipeline;
  std::optional<Control> control;
  std::optional<Metadata> metadata;
  std::unique_ptr<http::Server> server;
};

Emulator::Impl::Impl(Options given)
    : options(std::move(given)),
      settings(settings_of(options)),
      log(level_of(options.log_level), options.log_json ? LogFormat::json : LogFormat::text,
          options.log_sink),
      journal(options.journal_capacity) {
  if (!options.clock.empty()) {
    const auto time = parse_iso8601(options.clock);
    if (!time) throw std::runtime_error("'" + options.clock + "' is not an ISO 8601 time");
    clock.freeze(*time);
  }
  settings.rsa_keys = [this](unsigned bits) { return rsa_pool.take(bits); };
  open_store();
  metadata.emplace(settings, *store, clock, random);
  start_state();
  certificates = std::make_unique<http::Certificates>(ca_directory(options));
  pipeline.emplace(Pipeline::Parts{settings, *store, clock, random, journal, log, faults, services});
  control.emplace(control_parts());
  http::ServerOptions server_options;
  server_options.host = options.host;
  server_options.port = options.port;
  server_options.body_limit = [limit = server_options.max_body_bytes](const sigv4::RawRequest& head) {
    return Control::is_control_path(head.target) ? kMaxControlBody : limit;
  };
  server_options.refuse = [this](const http::Message& message, int status, std::string_view reason) {
    return refuse(message, status, reason);
  };
  server = std::make_unique<http::Server>(server_options, *certificates,
                                          [this](const http::Message& message) { return answer(message); });
  server->start();
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
void Emulator::Impl::start_state() {
  for (const ManagedPolicy& policy : iam::aws_managed_policies()) store->load(policy);
  for (const std::string& fixture : options.fixtures) {
    take(fixtures::load(fixture, *store, random, clock.now(), settings.region));
  }
}

void Emulator::Impl::load_fixture(std::string_view json) {
  const std::lock_guard lock(reset_mutex);
  take(fixtures::load(json, *store, random, clock.now(), settings.region));
}

void Emulator::Impl::take(const fixtures::Loaded& loaded) {
  for (const auto& [account, role] : loaded.exposed_roles) metadata->expose(account, role);
}

void Emulator::Impl::reset(std::string_view account) {
  const std::lock_guard lock(reset_mutex);
  if (!account.empty() && !is_account_id(account)) {
    throw std::runtime_error("'" + std::string(account) + "' is not an account id");
  }
  if (account.empty()) {
    store->clear();
    journal.clear();
    faults.clear();
    metadata->clear();
    start_state();
    return;
  }
  store->clear_account(account);
  journal.clear_account(account);
  for (const std::string& fixture : options.fixtures) {
    fixtures::load(fixture, *store, random, clock.now(), settings.region, account);
  }
}

http::Answer Emulator::Impl::answer(const http::Message& message) {
  if (Control::is_control_path(message.request.target)) return control->answer(message);
  if (Metadata::is_metadata_path(message.request.target)) return metadata->answer(message);
  return pipeline->answer(message);
}

http::Answer Emulator::Impl::refuse(const http::Message& message, int status, std::string_view reason) {
  if (!Control::is_control_path(message.request.target)) return pipeline->refuse(message, status, reason);
  http::Answer answer;
  answer.status = status;
  answer.headers.emplace_back("Content-Type", "application/json");
  answer.body = to_json(Members{{"error", reason}}) + "\n";
  return answer;
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
                store->import_state(state);
              },
          .ca_pem = [this] { return certificates->ca_pem(); },
          .container_credentials =
              [this](const http::Message& message, std::string_view role) {
                return metadata->container_answer(message, role);
              }};
}

// --- The public face
// -------------------------------------------------------------------------------------------------

Emulator::Emulator(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Emulator::~Emulator() = default;

int Emulator::port() const { return impl_->server->port(); }

std::string Emulator::url() const {
  return "http://" + url_host(impl_->options.host) + ":" + std::to_string(port());
}

std::string Emulator::https_url() const {
  return "https://" + url_host(impl_->options.host) + ":" + std::to_string(port());
}

const std::string& Emulator::ca_path() const { return impl_->certificates->ca_path(); }

void Emulator::load_fixture(std::string_view json) { impl_->load_fixture(json); }

void Emulator::reset(std::string_view account) { impl_->reset(account); }

Emulator::Reply Emulator::control(std::string_view method, std::string_view target, std::string_view body) {
  http::Message message;
  message.request.method = method;
  message.request.target = target;
  message.request.body = body;
  http::Answer answer = impl_->answer(message);
  return {answer.status, std::move(answer.body)};
}

Emulator::Counts Emulator::counts() const {
  const Journal::Counts counts = impl_->journal.counts();
  return {counts.calls, counts.denials};
}

std::vector<std::pair<std::string, std::string>> Emulator::environment(std::string_view credentials) const {
  constexpr std::string_view kRole = "role:";
  const bool by_role = credentials.starts_with(kRole);
  if (by_role) impl_->metadata->expose_alone(impl_->settings.account_id, credentials.substr(kRole.size()));
  std::string id = "test";
  std::string secret = "test";
  if (!by_role && !credentials.empty() && credentials != "test") {
    const auto keys =
        impl_->store->indexed<AccessKey>(impl_->settings.account_id + "/" + to_lower(credentials));
    if (keys.empty()) {
      throw std::runtime_error("there is no user '" + std::string(credentials) +
                               "' with an access key in account " + impl_->settings.account_id);
    }
    id = keys.front()->id;
    secret = keys.front()->secret.reveal();
  }
  std::vector<std::pair<std::string, std::string>> out{{"AWS_ENDPOINT_URL", url()},
                                                       {"AWS_ENDPOINT_URL_KMS", url()},
                                                       {"AWS_ENDPOINT_URL_IAM", url()},
                                                       {"AWS_ENDPOINT_URL_STS", url()},
                                                       {"AWS_ACCESS_KEY_ID", id},
                                                       {"AWS_SECRET_ACCESS_KEY", secret},
                                                       {"AWS_REGION", impl_->settings.region},
                                                       {"AWS_DEFAULT_REGION", impl_->settings.region},
                                                       {"AWS_CA_BUNDLE", ca_path()},
                                                       {"NODE_EXTRA_CA_CERTS", ca_path()},
                                                       {"AWS_EC2_METADATA_SERVICE_ENDPOINT", url()},
                                                       {"LATCHKEY_URL", url()},
                                                       {"LATCHKEY_URL_TLS", https_url()},
                                                       {"LATCHKEY_CA", ca_path()}};
  // A role's session is found by the SDK itself, in the instance's metadata.
  if (by_role)
    std::erase_if(out, [](const auto& variable) {
      return variable.first.ends_with("_ACCESS_KEY_ID") || variable.first.ends_with("_SECRET_ACCESS_KEY");
    });
  return out;
}

}  // namespace latchkey
