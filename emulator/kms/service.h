// KMS as a service: the tables of its operations, joined.
#pragma once

#include <vector>

#include "pipeline/operation.h"

namespace latchkey::kms {

const Service& service();

// One table a file.
std::vector<Operation> key_operations();
std::vector<Operation> alias_operations();
std::vector<Operation> encrypt_operations();
std::vector<Operation> data_key_operations();
std::vector<Operation> data_key_pair_operations();
std::vector<Operation> sign_operations();
std::vector<Operation> mac_operations();
std::vector<Operation> key_agreement_operations();
std::vector<Operation> policy_operations();
std::vector<Operation> rotation_operations();
std::vector<Operation> import_operations();
std::vector<Operation> replica_operations();
std::vector<Operation> custom_key_store_operations();
std::vector<Operation> grant_operations();
std::vector<Operation> tag_operations();
std::vector<Operation> last_usage_operations();

// After a successful cryptographic operation: what GetKeyLastUsage will say of its keys.
void note_last_usage(Call& call);

}  // namespace latchkey::kms
