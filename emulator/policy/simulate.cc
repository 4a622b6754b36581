// One simulation case: a line of JSON in, a line out. The policies of a run repeat from line to line, so
// compiled ones are kept by their text, and a line is read without building a tree of it.
#include <array>
#include <functional>
#include <unordered_map>
#include <utility>

#include "policy/json_reader.h"
#include "policy/request_view.h"

namespace latchkey::policy {
namespace {

constexpr int kMaxDepth = 40;                  // a document's 32 and what lies around it
constexpr std::size_t kMostCached = 32 << 20;  // characters of documents

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// The compiled policies of this thread's lines. Cleared when full: a run has few policies, or so many that
// none repeat.
class PolicyCache {
 public:
  Compiled get(std::string_view json, Kind kind) {
    auto& known = known_[static_cast<std::size_t>(kind)];
    if (const auto found = known.find(json); found != known.end()) return {found->second, std::nullopt};
    Compiled compiled = compile(json, kind, Strictness::lenient);
    if (compiled.policy) {
      cached_ += json.size();
      if (cached_ > kMostCached) {
        for (auto& policies : known_) policies.clear();
        cached_ = json.size();
      }
      known.emplace(json, compiled.policy);
    }
    return compiled;
  }

 private:
  std::array<std::unordered_map<std::string, PolicyPtr, TextHash, std::equal_to<>>, 5> known_;
  std::size_t cached_ = 0;
};

// Reads a line. The first mistake is kept in `error`.
class CaseReader {
 public:
  CaseReader(std::string_view line, PolicyCache& cache) : line_(line), cache_(cache) {}

  bool read() {
    JsonCursor cursor(line_, kMaxDepth);
    if (cursor.peek() != '{') return fail("not a JSON object");
    const bool readable = cursor.read_object([&](const std::string& name) {
      std::string_view* const span = name == "id" ? &id : name == "request" ? &request_ : &other_;
      std::string_view* const target = name == "policies" ? &policies_ : span;
      if (target != &other_ && !target->empty()) return fail("\"" + name + "\" is given twice");
      return cursor.skip_value(*target);
    });
    if (!readable || !cursor.at_end()) return fail("not a JSON object");
    return read_request() && read_policies();
  }

  std::string_view id;  // as written
  Request request;
  Set policies;
  std::string error;

 private:
  bool fail(std::string message) {
    if (error.empty()) error = std::move(message);
    return false;
  }

  bool read_request() {
    if (request_.empty()) return fail("\"request\" is missing");
    JsonCursor cursor(request_, kMaxDepth);
    std::string principal;
    bool has_principal = false, has_action = false, has_resource = false;
    const auto text = [&](const std::string& name, std::string& out, bool* seen) {
      if (seen) *seen = true;
      return cursor.read_string(out) || fail("request." + name + " is not a string");
    };
    const bool good = cursor.read_object([&](const std::string& name) {
      if (name == "principal") return text(name, principal, &has_principal);
      if (name == "action") return text(name, request.action, &has_action);
      if (name == "resource") return text(name, request.resource, &has_resource);
      if (name == "resource_account") return text(name, request.resource_account, nullptr);
      if (name == "context") return read_context(cursor);
      return cursor.skip_value(other_);
    });
    if (!good) return fail("\"request\" is not an object");
    if (!has_principal) return fail("request.principal is missing");
    if (!has_action) return fail("request.action is missing");
    if (!has_resource) return fail("request.resource is missing");
    request.principal = Principal::parse(principal);
    return true;
  }

  bool read_context(JsonCursor& cursor) {
    const bool good = cursor.read_object([&](const std::string& name) {
      Json value;
      if (!cursor.read_value(value)) return false;
      if (value.is(Json::Type::null)) return true;  // as if it were not there
      std::vector<std::string> values;
      if (value.is(Json::Type::array)) {
        for (Json& item : value.items) {
          if (!item.scalar()) return fail("a value of context key " + name + " is not a string");
          values.push_back(std::move(item.text));
        }
      } else if (value.scalar()) {
        values.push_back(std::move(value.text));
      } else {
        return fail("the value of context key " + name + " is neither a string nor a list of strings");
      }
      request.context.set(name, std::move(values));
      return true;
    });
    return good || fail("request.context is not an object");
  }

