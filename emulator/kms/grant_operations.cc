#include "kms/grant_operations.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "kms/errors.h"

namespace latchkey::kms {
namespace {

// What each usage can be granted beyond what every key can.
bool fits_usage(const Key& key, std::string_view operation) {
  static const std::set<std::string_view> always{"CreateGrant", "RetireGrant", "DescribeKey"};
  static const std::set<std::string_view> encryption{"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"};
  static const std::set<std::string_view> data_keys{"GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
                                                    "GenerateDataKeyPair",
                                                    "GenerateDataKeyPairWithoutPlaintext"};
  static const std::set<std::string_view> signing{"Sign", "Verify"};
  static const std::set<std::string_view> macs{"GenerateMac", "VerifyMac"};
  if (always.contains(operation)) return true;
  const bool symmetric = key.spec == "SYMMETRIC_DEFAULT";
  if (operation == "GetPublicKey") return !symmetric && key.usage != "GENERATE_VERIFY_MAC";
  if (key.usage == "ENCRYPT_DECRYPT")
    return encryption.contains(operation) || (symmetric && data_keys.contains(operation));
  if (key.usage == "SIGN_VERIFY") return signing.contains(operation);
  if (key.usage == "KEY_AGREEMENT") return operation == "DeriveSharedSecret";
  return macs.contains(operation);
}

}  // namespace

void check_grant_operations(const Key& key, const std::vector<std::string>& operations) {
  if (operations.empty()) throw validation("At least one grant operation is required.");
  if (std::all_of(operations.begin(), operations.end(),
                  [](const auto& name) { return name == "CreateGrant"; })) {
    throw validation("Grants must not contain only the CreateGrant operation.");
  }
  for (const std::string& operation : operations) {
    if (!fits_usage(key, operation)) {
      throw validation("Operation " + operation + " is not valid for a KMS key with key usage " + key.usage +
                       " and key spec " + key.spec + ".");
    }
  }
}

}  // namespace latchkey::kms
