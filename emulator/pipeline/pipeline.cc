#include "pipeline/pipeline.h"

#include <algorithm>
#include <cstdlib>

#include "core/arn.h"
#include "core/json.h"
#include "core/render.h"
#include "identity/context.h"
#include "identity/organization.h"
#include "pipeline/abridge.h"
#include "pipeline/denial.h"
#include "pipeline/routing.h"

namespace latchkey {
namespace {

constexpr std::string_view kFallbackNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";

// JSON services answer all of them with 400, query services most with 403.
AwsError authentication_error(Protocol protocol, const sigv4::Failure& failure) {
  const bool json = protocol == Protocol::json;
  const bool malformed = failure.code == sigv4::ErrorCode::incomplete_signature ||
                         failure.code == sigv4::ErrorCode::malformed_query_string;
  const auto name = sigv4::error_name(failure.code, json ? sigv4::Dialect::json : sigv4::Dialect::query);
  return {json || malformed ? 400 : 403, std::string(name),
          failure.message.empty() ? std::nullopt : std::optional(failure.message)};
}

// GetSessionToken's credentials may call IAM only if they were made with MFA, GetFederationToken's not at
// all; AWS answers as if they were unknown.
std::optional<sigv4::Failure> refused_by_session(const Identity& who, const Service& service) {
  if (!who.session || who.session->kind == Session::Kind::role) return std::nullopt;
  if (service.name != "iam" || who.session->mfa_at) return std::nullopt;
  return sigv4::Failure{sigv4::ErrorCode::invalid_client_token_id,
                        "The security token included in the request is invalid"};
}

// IAM's name for it is its own.
AwsError internal_failure_of(const Service* service) {
  AwsError error = internal_failure(service == nullptr ? Protocol::query : service->protocol);
  if (service == nullptr || service->name != "iam") return error;
  return {error.status(), "ServiceFailure", error.message()};
}

// IAM is a global service: whichever region a request was signed for, it is made to the one where the partition's IAM is.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
std::string_view requested_region(const Service& service, std::string_view signed_for) {
  if (service.name != "iam") return signed_for;
  const std::string_view partition = partition_of(signed_for);
  if (partition == "aws-cn") return "cn-north-1";
  return partition == "aws-us-gov" ? "us-gov-west-1" : "us-east-1";
}

// The query of a canonical request may have what must not be kept, such as a new password.
std::string without_secrets(std::string canonical_request, const Operation* operation) {
  if (operation == nullptr) return canonical_request;
  for (const Member& member : operation->input) {
    if (!member.shape->secret) continue;
    const std::string name = std::string(member.name) + "=";
    for (std::size_t at = canonical_request.find(name); at != std::string::npos; at = canonical_request.find(name, at)) {
      const bool whole = at > 0 && (canonical_request[at - 1] == '&' || canonical_request[at - 1] == '\n');
      at += name.size();
      if (whole) canonical_request.replace(at, canonical_request.find_first_of("&\n", at) - at, "***");
    }
  }
  return canonical_request;
}

// The account that owns the resource: the ARN's, or the caller's where the ARN has none.
std::string owner_of(const Call& call, const Access& access) {
  if (!access.resource_account.empty()) return access.resource_account;
  const auto arn = Arn::parse(access.resource);
  return arn && is_account_id(arn->account) ? arn->account : call.account;
}

Members parse_input(const http::Message& message, const Service& service, const Operation& operation,
                    const Form& form) {
  if (service.protocol == Protocol::query) return from_form(form, operation.input);
  // An empty body is an empty document, as AWS's own SDKs once sent it.
  if (message.request.body.empty()) return from_json(Members(), operation.input);
  auto document = parse_json(message.request.body);
  if (!document) throw serialization_error();
  return from_json(std::move(*document), operation.input);
}

}  // namespace

// What applications call all the time, as X-Amz-Target names it. In the order of the names.
constexpr std::string_view kQuick[] = {"TrentService.Decrypt",
                                       "TrentService.DescribeKey",
                                       "TrentService.Encrypt",
                                       "TrentService.GenerateDataKey",
                                       "TrentService.GenerateDataKeyWithoutPlaintext",
                                       "TrentService.GenerateMac",
                                       "TrentService.GenerateRandom",
                                       "TrentService.ReEncrypt",
                                       "TrentService.VerifyMac"};
static_assert(std::is_sorted(std::begin(kQuick), std::end(kQuick)));

struct Pipeline::Request {
  explicit Request(const http::Message& received) : message(received) {}

