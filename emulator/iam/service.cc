#include "iam/service.h"

namespace latchkey::iam {
namespace {

// What AWS's model has beyond the tables.
Service make() {
  return {.name = "iam",
          .protocol = Protocol::query,
          .wording = Wording::silent,
          .target_prefix = "",
          .xml_namespace = "https://iam.amazonaws.com/doc/2010-05-08/",
          .version = "2010-05-08",
          .window_seconds = 900,
          .operations = joined({user_operations(),
                                access_key_operations(),
                                group_operations(),
                                role_operations(),
                                managed_policy_operations(),
                                policy_version_operations(),
                                inline_policy_operations(),
                                attachment_operations(),
                                boundary_operations(),
                                tag_operations(),
                                simulation_operations(),
                                account_operations(),
                                instance_profile_operations(),
                                password_operations(),
                                preference_operations(),
                                mfa_operations(),
                                oidc_provider_operations(),
                                saml_provider_operations(),
                                server_certificate_operations(),
                                user_credential_operations(),
                                service_linked_role_operations(),
                                authorization_detail_operations(),
                                access_advisor_operations(),
                                delegation_operations()}),
          .not_yet = {}};
}

}  // namespace

const Service& service() {
  static const Service service = make();
  return service;
}

}  // namespace latchkey::iam
