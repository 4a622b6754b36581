#include "scenarios/steps.h"

#include <stdexcept>

#include "core/encoding.h"
#include "core/json.h"
#include "scenarios/aws_call.h"
#include "scenarios/process.h"
#include "scenarios/search.h"

namespace latchkey::scenarios {
namespace {

const Value* find(const Members& members, std::string_view name) { return members.find(name); }

std::string text_or(const Members& members, std::string_view name, std::string fallback) {
  const Value* value = find(members, name);
  return value == nullptr ? fallback : as_text(*value);
}

const Members& members_or_none(const Members& members, std::string_view name) {
  static const Members kNone;
  const Value* value = find(members, name);
  return value == nullptr || !value->is<Members>() ? kNone : value->get<Members>();
}

// --- Who
// -------------------------------------------------------------------------------------------------------------

sigv4::Credentials credentials_in(const Members& members) {
  return {text_or(members, "access_key_id", ""), text_or(members, "secret_access_key", ""),
          text_or(members, "session_token", "")};
}

// nullopt: nobody.
std::optional<sigv4::Credentials> credentials_of(const World& world, const Members& step) {
  const Value* as = find(step, "as");
  if (as != nullptr && as->is<Members>()) return credentials_in(as->get<Members>());
  const std::string name = as == nullptr ? "bootstrap" : as_text(*as);
  if (name == "anonymous") return std::nullopt;
  const auto found = world.identities.find(name);
  if (found != world.identities.end()) return found->second;
  if (name == "bootstrap") return sigv4::Credentials{"test", "test", ""};
  throw MissingVariable(name, "no step before this one makes the identity " + name);
}

// --- What came back
// --------------------------------------------------------------------------------------------------

void add(std::vector<Difference>& to, std::vector<Difference> more) {
  for (Difference& difference : more) to.push_back(std::move(difference));
}

void compare_headers(Outcome& outcome, const Members& expect, const Response& response) {
  for (const auto& [name, wanted] : members_or_none(expect, "headers")) {
    const std::string text = response.header(name);
    const Value value = text;
    add(outcome.differences,
        compare(wanted, text.empty() ? nullptr : &value, "headers." + name, Typing::typed));
  }
}

void capture(World& world, Outcome& outcome, const Members& expect, const Value& from) {
  if (!outcome.differences.empty()) return;
  for (const auto& [name, path] : members_or_none(expect, "capture")) {
    const Value* value = at_path(from, as_text(path));
    if (value == nullptr) {
      outcome.differences.push_back({as_text(path), "something to capture as " + name, "nothing"});
    } else {
      world.variables.set(name, *value);
    }
  }
}

// The explanation in the journal; empty if it has none to offer.
std::string explanation(const World& world, const std::string& request_id) {
  if (request_id.empty()) return "";
  const auto entry = parse_json(world.target.control("GET", "/_latchkey/requests/" + request_id).body);
  const Value* reason = entry ? at_path(*entry, "explanation.reason") : nullptr;
  return reason == nullptr ? "" : as_text(*reason);
}

const Endpoint& endpoint_of(const World& world, const Members& step) {
  return text_or(step, "over", "http") == "https" ? world.target.https() : world.target.http();
}

// --- call
// ------------------------------------------------------------------------------------------------------------

std::string shown_status(const AwsAnswer& answer) {
  std::string out = std::to_string(answer.http.status);
  if (answer.error.is_none()) return out;
  out += " " + as_text(*at_path(answer.error, "code"));
  const Value* message = at_path(answer.error, "message");
  return message == nullptr ? out : out + ": " + as_text(*message);
}

void compare_status(Outcome& outcome, const Members& expect, const AwsAnswer& answer) {
  const Value* wanted = find(expect, "status");
  const Value seen = answer.http.status;
  const bool error_wanted = find(expect, "error") != nullptr;
  if (wanted != nullptr) {
    for (Difference& difference : compare(*wanted, &seen, "status", Typing::typed)) {
      outcome.differences.push_back({difference.path, difference.wanted, shown_status(answer)});
    }
  } else if (error_wanted != (answer.http.status >= 400)) {
    outcome.differences.push_back({"status", error_wanted ? "an error" : "200", shown_status(answer)});
  }
}

Outcome run_call(World& world, const Members& step) {
  const std::string name = text_or(step, "call", "");
  const std::size_t colon = name.find(':');
  AwsCall call;
  call.service = name.substr(0, colon);
  call.operation = name.substr(colon + 1);
  call.region = text_or(step, "region", world.scenario.options.region);
  call.credentials = credentials_of(world, step);
  call.input = members_or_none(step, "input");
  const Endpoint& endpoint = endpoint_of(world, step);
  const AwsAnswer answer =
      read_answer(call, send(endpoint, world.target.ca_file(), make_request(call, endpoint)));
  world.answers.push_back(answer.http.body);

  const Members& expect = members_or_none(step, "expect");
  Outcome outcome;
  compare_status(outcome, expect, answer);
  if (const Value* error = find(expect, "error")) {
    const Value* seen = answer.error.is_none() ? nullptr : &answer.error;
    if (seen != nullptr) add(outcome.differences, compare(*error, seen, "error", Typing::typed));
  }
  if (const Value* wanted = find(expect, "answer")) {
    add(outcome.differences, compare(*wanted, &answer.answer, "answer", answer.typing));
  }
  compare_headers(outcome, expect, answer.http);
  capture(world, outcome, expect, answer.answer);
  if (!outcome.differences.empty()) outcome.why = explanation(world, answer.request_id);
  return outcome;
}

// --- request
// ---------------------------------------------------------------------------------------------------------

sigv4::RawRequest raw_request(const Members& members, const Endpoint& endpoint) {
  sigv4::RawRequest request;
  request.method = text_or(members, "method", "GET");
  request.target = text_or(members, "path", "/");
  request.headers.push_back({"Host", endpoint.authority()});
  for (const auto& [name, value] : members_or_none(members, "headers")) {
    if (equal_ignoring_case(name, "host")) request.headers.clear();
    request.headers.push_back({name, as_text(value)});
  }
  if (const Value* body = find(members, "body")) {
    if (!body->is<std::string>() && !request.header("content-type")) {
      request.headers.push_back({"Content-Type", "application/json"});
    }
    request.body = as_text(*body);
  }
  return request;
}

Outcome run_request(World& world, const Members& step) {
  const Endpoint& endpoint = endpoint_of(world, step);
  const Response response =
      send(endpoint, world.target.ca_file(), raw_request(members_or_none(step, "request"), endpoint));
  world.answers.push_back(response.body);
  const Members& expect = members_or_none(step, "expect");
  Outcome outcome;
  const Value status = response.status;
  const Value* wanted_status = find(expect, "status");
  add(outcome.differences,
      compare(wanted_status == nullptr ? Value(200) : *wanted_status, &status, "status", Typing::typed));
  const Value body = response.body;
  if (const Value* wanted = find(expect, "body"))
    add(outcome.differences, compare(*wanted, &body, "body", Typing::typed));
  const auto parsed = parse_json(response.body, {.depth = 64, .values = 10'000'000});
  const Value answer = parsed ? *parsed : Value();
  if (const Value* wanted = find(expect, "answer")) {
    add(outcome.differences, compare(*wanted, parsed ? &answer : nullptr, "answer", Typing::typed));
  }
  compare_headers(outcome, expect, response);
  capture(world, outcome, expect, answer);
  if (!outcome.differences.empty()) outcome.why = response.body.substr(0, 500);
  return outcome;
}

// --- run
// -------------------------------------------------------------------------------------------------------------

Command command_of(const World& world, const Members& step) {
  Command command;
  for (const Value& word : find(step, "run")->get<List>()) command.words.push_back(as_text(word));
  command.environment = clean_environment();
  for (const auto& [name, value] : world.target.environment()) command.environment[name] = value;
  for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}) command.environment.erase(name);
  if (const auto credentials = credentials_of(world, step)) {
    command.environment["AWS_ACCESS_KEY_ID"] = credentials->access_key_id;
    command.environment["AWS_SECRET_ACCESS_KEY"] = credentials->secret_access_key;
    if (!credentials->session_token.empty())
      command.environment["AWS_SESSION_TOKEN"] = credentials->session_token;
  }
  command.environment["AWS_CONFIG_FILE"] = command.environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
  for (const auto& [name, value] : members_or_none(step, "env")) command.environment[name] = as_text(value);
  command.input = text_or(step, "stdin", "");
  if (const Value* timeout = find(step, "timeout_seconds")) {
    command.timeout_seconds = static_cast<int>(timeout->get<std::int64_t>());
  }
  return command;
}

