#include "kms/service.h"

namespace latchkey::kms {
namespace {

Service make() {
  return {.name = "kms",
          .protocol = Protocol::json,
          .wording = Wording::echoing,
          .target_prefix = "TrentService",
          .xml_namespace = "",
          .version = "",
          .window_seconds = 300,
          .operations = joined(
              {key_operations(), alias_operations(), encrypt_operations(), data_key_operations(),
               data_key_pair_operations(), sign_operations(), mac_operations(), key_agreement_operations(),
               policy_operations(), rotation_operations(), import_operations(), replica_operations(),
               custom_key_store_operations(), grant_operations(), tag_operations(), last_usage_operations()}),
          .not_yet = {},
          .succeeded = note_last_usage};
}

}  // namespace

const Service& service() {
  static const Service service = make();
  return service;
}

}  // namespace latchkey::kms
