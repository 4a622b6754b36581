// STS as a service: the tables of its operations, joined.
#pragma once

#include <vector>

#include "pipeline/operation.h"

namespace latchkey::sts {

const Service& service();

std::vector<Operation> assume_role_operations();
std::vector<Operation> federation_operations();
std::vector<Operation> session_operations();
std::vector<Operation> web_identity_operations();
std::vector<Operation> saml_operations();
std::vector<Operation> root_operations();

// The Credentials member that every operation which makes a session answers with.
Members credentials_of(const Call& call, const Session& session);
// Whether the request brings a right code of the caller's MFA device. Throws AWS's refusal for a wrong one.
bool check_mfa(const Call& call);

}  // namespace latchkey::sts