void compare_stream(Outcome& outcome, const Members& expect, const std::string& name,
                    const std::string& text) {
  const Value value = text;
  if (const Value* wanted = find(expect, name))
    add(outcome.differences, compare(*wanted, &value, name, Typing::typed));
  const Value* parts = find(expect, name + "_contains");
  if (parts == nullptr) return;
  const List list = parts->is<List>() ? parts->get<List>() : List{*parts};
  for (const Value& part : list)
    add(outcome.differences, compare(Members{{"$contains", part}}, &value, name, Typing::typed));
}

// What the newest refusal in the journal says.
std::string newest_refusal(const World& world) {
  const auto journal = parse_json(world.target.control("GET", "/_latchkey/requests").body,
                                  {.depth = 64, .values = 10'000'000});
  const Value* entries = journal ? at_path(*journal, "requests") : nullptr;
  if (entries == nullptr || !entries->is<List>() || entries->get<List>().empty()) return "";
  const Value& last = entries->get<List>().back();
  const Value* outcome = at_path(last, "outcome");
  const Value* id = at_path(last, "id");
  if (outcome == nullptr || id == nullptr || *outcome == Value("allowed")) return "";
  return explanation(world, as_text(*id));
}

Outcome run_program_step(World& world, const Members& step) {
  const Command command = command_of(world, step);
  const Finished finished = run_program(command);
  world.answers.push_back(finished.out + finished.err);
  const Members& expect = members_or_none(step, "expect");
  Outcome outcome;
  if (finished.timed_out) {
    outcome.differences.push_back(
        {"time", "an end within " + std::to_string(command.timeout_seconds) + " s", "none"});
  }
  const Value exit = finished.exit;
  const Value* wanted = find(expect, "exit");
  add(outcome.differences, compare(wanted == nullptr ? Value(0) : *wanted, &exit, "exit", Typing::typed));
  compare_stream(outcome, expect, "stdout", finished.out);
  compare_stream(outcome, expect, "stderr", finished.err);
  capture(world, outcome, expect,
          Members{{"exit", exit}, {"stdout", finished.out}, {"stderr", finished.err}});
  if (outcome.differences.empty()) return outcome;
  outcome.differences.push_back({"output", "", finished.out + finished.err});
  outcome.why = newest_refusal(world);
  return outcome;
}

