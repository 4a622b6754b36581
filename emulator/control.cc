#include "control.h"

#include <algorithm>

#include "core/encoding.h"
#include "core/json.h"
#include "identity/authorization_message.h"
#include "identity/issuers.h"
#include "identity/session.h"
#include "least_privilege.h"

namespace latchkey {
namespace {

constexpr std::string_view kPrefix = "/_latchkey/";
// Beyond them times have no ISO 8601 form of four digits.
constexpr Time kEarliest{0};
constexpr Time kLatest{253'402'300'799'000};
constexpr std::string_view kLocalStack = "/_localstack/";

http::Answer reply(int status, const Value& body) {
  http::Answer answer;
  answer.status = status;
  answer.headers.emplace_back("Content-Type", "application/json");
  answer.body = to_json(body) + "\n";
  return answer;
}

http::Answer refuse(int status, std::string_view reason) { return Control::refusal(status, reason); }

http::Answer wrong_method(std::string_view allowed) {
  http::Answer answer = refuse(405, "this path takes " + std::string(allowed));
  answer.headers.emplace_back("Allow", allowed);
  return answer;
}

// Throws for anything else; the answer is then 400 with the reason.
Members body_object(const http::Message& message) {
  auto document = parse_json(message.request.body);
  if (!document || !document->is<Members>()) throw std::runtime_error("the body must be a JSON object");
  return document->get<Members>();
}

Form parse_query(std::string_view target) {
  Form query;
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return query;
  std::string_view rest = target.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    query.emplace(percent_decode(pair.substr(0, equals), Plus::is_blank),
                  percent_decode(pair.substr(std::min(equals + 1, pair.size())), Plus::is_blank));
  }
  return query;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> choices) {
  return std::find(choices.begin(), choices.end(), text) != choices.end();
}

// A misspelt parameter must not do more than was asked for, or show less.
void allow_only(const Form& query, std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : query) {
    if (!is_one_of(name, names)) throw std::runtime_error(name + ": is not a parameter here");
  }
}

std::string value_of(const Form& query, std::string_view name) {
  const auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

}  // namespace

http::Answer Control::refusal(int status, std::string_view reason) {
  return reply(status, Members{{"error", reason}});
}

bool Control::is_control_path(std::string_view target) {
  return target.starts_with(kPrefix) || target.starts_with(kLocalStack);
}

http::Answer Control::answer(const http::Message& message) {
  try {
    return dispatch(message);
  } catch (const AwsError& error) {
    return refuse(400, error.what());
  } catch (const StoreFailure& failure) {
    return refuse(500, failure.what());
  } catch (const std::exception& error) {
    return refuse(400, error.what());
  }
}