  const http::Message& message;
  Route route;
  std::optional<sigv4::Claim> claim;
  Identity who;
  Members input;
  Entry entry;
  http::Answer::Fate fate = http::Answer::Fate::send;

  const Service& service() const { return *route.service; }
  Protocol protocol() const { return route.service->protocol; }
  // Before a request is routed nothing says whose it is; errors then look like a query service's.
  bool speaks_json() const { return route.service != nullptr && protocol() == Protocol::json; }
  sigv4::Dialect dialect() const { return speaks_json() ? sigv4::Dialect::json : sigv4::Dialect::query; }
};

void Pipeline::start_entry(Request& request) const {
  Entry& entry = request.entry;
  entry.id = parts_.random.uuid();
  entry.time = parts_.clock.now();
  entry.source_ip = request.message.peer_address;
  entry.user_agent = request.message.request.header("user-agent").value_or("");
  entry.tls = request.message.tls;
}

void Pipeline::note_error(Entry& entry, const AwsError& error) const {
  if (entry.outcome != Entry::Outcome::denied) entry.outcome = Entry::Outcome::error;
  entry.error_code = error.code();
  entry.error_message = error.message().value_or("");
}

template <class Stages>
std::optional<AwsError> Pipeline::guard(Request& request, Stages stages) {
  std::optional<AwsError> error;
  try {
    stages();
    return error;
  } catch (const AwsError& refused) {
    error = refused;
  } catch (const std::exception& bug) {
    parts_.log.error("internal failure", Members{{"request", request.entry.id}, {"reason", bug.what()}});
    error = internal_failure_of(request.route.service);
  }
  note_error(request.entry, *error);
  return error;
}

http::Answer Pipeline::answer(const http::Message& message) {
  Request request(message);
  start_entry(request);
  http::Answer answer;
  const auto error = guard(request, [&] { answer = render(request, process(request)); });
  if (error) answer = render(request, *error);
  record(request, answer.status);
  return answer;
}

Pipeline::Result Pipeline::call(const InProcess& call) {
  http::Message message;
  message.peer_address = "127.0.0.1";
  message.request.headers.push_back({"User-Agent", " latchkey"});
  Request request(message);
  start_entry(request);
  Result result;
  result.error = guard(request, [&] { result.value = process(request, call); });
  if (result.error) result.status = result.error->status();
  result.request_id = request.entry.id;
  record(request, result.status);
  return result;
}

// https://docs.aws.amazon.com/signer/latest/api/CommonErrors.html names both.
http::Answer Pipeline::refuse(const http::Message& message, int status, std::string_view reason) {
  Request request(message);
  start_entry(request);
  if (!message.request.method.empty()) {
    const auto read = sigv4::read_claim(message.request, sigv4::Dialect::query);
    request.route = route(message, parts_.services, read.claim ? read.claim->service : "");
    request.entry.service = request.service().name;
    request.entry.operation = request.route.operation_name;
  }
  const AwsError error(status, status == 413 ? "RequestEntityTooLargeException" : "MalformedHttpRequestException",
                       std::string(reason));
  note_error(request.entry, error);
  http::Answer answer = render(request, error);
  record(request, status);
  return answer;
}

bool Pipeline::is_quick(const http::Message& message) const {
  if (parts_.faults.any()) return false;
  const auto target = message.request.header("x-amz-target");
  return target && std::binary_search(std::begin(kQuick), std::end(kQuick), *target);
}

policy::Context Pipeline::request_context(const Request& request) const {
  const Connection connection{request.message.peer_address, request.entry.user_agent,
                              request.message.request.header("referer").value_or(""), request.message.tls};
  return global_context(request.who, connection, requested_region(request.service(), request.entry.region),
                        request.entry.time);
}

Value Pipeline::process(Request& request) {
  auto read = sigv4::read_claim(request.message.request, sigv4::Dialect::query);
  request.route = route(request.message, parts_.services, read.claim ? read.claim->service : "");
  request.claim = std::move(read.claim);
  request.entry.service = request.service().name;
  request.entry.operation = request.route.operation_name;
  if (request.route.error && request.protocol() == Protocol::json) throw *request.route.error;

  if (request.route.operation != nullptr && request.route.operation->unsigned_call) {
    admit_unsigned(request);
  } else {
    authenticate(request);
  }
  if (request.route.error) throw *request.route.error;

  return perform(request, parse_input(request.message, request.service(), *request.route.operation,
                                      request.route.form));
}

// A call from this process is authenticated by being one.
Value Pipeline::process(Request& request, const InProcess& call) {
  request.route = route_named(parts_.services, call.service, call.operation);
  const Route& route = request.route;
  request.entry.service = route.service->name;
  request.entry.operation = route.operation_name;
  request.entry.region = call.region;
  if (route.error) throw *route.error;
  if (route.operation->unsigned_call) {
    admit_unsigned(request);
  } else {
    sigv4::Claim claim;
    claim.access_key_id = request.entry.access_key_id = call.access_key_id;
    claim.session_token = call.session_token;
    claim.region = call.region;
    auto found = latchkey::authenticate(parts_.store, parts_.random, parts_.settings.account_id, claim,
                                        partition_of(claim.region), request.entry.time);
    if (found.failure) throw authentication_error(request.protocol(), *found.failure);
    identify(request, *std::move(found.authenticated));
  }
  return perform(request, from_json(call.input, route.operation->input));
}

// From here on it does not matter how the call came in.
Value Pipeline::perform(Request& request, Members input) {
  const Operation& operation = *request.route.operation;
  request.input = std::move(input);
  validate(request.input, operation.input, request.service().wording, request.protocol());
  suffer_fault(request);

  policy::Context context = request_context(request);
  Call call{.service = request.service(),
            .operation = operation,
            .settings = parts_.settings,
            .store = parts_.store,
            .random = parts_.random,
            .now = request.entry.time,
            .who = request.who,
            .account = request.who.account,
            .region = request.entry.region,
            .partition = request.who.principal.partition,
            .in = Input(request.input, operation.input),
            .request_id = request.entry.id,
            .journal = parts_.journal,
            .context = std::move(context),
            .key = nullptr};
  authorize(call, request);
  try {
    note_use_of_access_key(call);
    note_use_of_role(call);
  } catch (const StoreFailure& failure) {
    // A full disk keeps nobody from reading and decrypting.
    parts_.log.error("the use of a credential is not kept", Members{{"request", call.request_id}, {"reason", failure.what()}});
  }
  Value result = operation.run(call);
  if (call.service.succeeded != nullptr) call.service.succeeded(call);
  return result;
}

void Pipeline::authenticate(Request& request) {
  if (!request.claim) {
    // Only now is it known in whose words to say what is wrong with it.
    auto read = sigv4::read_claim(request.message.request, request.dialect());
    if (read.failure) throw authentication_error(request.protocol(), *read.failure);
    request.claim = std::move(read.claim);
  }
  const sigv4::Claim& claim = *request.claim;
  request.entry.access_key_id = claim.access_key_id;
  request.entry.region = claim.region;

  sigv4::Expectation expected;
  expected.service = request.service().name;
  expected.window_seconds = request.service().window_seconds;
  expected.now = {parts_.clock.real().seconds(), request.entry.time.seconds()};
  // The error names the first of them: the one that the client seems to go by.
  const std::int64_t date = sigv4::parse_date(claim.date).value_or(expected.now[0]);
  if (std::abs(date - expected.now[1]) < std::abs(date - expected.now[0]))
    std::swap(expected.now[0], expected.now[1]);
  if (const auto failure = sigv4::check_claim(request.message.request, claim, expected, request.dialect())) {
    throw authentication_error(request.protocol(), *failure);
  }
  auto found = latchkey::authenticate(parts_.store, parts_.random, parts_.settings.account_id, claim,
                                      partition_of(claim.region), request.entry.time);
  if (found.failure) throw authentication_error(request.protocol(), *found.failure);
  check_signature(request, found.authenticated->secret);
  identify(request, *std::move(found.authenticated));
}

void Pipeline::identify(Request& request, Authenticated&& found) const {
  request.who = std::move(found.identity);
  if (const auto failure = refused_by_session(request.who, request.service())) {
    throw authentication_error(request.protocol(), *failure);
  }
  request.entry.principal = request.who.principal.arn;
  request.entry.account = request.who.account;
}

void Pipeline::admit_unsigned(Request& request) const {
  request.entry.region = request.claim ? request.claim->region : parts_.settings.region;
  request.who.principal.partition = partition_of(request.entry.region);
}

void Pipeline::suffer_fault(Request& request) {
  Entry& entry = request.entry;
  const auto blow = parts_.faults.strike(entry.service + ":" + entry.operation, entry.principal, entry.account);
  if (!blow) return;
  entry.fault = blow->id;
  if (blow->delay_ms > 0) parts_.faults.wait(*blow);
  request.fate = blow->fate;
  if (blow->error) throw *blow->error;
  if (blow->fate == http::Answer::Fate::reset) throw AwsError(500, "ConnectionReset");
}

void Pipeline::check_signature(Request& request, const Secret& secret) {
  const sigv4::Claim& claim = *request.claim;
  const sigv4::SigningKey key = signing_keys_.get(claim.access_key_id, secret, claim);
  sigv4::Verdict verdict = sigv4::verify_signature(request.message.request, claim, key);
  if (verdict.ok) return;
  std::string cause = sigv4::likely_cause(request.message.request, claim, verdict, secret.reveal());
  request.entry.signature = SignatureTrace{without_secrets(std::move(verdict.canonical_request), request.route.operation),
                                           std::move(verdict.string_to_sign), std::move(cause)};
  throw authentication_error(request.protocol(), sigv4::signature_mismatch());
}

void Pipeline::authorize(Call& call, Request& request) {
  std::vector<Access> wanted = call.operation.access(call);
  if (call.operation.unsigned_call) {
    request.entry.principal = call.who.principal.arn;
    request.entry.account = call.who.account;
  }
  if (wanted.empty()) return;
  policy::Set identity = call.who.policies(parts_.store);
  request.entry.decisions.reserve(wanted.size());
  for (Access& access : wanted) {
    Evidence evidence;
    // Nearly every call needs one permission.
    evidence.policies = &access == &wanted.back() ? std::move(identity) : identity;
    add_resource_controls(parts_.store, owner_of(call, access), evidence.policies);
    if (access.key) evidence.policies.resource = policy::Named{access.key->policy.compiled(), "key policy", ""};
    evidence.policies.grant = access.grant;
    if (access.role)
      evidence.policies.resource = policy::Named{access.role->trust.compiled(), "role trust policy", ""};
    evidence.request = {call.who.principal, access.action, access.resource, access.resource_account,
                        policy::Context(call.context.packed().size() + access.context.packed().size())};
    evidence.request.context.set_all(call.context);
    evidence.request.context.set_all(access.context);
    evidence.decision = policy::decide(evidence.request, evidence.policies);
    const bool allowed = evidence.decision.outcome == policy::Outcome::allowed;
    request.entry.decisions.push_back(std::move(evidence));
    if (!allowed) {
      request.entry.outcome =
          parts_.settings.enforce_iam ? Entry::Outcome::denied : Entry::Outcome::would_deny;
      const Evidence& kept = request.entry.decisions.back();
      if (parts_.settings.enforce_iam) throw denied(call, access, kept.decision, kept.policies);
    }
    if (access.missing) throw *access.missing;
  }
}

// Once a minute is often enough: neither GetAccessKeyLastUsed nor RoleLastUsed is a clock, and every write goes to disk.
constexpr std::int64_t kNotedEveryMs = 60'000;

void Pipeline::note_use_of_role(const Call& call) {
  if (!call.who.role || !call.who.session) return;
  const Role& role = *call.who.role;
  const bool noted = role.last_used && role.last_used_region == call.region && call.now >= *role.last_used &&
                     call.now.ms - role.last_used->ms < kNotedEveryMs;
  if (noted) return;
  const Id id = Traits<Role>::id(role);
  call.store.write_if_idle([&](Txn& txn) {
    const auto current = txn.find<Role>(id);
    if (!current || current->id != role.id) return;
    Role used = *current;
    used.last_used = call.now;
    used.last_used_region = call.region;
    txn.put(std::move(used));
  });
}

void Pipeline::note_use_of_access_key(const Call& call) {
  if (!call.who.user || call.who.session) return;
  const Id id{"", "", call.who.access_key_id};
  const auto key = call.store.find<AccessKey>(id);
  if (!key) return;
  const bool same = key->last_used_service == call.service.name && key->last_used_region == call.region;
  if (key->last_used && same && call.now.ms - key->last_used->ms < kNotedEveryMs && call.now >= *key->last_used)
    return;
  call.store.write_if_idle([&](Txn& txn) {
    const auto current = txn.find<AccessKey>(id);
    if (!current) return;
    AccessKey used = *current;
    used.last_used = call.now;
    used.last_used_service = call.service.name;
    used.last_used_region = call.region;
    txn.put(std::move(used));
  });
}

// Everything of an answer but its body.
http::Answer Pipeline::start_answer(const Request& request, int status) const {
  http::Answer answer;
  answer.status = status;
  answer.fate = request.fate;
  answer.headers.reserve(8);
  answer.headers.emplace_back("x-amzn-RequestId", request.entry.id);
  if (request.speaks_json()) {
    answer.headers.emplace_back("Cache-Control", "no-cache, no-store, must-revalidate, private");
    answer.headers.emplace_back("Expires", "0");
    answer.headers.emplace_back("Pragma", "no-cache");
    answer.headers.emplace_back("Content-Type", "application/x-amz-json-1.1");
  } else {
    answer.headers.emplace_back("Content-Type", "text/xml");
  }
  return answer;
}

http::Answer Pipeline::render(const Request& request, const Value& result) const {
  http::Answer answer = start_answer(request, 200);
  answer.body = request.speaks_json()
                    ? json_answer(result)
                    : query_answer(request.route.operation_name, request.service().xml_namespace, result,
                                   request.entry.id);
  return answer;
}

http::Answer Pipeline::render(const Request& request, const AwsError& error) const {
  http::Answer answer = start_answer(request, error.status());
  const std::string_view xml_namespace =
      request.route.service == nullptr ? kFallbackNamespace : request.service().xml_namespace;
  answer.body =
      request.speaks_json() ? json_error(error) : query_error(error, xml_namespace, request.entry.id);
  return answer;
}

void Pipeline::record(Request& request, int status) {
  Entry& entry = request.entry;
  entry.status = status;
  if (request.route.operation != nullptr) {
    entry.parameters = without_secrets(std::move(request.input), request.route.operation->input);
  }
  const bool refused = entry.outcome != Entry::Outcome::allowed;
  if (parts_.log.enabled(LogLevel::info) && refused) {
    Members fields{{"request", entry.id},
                   {"action", entry.service + ":" + entry.operation},
                   {"principal", entry.principal.empty() ? entry.access_key_id : entry.principal},
                   {"status", status}};
    if (!entry.error_code.empty()) fields.add("code", entry.error_code);
    fields.add("reason", entry.outcome == Entry::Outcome::error && !entry.signature ? entry.error_message
                                                                                    : reason_of(entry));
    parts_.log.info(to_string(entry.outcome), fields);
  } else if (parts_.log.enabled(LogLevel::debug)) {
    parts_.log.debug("allowed", Members{{"request", entry.id},
                                        {"action", entry.service + ":" + entry.operation},
                                        {"principal", entry.principal}});
  }
  counts_.add(request.route.service, request.route.operation, entry.outcome, !entry.fault.empty());
  abridge(entry);
  parts_.journal.add(entry);
}

}  // namespace latchkey