// --- journal
// ---------------------------------------------------------------------------------------------------------

// The entries that the filters let through, with what is wanted of them.
Outcome run_journal(World& world, const Members& step) {
  std::string query;
  for (const auto& [name, value] : members_or_none(step, "journal")) {
    query += (query.empty() ? "?" : "&") + name + "=" + percent_encode(as_text(value));
  }
  const Response response = world.target.control("GET", "/_latchkey/requests" + query);
  const auto document = parse_json(response.body, {.depth = 64, .values = 10'000'000});
  const Value* found = document ? at_path(*document, "requests") : nullptr;
  if (found == nullptr || !found->is<List>()) throw std::runtime_error("no journal: " + response.body);
  const List& entries = found->get<List>();
  const Value count = static_cast<std::int64_t>(entries.size());
  const Members seen{{"count", count}, {"entries", entries}};
  const Members& expect = members_or_none(step, "expect");
  Outcome outcome;
  const auto check = [&](const char* name, const Value* value) {
    const Value* wanted = find(expect, name);
    if (wanted != nullptr) add(outcome.differences, compare(*wanted, value, name, Typing::typed));
  };
  check("count", &count);
  check("first", entries.empty() ? nullptr : &entries.front());
  check("last", entries.empty() ? nullptr : &entries.back());
  check("entries", found);
  // Without expectations the step asks that there is such an entry at all.
  if (find(step, "expect") == nullptr && entries.empty()) {
    outcome.differences.push_back({"journal", "an entry", "none"});
  }
  capture(world, outcome, expect, seen);
  if (outcome.differences.empty() || entries.empty()) return outcome;
  const Value* id = at_path(entries.back(), "id");
  if (id != nullptr) outcome.why = explanation(world, as_text(*id));
  return outcome;
}

// --- The small ones
// --------------------------------------------------------------------------------------------------

Outcome must_be_done(const Response& response) {
  Outcome outcome;
  if (response.status != 200) {
    outcome.differences.push_back({"status", "200", std::to_string(response.status) + " " + response.body});
  }
  return outcome;
}

Outcome move_clock(const World& world, const Members& step) {
  return must_be_done(world.target.control("PUT", "/_latchkey/clock", to_json(*find(step, "clock"))));
}

// A list is what is in force from now on; an empty one takes all faults away.
Outcome set_faults(const World& world, const Members& step) {
  Outcome removed = must_be_done(world.target.control("DELETE", "/_latchkey/faults", ""));
  const Value& faults = *find(step, "faults");
  if (!removed.differences.empty() || faults == Value(List())) return removed;
  return must_be_done(
      world.target.control("POST", "/_latchkey/faults", to_json(Members{{"faults", faults}})));
}

Outcome find_nowhere(const World& world, const Members& step) {
  std::vector<std::string> places = {"journal", "state", "log", "later-answers"};
  if (const Value* in = find(step, "in")) {
    places.clear();
    for (const Value& place : in->get<List>()) places.push_back(as_text(place));
  }
  Outcome outcome;
  for (const std::string& place : places_that_hold(world, text_or(step, "nowhere", ""), places)) {
    outcome.differences.push_back({place, "no trace of the text", "the text is there"});
  }
  return outcome;
}

Outcome set_variables(World& world, const Members& step) {
  for (const auto& [name, value] : members_or_none(step, "set")) world.variables.set(name, value);
  return {};
}

}  // namespace

Outcome run_step(World& world, const Step& step) {
  const Members members = world.variables.fill(step.members);
  switch (step.kind) {
    case Step::Kind::call:
      return run_call(world, members);
    case Step::Kind::request:
      return run_request(world, members);
    case Step::Kind::run:
      return run_program_step(world, members);
    case Step::Kind::journal:
      return run_journal(world, members);
    case Step::Kind::clock:
      return move_clock(world, members);
    case Step::Kind::faults:
      return set_faults(world, members);
    case Step::Kind::nowhere:
      return find_nowhere(world, members);
    case Step::Kind::set:
      return set_variables(world, members);
    case Step::Kind::section:
      return {};
    case Step::Kind::identity:
      world.identities.insert_or_assign(text_or(members, "identity", ""), credentials_in(members));
      return {};
  }
  return {};
}

}  // namespace latchkey::scenarios
