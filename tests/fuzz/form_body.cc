// A form as the query services take it: it names its own operation.
#include "core/render.h"
#include "iam/service.h"
#include "pipeline/routing.h"
#include "sts/service.h"
#include "target.h"

using namespace latchkey;

FUZZ_TARGET(form_body) {
  http::Message message;
  message.request.method = "POST";
  message.request.target = "/";
  message.request.headers = {{"Host", "localhost"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  message.request.body = input;
  const Route found = route(message, {&iam::service(), &sts::service()}, "");
  fuzz::require(found.service != nullptr, "every request has a service");
  fuzz::require((found.operation == nullptr) == found.error.has_value(), "either an operation or an error");
  if (found.operation == nullptr) return;
  try {
    const Members members = from_form(found.form, found.operation->input);
    (void)without_secrets(members, found.operation->input);
    validate(members, found.operation->input, found.service->wording, found.service->protocol);
  } catch (const AwsError& refused) {
    fuzz::require(refused.status() == 400, "a wrong form is the sender's fault");
    (void)query_error(refused, found.service->xml_namespace, "id");
  }
}
