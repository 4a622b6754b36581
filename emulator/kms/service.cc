#include "kms/service.h"

namespace latchkey::kms {
namespace {

Service make() {
  return {
      .name = "kms",
      .protocol = Protocol::json,
      .wording = Wording::echoing,
      .target_prefix = "TrentService",
      .xml_namespace = "",
      .version = "",
      .window_seconds = 300,
      .operations = joined({key_operations(), alias_operations(), encrypt_operations(), data_key_operations(),
                            policy_operations(), rotation_operations(), import_operations(),
                            replica_operations(), custom_key_store_operations(), tag_operations()}),
      .not_yet = {"CreateGrant", "DeriveSharedSecret", "GenerateDataKeyPair",
                  "GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "GetKeyLastUsage", "GetPublicKey",
                  "ListGrants", "ListRetirableGrants", "RetireGrant", "RevokeGrant", "Sign", "Verify",
                  "VerifyMac"}};
}

}  // namespace

const Service& service() {
  static const Service service = make();
  return service;
}

}  // namespace latchkey::kms
