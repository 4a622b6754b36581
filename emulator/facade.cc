// latchkey/emulator.h: what the control API does, as C++ calls.
#include <stdexcept>

#include "core/clock.h"
#include "core/encoding.h"
#include "core/json.h"
#include "emulator_impl.h"

namespace latchkey {
namespace {

constexpr std::string_view kRole = "role:";
constexpr std::string_view kBootstrap = "test";

// An IPv6 address in a URL stands in brackets.
std::string url_host(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "::") return "[::1]";
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

TimePoint time_point(Time time) { return TimePoint(std::chrono::milliseconds(time.ms)); }

Time time_of(TimePoint point) {
  return {std::chrono::duration_cast<std::chrono::milliseconds>(point.time_since_epoch()).count()};
}

Value parsed(std::string_view json, std::string_view what) {
  auto document = parse_json(json);
  if (!document) throw std::runtime_error(std::string(what) + " is not JSON");
  return std::move(*document);
}

RecordedCall::Outcome outcome_of(Entry::Outcome outcome) {
  switch (outcome) {
    case Entry::Outcome::allowed:
      return RecordedCall::Outcome::allowed;
    case Entry::Outcome::denied:
      return RecordedCall::Outcome::denied;
    case Entry::Outcome::would_deny:
      return RecordedCall::Outcome::would_deny;
    case Entry::Outcome::error:
      return RecordedCall::Outcome::error;
  }
  return RecordedCall::Outcome::error;
}

std::string_view name_of(RecordedCall::Outcome outcome) {
  switch (outcome) {
    case RecordedCall::Outcome::allowed:
      return "allowed";
    case RecordedCall::Outcome::denied:
      return "denied";
    case RecordedCall::Outcome::would_deny:
      return "would-deny";
    case RecordedCall::Outcome::error:
      return "error";
  }
  return "";
}

RecordedCall recorded(const Entry& entry) {
  RecordedCall out;
  out.id = entry.id;
  out.time = time_point(entry.time);
  out.principal = entry.principal;
  out.account = entry.account;
  out.access_key_id = entry.access_key_id;
  out.service = entry.service;
  out.operation = entry.operation;
  out.action = entry.service + ":" + entry.operation;
  out.region = entry.region;
  for (const Value& resource : resources_of(entry)) out.resources.push_back(resource.get<std::string>());
  out.parameters = to_json(entry.parameters);
  out.outcome = outcome_of(entry.outcome);
  out.status = entry.status;
  out.error_code = entry.error_code;
  out.error_message = entry.error_message;
  out.fault = entry.fault;
  out.source_ip = entry.source_ip;
  out.user_agent = entry.user_agent;
  out.tls = entry.tls;
  return out;
}

using Connection = InjectedFault::Connection;
constexpr std::pair<Connection, std::string_view> kConnections[] = {
    {Connection::reset, "reset"}, {Connection::half, "half"}, {Connection::close, "close"}};

Members document_of(const InjectedFault& fault) {
  Members out{{"action", fault.action}, {"principal", fault.principal}, {"account", fault.account}};
  if (fault.action == "*" && !fault.preset.empty()) out.erase("action");  // the preset knows its service
  if (!fault.preset.empty()) out.add("preset", fault.preset);
  if (!fault.error.empty()) out.add("error", fault.error).add("status", fault.status);
  if (!fault.message.empty()) out.add("message", fault.message);
  if (fault.delay.count() != 0) out.add("delay", static_cast<std::int64_t>(fault.delay.count()));
  for (const auto& [connection, name] : kConnections) {
    if (fault.connection == connection) out.add("connection", name);
  }
  if (fault.count) out.add("count", *fault.count);
  if (fault.probability != 1) out.add("probability", fault.probability);
  if (fault.seed) out.add("seed", *fault.seed);
  return out;
}

InjectedFault fault_of(const Members& members) {
  InjectedFault out;
  const auto text = [&](std::string_view name) {
    const Value* value = members.find(name);
    return value == nullptr ? std::string() : value->get<std::string>();
  };
  const auto number = [&](std::string_view name) -> std::optional<std::int64_t> {
    const Value* value = members.find(name);
    if (value == nullptr) return std::nullopt;
    return value->get<std::int64_t>();
  };
  out.action = text("action");
  out.principal = text("principal");
  out.account = text("account");
  out.preset = text("preset");
  out.error = text("error");
  out.status = static_cast<int>(number("status").value_or(0));
  out.message = text("message");
  out.delay = std::chrono::milliseconds(number("delay").value_or(0));
  for (const auto& [connection, name] : kConnections) {
    if (text("connection") == name) out.connection = connection;
  }
  out.count = number("count");
  if (const Value* value = members.find("probability")) out.probability = value->get<double>();
  out.seed = number("seed");
  out.id = text("id");
  out.struck = number("struck").value_or(0);
  return out;
}

// What the control API answers, or its reason as an exception.
std::string successful(Emulator::Reply reply) {
  if (reply.status == 200) return std::move(reply.body);
  const auto answer = parse_json(reply.body);
  const Value* reason = answer && answer->is<Members>() ? answer->get<Members>().find("error") : nullptr;
  throw std::runtime_error(reason != nullptr && reason->is<std::string>() ? reason->get<std::string>()
                                                                          : reply.body);
}

}  // namespace

Emulator::Emulator(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Emulator::~Emulator() = default;

void Emulator::stop() {
  impl_->faults.clear();  // nobody waits any longer
  impl_->server->stop();
}

// --- Where it is, and how to get in
// ----------------------------------------------------------------------------------

int Emulator::port() const { return impl_->server->port(); }

std::string Emulator::url() const {
  return "http://" + url_host(impl_->options.host) + ":" + std::to_string(port());
}

std::string Emulator::https_url() const {
  return "https://" + url_host(impl_->options.host) + ":" + std::to_string(port());
}

std::string Emulator::ca_path() const { return impl_->certificates->ca_path(); }

std::string Emulator::ca_pem() const { return impl_->certificates->ca_pem(); }

Credentials Emulator::credentials(std::string_view name) const {
  const std::string& account = impl_->settings.account_id;
  if (name.empty() || name == kBootstrap) return {std::string(kBootstrap), std::string(kBootstrap)};
  if (is_account_id(name)) return {std::string(name), std::string(kBootstrap)};
  if (name.starts_with(kRole)) {
    const Metadata::Issued issued = impl_->metadata->session_of(account, name.substr(kRole.size()));
    return {issued.session.access_key_id, issued.session.secret.reveal(), issued.token};
  }
  const auto keys = impl_->store->indexed<AccessKey>(account + "/" + to_lower(name));
  if (!keys.empty()) return {keys.front()->id, keys.front()->secret.reveal()};
  throw std::runtime_error("there is no user '" + std::string(name) + "' with an access key in account " +
                           account);
}

std::vector<std::pair<std::string, std::string>> Emulator::environment(std::string_view name) const {
  std::vector<std::pair<std::string, std::string>> out{{"AWS_ENDPOINT_URL", url()},
                                                       {"AWS_ENDPOINT_URL_KMS", url()},
                                                       {"AWS_ENDPOINT_URL_IAM", url()},
                                                       {"AWS_ENDPOINT_URL_STS", url()}};
  if (name.starts_with(kRole)) {
    // A role's session is found by the SDK itself, in the instance's metadata.
    impl_->metadata->expose_alone(impl_->settings.account_id, name.substr(kRole.size()));
  } else {
    const Credentials given = credentials(name);
    out.emplace_back("AWS_ACCESS_KEY_ID", given.access_key_id);
    out.emplace_back("AWS_SECRET_ACCESS_KEY", given.secret_access_key);
  }
  for (const auto& [variable, value] : std::initializer_list<std::pair<const char*, std::string>>{
           {"AWS_REGION", impl_->settings.region},
           {"AWS_DEFAULT_REGION", impl_->settings.region},
           {"AWS_CA_BUNDLE", ca_path()},
           {"NODE_EXTRA_CA_CERTS", ca_path()},
           {"AWS_EC2_METADATA_SERVICE_ENDPOINT", url()},
           {"LATCHKEY_URL", url()},
           {"LATCHKEY_URL_TLS", https_url()},
           {"LATCHKEY_CA", ca_path()}}) {
    out.emplace_back(variable, value);
  }
  return out;
}

// --- Calls without a socket
// ------------------------------------------------------------------------------------------

CallAnswer Emulator::call(std::string_view service, std::string_view operation, std::string_view input_json,
                          std::string_view identity, std::string_view region) {
  return call(service, operation, input_json, credentials(identity), region);
}

CallAnswer Emulator::call(std::string_view service, std::string_view operation, std::string_view input_json,
                          const Credentials& given, std::string_view region) {
  bool known = false;
  for (const Service* one : impl_->services) known = known || one->name == service;
  if (!known) throw std::runtime_error("there is no service '" + std::string(service) + "'");
  Pipeline::Result result = impl_->pipeline->call({.service = service,
                                                   .operation = operation,
                                                   .access_key_id = given.access_key_id,
                                                   .session_token = given.session_token,
                                                   .region = region.empty() ? impl_->settings.region : region,
                                                   .input = parsed(input_json, "the input")});
  CallAnswer answer;
  answer.status = result.status;
  answer.request_id = std::move(result.request_id);
  if (result.error) {
    answer.error_code = result.error->code();
    answer.error_message = result.error->message().value_or("");
  } else {
    answer.body = result.value.is_none() ? "{}" : to_json(result.value);
  }
  return answer;
}

// --- State
// -----------------------------------------------------------------------------------------------------------

void Emulator::load_fixture(std::string_view json) { impl_->load_fixture(json); }

void Emulator::reset(std::string_view account) { impl_->reset(account); }

std::string Emulator::export_state(SecretsIn secrets) const {
  return successful(
      control("GET", secrets == SecretsIn::plain ? "/_latchkey/state?secrets=plain" : "/_latchkey/state"));
}

void Emulator::import_state(std::string_view json) { successful(control("PUT", "/_latchkey/state", json)); }

// --- Clock
// -----------------------------------------------------------------------------------------------------------

TimePoint Emulator::now() const { return time_point(impl_->clock.now()); }

void Emulator::freeze(TimePoint at) { impl_->clock.freeze(time_of(at)); }

void Emulator::freeze(std::string_view iso8601) {
  const auto time = parse_iso8601(iso8601);
  if (!time) throw std::runtime_error("'" + std::string(iso8601) + "' is not an ISO 8601 time");
  impl_->clock.freeze(*time);
}

void Emulator::advance(std::chrono::milliseconds by) { impl_->clock.advance(by.count()); }

void Emulator::release() { impl_->clock.release(); }

bool Emulator::frozen() const { return impl_->clock.frozen(); }

// --- The journal
// -----------------------------------------------------------------------------------------------------

std::vector<RecordedCall> Emulator::requests(const CallFilter& filter) const {
  const JournalFilter wanted{filter.action, filter.principal, filter.account,
                             filter.outcome ? std::string(name_of(*filter.outcome)) : "", filter.since};
  std::vector<RecordedCall> out;
  for (const auto& entry : impl_->journal.list(wanted)) out.push_back(recorded(*entry));
  return out;
}

std::string Emulator::reason(std::string_view request_id) const {
  const auto entry = impl_->journal.find(request_id);
  if (!entry) throw std::runtime_error("the journal holds no request with this id");
  return reason_of(*entry);
}

std::string Emulator::explanation(std::string_view request_id) const {
  return successful(control("GET", "/_latchkey/requests/" + std::string(request_id)));
}

void Emulator::clear_requests() { impl_->journal.clear(); }

std::string Emulator::least_privilege_policy(std::string_view principal) const {
  return successful(control("GET", "/_latchkey/policy?principal=" + percent_encode(principal)));
}

std::string Emulator::unused_permissions(std::string_view principal) const {
  return successful(control("GET", "/_latchkey/policy?unused=1&principal=" + percent_encode(principal)));
}

Emulator::Counts Emulator::counts() const {
  const Journal::Counts counts = impl_->journal.counts();
  return {counts.calls, counts.denials};
}

std::string Emulator::metrics() const { return successful(control("GET", "/_latchkey/metrics")); }

// --- Faults
// ----------------------------------------------------------------------------------------------------------

std::string Emulator::add_fault(const InjectedFault& fault) {
  return impl_->faults.add(document_of(fault)).find("id")->get<std::string>();
}

std::vector<InjectedFault> Emulator::faults() const {
  std::vector<InjectedFault> out;
  for (const Value& fault : impl_->faults.list()) out.push_back(fault_of(fault.get<Members>()));
  return out;
}

bool Emulator::remove_fault(std::string_view id) { return impl_->faults.remove(id); }

void Emulator::clear_faults() { impl_->faults.clear(); }

// --- OpenID Connect issuers
// ------------------------------------------------------------------------------------------

void Emulator::register_issuer(std::string_view issuer, std::string_view keys_json) {
  const Members body{{"issuer", issuer}, {"keys", parsed(keys_json, "keys")}};
  successful(control("POST", "/_latchkey/oidc/issuers", to_json(body)));
}

std::string Emulator::issue_token(std::string_view issuer, std::string_view claims_json,
                                  std::string_view algorithm) {
  const Members body{{"issuer", issuer}, {"claims", parsed(claims_json, "claims")}, {"algorithm", algorithm}};
  const Value answer =
      parsed(successful(control("POST", "/_latchkey/oidc/tokens", to_json(body))), "the answer");
  return answer.get<Members>().find("token")->get<std::string>();
}

Emulator::Reply Emulator::control(std::string_view method, std::string_view target,
                                  std::string_view body) const {
  http::Message message;
  message.request.method = method;
  message.request.target = target;
  message.request.body = body;
  http::Answer answer = impl_->answer(message);
  return {answer.status, std::move(answer.body)};
}

}  // namespace latchkey
