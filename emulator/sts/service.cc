#include "sts/service.h"

namespace latchkey::sts {
namespace {

Service make() {
  return {.name = "sts",
          .protocol = Protocol::query,
          .wording = Wording::echoing,
          .target_prefix = "",
          .xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
          .version = "2011-06-15",
          .window_seconds = 900,
          .operations = joined({assume_role_operations(), federation_operations(), session_operations(),
                                web_identity_operations(), saml_operations(), root_operations()}),
          .not_yet = {}};
}

}  // namespace

const Service& service() {
  static const Service service = make();
  return service;
}

}  // namespace latchkey::sts
