// STS as a service: the tables of its operations, joined.
#pragma once

#include <vector>

#include "pipeline/operation.h"

namespace latchkey::sts {

const Service& service();

std::vector<Operation> assume_role_operations();
std::vector<Operation> federation_operations();
std::vector<Operation> session_operations();

// The Credentials member that every operation which makes a session answers with.
Members credentials_of(const Session& session, const std::string& token);
// No MFA device exists yet, so a serial number names none: what AWS says then. Does nothing without MFA
// members.
void check_mfa(const Call& call);

}  // namespace latchkey::sts