  bool read_policies() {
    if (policies_.empty()) return fail("\"policies\" is missing");
    JsonCursor cursor(policies_, kMaxDepth);
    const bool good = cursor.read_object([&](const std::string& name) {
      if (cursor.peek() == 'n') return cursor.skip_value(other_);
      if (name == "identity") return read_list(cursor, name, Kind::identity, policies.identity.emplace());
      if (name == "session") return read_list(cursor, name, Kind::identity, policies.session.emplace());
      if (name == "boundary") return read_document(cursor, name, Kind::identity, policies.boundary.emplace());
      if (name == "resource")
        return read_document(cursor, name, resource_kind(), policies.resource.emplace());
      if (name == "scp") return read_levels(cursor, name, policies.scp.emplace());
      if (name == "rcp") return read_levels(cursor, name, policies.rcp.emplace());
      return fail("policies." + name + " is not a kind of policy");
    });
    return good || fail("\"policies\" is not an object");
  }

  // What the resource's policy is follows from the resource.
  Kind resource_kind() const {
    const ArnParts arn = split_arn(request.resource);
    if (arn.service == "kms" && arn.resource.substr(0, 4) == "key/") return Kind::key;
    if (arn.service == "iam" && arn.resource.substr(0, 5) == "role/") return Kind::trust;
    return Kind::resource;
  }

  bool read_document(JsonCursor& cursor, const std::string& name, Kind kind, Named& out) {
    std::string_view json;
    if (cursor.peek() != '{' || !cursor.skip_value(json))
      return fail("policies." + name + " is not a policy document");
    Compiled compiled = cache_.get(json, kind);
    if (!compiled.policy) return fail("policies." + name + ": " + compiled.error->message);
    out.policy = std::move(compiled.policy);
    return true;
  }

  bool read_list(JsonCursor& cursor, const std::string& name, Kind kind, std::vector<Named>& out) {
    const bool good =
        cursor.read_array([&] { return read_document(cursor, name, kind, out.emplace_back()); });
    return good || fail("policies." + name + " is not a list of policy documents");
  }

  bool read_levels(JsonCursor& cursor, const std::string& name, std::vector<std::vector<Named>>& out) {
    const bool good =
        cursor.read_array([&] { return read_list(cursor, name, Kind::control, out.emplace_back()); });
    return good || fail("policies." + name + " is not a list of levels");
  }

  std::string_view line_;
  PolicyCache& cache_;
  std::string_view request_, policies_, other_;
};

// "You cannot call AssumeRole by using AWS account root user credentials" (STS API reference): no policy
// allows it. The server leaves this to an option, so the rule is not the evaluator's.
bool refused_to_root(const Request& request) {
  return request.principal.kind == Principal::Kind::root && request.action == "sts:AssumeRole";
}

void append_decision(std::string& out, const Decision& decision) {
  out.append(",\"decision\":\"").append(to_string(decision.outcome)).append("\",\"matched\":[");
  bool first = true;
  for (const Match& match : decision.matched) {
    out.append(first ? "{\"policy\":\"" : ",{\"policy\":\"").append(label(match));
    out.append("\",\"statement\":").append(std::to_string(match.statement)).append(",\"sid\":");
    append_json_string(out, match.policy ? sid(*match.policy, match.statement) : std::string_view());
    out.push_back('}');
    first = false;
  }
  out.append("]}");
}

}  // namespace

std::string simulate_line(std::string_view json_line, bool* malformed) {
  thread_local PolicyCache cache;
  CaseReader reader(json_line, cache);
  const bool good = reader.read();
  if (malformed) *malformed = !good;
  std::string out = "{\"id\":";
  out.append(reader.id.empty() ? std::string_view("null") : reader.id);
  if (!good) {
    out.append(",\"error\":");
    append_json_string(out, reader.error);
    out.push_back('}');
    return out;
  }
  Decision decision = decide(reader.request, reader.policies);
  if (decision.outcome == Outcome::allowed && refused_to_root(reader.request)) {
    decision = {Outcome::implicit_deny, Cause::resource, {}};
  }
  append_decision(out, decision);
  return out;
}

}  // namespace latchkey::policy
