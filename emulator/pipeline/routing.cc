#include "pipeline/routing.h"

#include <algorithm>

#include "core/encoding.h"

namespace latchkey {
namespace {

void add_parameters(std::string_view text, Form& form) {
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    form.emplace(percent_decode(pair.substr(0, equals), Plus::is_blank), percent_decode(value, Plus::is_blank));
  }
}

Form form_of(const http::Message& message) {
  Form form;
  // The body first: a parameter that is given twice keeps its first value.
  const auto type = message.request.header("content-type").value_or("");
  if (message.request.method == "POST" && (type.empty() || to_lower(type).starts_with("application/x-www-form-urlencoded"))) {
    add_parameters(message.request.body, form);
  }
  const std::size_t question = message.request.target.find('?');
  if (question != std::string::npos) add_parameters(std::string_view(message.request.target).substr(question + 1), form);
  return form;
}

bool is_utf8(const Form& form) {
  return std::all_of(form.begin(), form.end(),
                     [](const auto& pair) { return latchkey::is_utf8(pair.first) && latchkey::is_utf8(pair.second); });
}

const Service* by_name(const std::vector<const Service*>& services, std::string_view name) {
  const auto found = std::find_if(services.begin(), services.end(), [&](const Service* s) { return s->name == name; });
  return found == services.end() ? nullptr : *found;
}

bool is_not_yet(const Service& service, std::string_view operation) {
  return std::find(service.not_yet.begin(), service.not_yet.end(), operation) != service.not_yet.end();
}

AwsError unknown_json_operation() { return {400, "UnknownOperationException"}; }

AwsError not_yet(const Service& service, std::string_view operation) {
  return not_implemented(service.protocol, "Latchkey does not implement " + std::string(service.name) + ":" +
                                               std::string(operation) + " yet.");
}

void find_operation(Route& route, std::string_view name) {
  route.operation_name = name;
  route.operation = route.service->find(name);
  if (route.operation != nullptr) return;
  route.error = is_not_yet(*route.service, name) ? not_yet(*route.service, name) : unknown_json_operation();
}

Route route_json(std::string_view target, const std::vector<const Service*>& services) {
  Route out;
  const std::size_t dot = std::min(target.find('.'), target.size());
  const auto found = std::find_if(services.begin(), services.end(), [&](const Service* service) {
    return !service->target_prefix.empty() && service->target_prefix == target.substr(0, dot);
  });
  out.service = found == services.end() ? by_name(services, "kms") : *found;
  if (found == services.end() || dot == target.size()) {
    out.error = unknown_json_operation();
    return out;
  }
  find_operation(out, target.substr(dot + 1));
  return out;
}

AwsError invalid_action(std::string_view name, std::string_view version) {
  return {400, "InvalidAction",
          "Could not find operation " + std::string(name) + " for version " + std::string(version)};
}

// A query service is known by the scope; without a usable one, by the API version, then by the operation's name.
const Service* query_service(const std::vector<const Service*>& services, std::string_view scope, const Form& form,
                             std::string_view action) {
  const Service* scoped = by_name(services, scope);
  if (scoped != nullptr && scoped->protocol == Protocol::query) return scoped;
  const auto version = form.find("Version");
  for (const Service* service : services) {
    if (service->protocol != Protocol::query) continue;
    if (version != form.end() && version->second == service->version) return service;
    if (service->find(action) != nullptr || is_not_yet(*service, action)) return service;
  }
  return by_name(services, "sts");
}

Route route_query(const http::Message& message, const std::vector<const Service*>& services, std::string_view scope) {
  Route out;
  out.form = form_of(message);
  const auto action = out.form.find("Action");
  const std::string name = action == out.form.end() ? "" : action->second;
  if (name.empty() && scope == "kms") {
    out.service = by_name(services, "kms");
    out.error = unknown_json_operation();
    return out;
  }
  out.service = query_service(services, scope, out.form, name);
  out.operation_name = name;
  if (name.empty()) {
    out.error = AwsError(400, "MissingAction", "The request is missing an action or operation parameter");
    return out;
  }
  const auto version = out.form.find("Version");
  const std::string seen = version == out.form.end() ? "NO_VERSION_SPECIFIED" : version->second;
  // As in JSON, what is no UTF-8 gets no further: the store, the journal and every answer are UTF-8.
  if (!is_utf8(out.form)) {
    out.error = AwsError(400, "MalformedInput", "The request has bytes that are not UTF-8.");
    return out;
  }
  if (seen == out.service->version) out.operation = out.service->find(name);
  if (out.operation != nullptr) return out;
  out.error = seen == out.service->version && is_not_yet(*out.service, name)
                  ? not_yet(*out.service, name)
                  : invalid_action(name, seen);
  return out;
}

}  // namespace

Route route(const http::Message& message, const std::vector<const Service*>& services, std::string_view scope_service) {
  if (const auto target = message.request.header("x-amz-target")) return route_json(*target, services);
  const auto type = message.request.header("content-type").value_or("");
  if (to_lower(type).starts_with("application/x-amz-json")) {
    Route out;
    out.service = by_name(services, "kms");
    out.error = unknown_json_operation();
    return out;
  }
  return route_query(message, services, scope_service);
}

Route route_named(const std::vector<const Service*>& services, std::string_view service, std::string_view operation) {
  Route out;
  out.service = by_name(services, service);
  find_operation(out, operation);
  if (out.error && out.service->protocol == Protocol::query && !is_not_yet(*out.service, operation)) {
    out.error = invalid_action(operation, out.service->version);
  }
  return out;
}

}  // namespace latchkey
