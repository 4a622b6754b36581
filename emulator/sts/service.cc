#include "sts/service.h"

namespace latchkey::sts {
namespace {

Service join() {
  Service service{.name = "sts",
                  .protocol = Protocol::query,
                  .wording = Wording::echoing,
                  .target_prefix = "",
                  .xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
                  .version = "2011-06-15",
                  .window_seconds = 900,
                  .operations = {},
                  .not_yet = {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot",
                              "DecodeAuthorizationMessage", "GetDelegatedAccessToken", "GetFederationToken",
                              "GetWebIdentityToken"}};
  for (auto table : {assume_role_operations(), session_operations()}) {
    for (Operation& operation : table) service.operations.push_back(std::move(operation));
  }
  return service;
}

}  // namespace

const Service& service() {
  static const Service service = join();
  return service;
}

}  // namespace latchkey::sts