http::Answer Control::dispatch(const http::Message& message) {
  const std::string_view target = message.request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string& method = message.request.method;
  const Form query = parse_query(target);
  if (path.starts_with(kLocalStack)) {
    return method == "GET" || method == "HEAD" ? localstack(path.substr(kLocalStack.size())) : wrong_method("GET");
  }
  const std::string_view name = path.substr(kPrefix.size());
  if (name == "health") return method == "GET" || method == "HEAD" ? health() : wrong_method("GET");
  if (name == "reset") return method == "POST" ? reset(query) : wrong_method("POST");
  if (name == "clock") return clock(message);
  if (name == "state") return state(message, query);
  if (name == "requests") return requests(message, query);
  if (name.starts_with("requests/")) return method == "GET" ? request(name.substr(9)) : wrong_method("GET");
  if (name == "fixtures") {
    if (method != "POST") return wrong_method("POST");
    parts_.load_fixture(message.request.body);
    return reply(200, Members{{"loaded", true}});
  }
  if (name == "metrics") {
    if (method != "GET") return wrong_method("GET");
    http::Answer answer;
    answer.headers.emplace_back("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    answer.body = parts_.metrics();
    return answer;
  }
  if (name == "ca.pem") {
    http::Answer answer;
    answer.headers.emplace_back("Content-Type", "application/x-pem-file");
    answer.body = parts_.ca_pem();
    return answer;
  }
  if (name == "policy") return method == "GET" ? policy_of(query) : wrong_method("GET");
  if (name == "faults") {
    allow_only(query, {"id"});
    if (!query.empty() && value_of(query, "id").empty()) return refuse(400, "id: is empty");
    return faults(message, value_of(query, "id"));
  }
  if (name.starts_with("faults/")) {
    if (method != "DELETE") return wrong_method("DELETE");
    return name.size() == 7 ? refuse(404, "there is no fault without an id") : faults(message, name.substr(7));
  }
  if (name == "oidc/issuers" || name == "oidc/tokens") {
    return method == "POST" ? issuers(message, name == "oidc/tokens") : wrong_method("POST");
  }
  if (name.starts_with("credentials/")) return parts_.container_credentials(message, name.substr(12));
  return refuse(404, "there is no " + std::string(path));
}

http::Answer Control::health() const {
  Members services;
  for (const Service* service : parts_.services) services.add(std::string(service->name), "running");
  return reply(200, Members{{"status", "ok"},
                            {"version", parts_.version},
                            {"enforce_iam", parts_.settings.enforce_iam ? "on" : "off"},
                            {"services", std::move(services)}});
}

// What the wait strategies of test containers ask LocalStack, in its shapes.
http::Answer Control::localstack(std::string_view name) const {
  if (name == "health") {
    Members running;
    for (const Service* service : parts_.services) running.add(std::string(service->name), "available");
    return reply(200, Members{{"services", std::move(running)},
                              {"edition", "latchkey"},
                              {"version", parts_.version}});
  }
  if (name == "info") return reply(200, Members{{"version", parts_.version}, {"edition", "latchkey"}});
  // Who gets an answer finds everything started; there are no scripts.
  if (name == "init") {
    const Members completed{{"BOOT", true}, {"START", true}, {"READY", true}, {"SHUTDOWN", false}};
    return reply(200, Members{{"completed", completed}, {"scripts", List()}});
  }
  for (const std::string_view stage : {"boot", "start", "ready", "shutdown"}) {
    if (name != "init/" + std::string(stage)) continue;
    return reply(200, Members{{"completed", stage != "shutdown"}, {"scripts", List()}});
  }
  return refuse(404, "there is no " + std::string(kLocalStack) + std::string(name));
}

http::Answer Control::reset(const Form& query) {
  allow_only(query, {"account"});
  const std::string account = value_of(query, "account");
  if (account.empty() && !query.empty()) return refuse(400, "account: must be 12 digits");
  parts_.reset(account);
  return reply(200, Members{{"reset", true}});
}

http::Answer Control::clock(const http::Message& message) {
  if (message.request.method == "PUT") {
    const Members members = body_object(message);
    if (members.size() != 1) return refuse(400, "give one of freeze, advance, release");
    const auto& [name, value] = *members.begin();
    const std::string* text = value.get_if<std::string>();
    if (name == "freeze") {
      const auto time = text == nullptr ? std::nullopt : parse_iso8601(*text);
      if (!time) return refuse(400, "freeze must be an ISO 8601 time");
      if (*time < kEarliest || *time > kLatest) return refuse(400, "the clock stays between the years 1970 and 9999");
      parts_.clock.freeze(*time);
    } else if (name == "advance") {
      const auto duration = text == nullptr ? std::nullopt : parse_duration(*text);
      if (!duration) return refuse(400, "advance must be an ISO 8601 duration without years and months");
      const std::int64_t then = parts_.clock.now().ms + *duration;
      if (then < kEarliest.ms || then > kLatest.ms) return refuse(400, "the clock stays between the years 1970 and 9999");
      parts_.clock.advance(*duration);
    } else if (name == "release" && value == Value(true)) {
      parts_.clock.release();
    } else {
      return refuse(400, "give one of freeze, advance, release");
    }
  } else if (message.request.method != "GET") {
    return wrong_method("GET, PUT");
  }
  return reply(200, Members{{"now", format_iso8601(parts_.clock.now(), Precision::milliseconds)},
                            {"frozen", parts_.clock.frozen()}});
}

// One fault or a list of them is added, all of a list or none.
http::Answer Control::faults(const http::Message& message, std::string_view id) {
  const std::string& method = message.request.method;
  if (method == "GET") return reply(200, Members{{"faults", parts_.faults.list()}});
  if (method == "DELETE") {
    if (id.empty()) {
      parts_.faults.clear();
    } else if (!parts_.faults.remove(id)) {
      return refuse(404, "there is no fault " + std::string(id));
    }
    return reply(200, Members{{"faults", parts_.faults.list()}});
  }
  if (method != "POST") return wrong_method("GET, POST, DELETE");
  const Members members = body_object(message);
  const Value* many = members.find("faults");
  if (many == nullptr) return reply(200, parts_.faults.add(members));
  if (members.size() != 1 || !many->is<List>()) return refuse(400, "faults: must be a list, and alone");
  List added;
  try {
    for (const Value& one : many->get<List>()) {
      if (!one.is<Members>()) throw std::runtime_error("must be an object");
      added.emplace_back(parts_.faults.add(one.get<Members>()));
    }
  } catch (const std::exception& error) {
    for (const Value& one : added) parts_.faults.remove(one.get<Members>().find("id")->get<std::string>());
    return refuse(400, "faults[" + std::to_string(added.size()) + "]: " + error.what());
  }
  return reply(200, Members{{"faults", std::move(added)}});
}

// The keys of an OpenID Connect issuer, or a token of one whose keys are made here.
http::Answer Control::issuers(const http::Message& message, bool token) {
  const Members members = body_object(message);
  for (const auto& [name, value] : members) {
    const bool known = name == "issuer" || (token ? name == "claims" || name == "algorithm" : name == "keys");
    if (!known) return refuse(400, name + ": is not a property here");
  }
  const Value* url = members.find("issuer");
  if (url == nullptr || !url->is<std::string>()) return refuse(400, "issuer: must be a URL");
  const std::string& issuer = url->get<std::string>();
  if (!token) {
    const Value* keys = members.find("keys");
    if (keys == nullptr || !keys->is<List>()) return refuse(400, "keys: must be a list of JSON Web Keys");
    register_issuer(parts_.store, issuer, keys->get<List>());
    return reply(200, Members{{"issuer", "https://" + issuer_name(issuer)}});
  }
  const Value* claims = members.find("claims");
  if (claims != nullptr && !claims->is<Members>()) return refuse(400, "claims: must be an object");
  const Value* algorithm = members.find("algorithm");
  if (algorithm != nullptr && *algorithm != Value("RS256") && *algorithm != Value("ES384")) {
    return refuse(400, "algorithm: must be RS256 or ES384");
  }
  return reply(
      200, Members{{"token",
                    issue_token(parts_.store, parts_.random, parts_.settings, issuer,
                                claims == nullptr ? Members() : claims->get<Members>(), parts_.clock.now(),
                                algorithm == nullptr ? "RS256" : algorithm->get<std::string>())}});
}

http::Answer Control::state(const http::Message& message, const Form& query) {
  if (message.request.method == "GET") {
    allow_only(query, {"secrets"});
    if (!is_one_of(value_of(query, "secrets"), {"", "sealed", "plain"})) return refuse(400, "secrets: must be sealed or plain");
    const bool plain = value_of(query, "secrets") == "plain";
    return reply(200,
                 Members{{"latchkey_state", 1},
                         {"entities", parts_.store.export_state(plain ? Secrets::plain : Secrets::sealed)}});
  }
  if (message.request.method != "PUT") return wrong_method("GET, PUT");
  const auto document = parse_json(message.request.body, {.depth = 64, .values = 10'000'000});
  if (!document || !document->is<Members>()) return refuse(400, "the body must be a JSON object");
  const Value* version = document->get<Members>().find("latchkey_state");
  const Value* entities = document->get<Members>().find("entities");
  if (document->get<Members>().size() > 2) return refuse(400, "a state has latchkey_state and entities, nothing else");
  if (version == nullptr || *version != Value(1)) return refuse(400, "latchkey_state: must be 1");
  if (entities == nullptr || !entities->is<Members>()) return refuse(400, "entities: must be an object");
  parts_.import_state(entities->get<Members>());
  return reply(200, Members{{"imported", true}});
}

http::Answer Control::requests(const http::Message& message, const Form& query) {
  if (message.request.method == "DELETE") {
    parts_.journal.clear();
    return reply(200, Members{{"cleared", true}});
  }
  if (message.request.method != "GET") return wrong_method("GET, DELETE");
  // A misspelt filter must not look like a journal without such entries.
  for (const auto& [name, value] : query) {
    if (!is_one_of(name, {"action", "principal", "account", "outcome", "since", "format"})) {
      return refuse(400, name + ": is not a filter of the journal");
    }
  }
  const std::string outcome = value_of(query, "outcome");
  if (!is_one_of(outcome, {"", "allowed", "denied", "would-deny", "error"})) {
    return refuse(400, "outcome: must be allowed, denied, would-deny or error");
  }
  if (!is_one_of(value_of(query, "format"), {"", "json", "lines"})) {
    return refuse(400, "format: must be json or lines");
  }
  const JournalFilter filter{value_of(query, "action"), value_of(query, "principal"),
                             value_of(query, "account"), outcome,
                             value_of(query, "since")};
  const auto found = parts_.journal.list(filter);
  if (value_of(query, "format") == "lines") {
    http::Answer lines;
    lines.headers.emplace_back("Content-Type", "application/jsonl");
    for (const auto& entry : found) lines.body += to_json(to_members(*entry)) + "\n";
    return lines;
  }
  List entries;
  for (const auto& entry : found) entries.emplace_back(to_members(*entry));
  return reply(200, Members{{"requests", std::move(entries)}});
}

http::Answer Control::policy_of(const Form& query) const {
  const std::string principal = value_of(query, "principal");
  if (principal.empty()) return refuse(400, "principal: give the ARN of a user, a role or a session");
  const Entries calls = calls_of(parts_.journal.list({}), principal);
  if (value_of(query, "unused") == "1") {
    return reply(200,
                 Members{{"principal", principal},
                         {"unused", unused_permissions(parts_.store, parts_.services, calls, principal)}});
  }
  if (calls.empty()) return refuse(404, "the journal holds no call of " + principal);
  return reply(200, least_privilege_policy(calls));
}

// As DecodeAuthorizationMessage shows a decision.
Members authorization_message(const Evidence& evidence) {
  List conditions;
  for (const auto& [key, values] : evidence.request.context.entries()) {
    List items;
    for (const std::string_view value : values) items.emplace_back(Members{{"value", value}});
    conditions.emplace_back(Members{{"key", std::string(key)}, {"values", Members{{"items", std::move(items)}}}});
  }
  List matched;
  for (const policy::Match& match : evidence.decision.matched) {
    matched.emplace_back(
        Members{{"policy", policy::label(match)}, {"statement", static_cast<std::int64_t>(match.statement)}});
  }
  return {{"allowed", false},
          {"explicitDeny", evidence.decision.outcome == policy::Outcome::explicit_deny},
          {"matchedStatements", Members{{"items", std::move(matched)}}},
          {"failures", Members{{"items", List()}}},
          {"context", Members{{"principal", Members{{"id", evidence.request.principal.unique_id},
                                                    {"arn", evidence.request.principal.arn}}},
                              {"action", evidence.request.action},
                              {"resource", evidence.request.resource},
                              {"conditions", Members{{"items", std::move(conditions)}}}}}};
}

http::Answer Control::request(std::string_view id) const {
  const auto entry = parts_.journal.find(id);
  if (!entry) return refuse(404, "the journal holds no request with this id");
  Members answer = explained(*entry);
  if (entry->outcome == Entry::Outcome::denied && !entry->decisions.empty()) {
    answer.add("encoded_authorization_message",
               seal_authorization_message(to_json(authorization_message(entry->decisions.back())),
                                          session_key(parts_.store, parts_.random), parts_.random));
  }
  return reply(200, answer);
}

}  // namespace latchkey
