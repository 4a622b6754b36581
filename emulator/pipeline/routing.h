// Which service and operation a request means: X-Amz-Target for JSON services, Action and the credential scope for query
// services; never the path or the host.
#pragma once

#include <optional>
#include <string>

#include "core/shape.h"
#include "http/server.h"
#include "pipeline/operation.h"

namespace latchkey {

struct Route {
  const Service* service = nullptr;      // whose errors an answer wears; never null after route()
  const Operation* operation = nullptr;  // null: the error says why
  std::string operation_name;
  Form form;  // query services: the parameters of the body and of the URL
  std::optional<AwsError> error;
};

// scope_service: the service of the credential scope, if the request has one.
Route route(const http::Message& message, const std::vector<const Service*>& services, std::string_view scope_service);

// By its name and the operation's, for calls from this process. Precondition: there is such a service.
Route route_named(const std::vector<const Service*>& services, std::string_view service, std::string_view operation);

}  // namespace latchkey
