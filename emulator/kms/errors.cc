#include "kms/errors.h"

namespace latchkey::kms {
namespace {

std::string join(std::string_view a, std::string_view b, std::string_view c = {}) {
  std::string out(a);
  out.append(b).append(c);
  return out;
}

}  // namespace

AwsError key_not_found(std::string_view arn) {
  return {400, "NotFoundException", join("Key '", arn, "' does not exist")};
}
AwsError invalid_key_id(std::string_view id) {
  return {400, "NotFoundException", join("Invalid keyId '", id, "'")};
}
AwsError invalid_arn(std::string_view region) {
  return {400, "NotFoundException", join("Invalid arn ", region)};
}
AwsError alias_not_found(std::string_view arn) {
  return {400, "NotFoundException", join("Alias ", arn, " is not found.")};
}
AwsError alias_exists(std::string_view arn) {
  return {400, "AlreadyExistsException", join("An alias with the name ", arn, " already exists")};
}
AwsError invalid_alias_prefix() {
  return validation(
      "Alias must start with the prefix \"alias/\". Please see "
      "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html");
}
AwsError reserved_alias() { return {400, "NotAuthorizedException"}; }
AwsError alias_of_alias() { return validation("Aliases must refer to keys. Not aliases"); }
AwsError key_disabled(std::string_view arn) { return {400, "DisabledException", join(arn, " is disabled.")}; }
AwsError pending_deletion(std::string_view arn) {
  return {400, "KMSInvalidStateException", join(arn, " is pending deletion.")};
}
AwsError key_unavailable(std::string_view arn) {
  return {400, "KMSInvalidStateException", join(arn, " is unavailable.")};
}
AwsError pending_import(std::string_view arn) {
  return {400, "KMSInvalidStateException", join(arn, " is pending import.")};
}
AwsError nothing_pending_rotation(std::string_view arn) {
  return {400, "KMSInvalidStateException",
          join("No available key material pending rotation for the key: ", arn, ".")};
}
AwsError wrong_origin(std::string_view arn, std::string_view origin) {
  return unsupported(join(arn, " origin is ", origin) + " which is not valid for this operation.");
}
AwsError not_pending_deletion(std::string_view arn) {
  return {400, "KMSInvalidStateException", join(arn, " is not pending deletion.")};
}
AwsError wrong_usage(std::string_view arn, std::string_view usage, std::string_view operation) {
  return {400, "InvalidKeyUsageException",
          join(arn, " key usage is ", usage) + join(" which is not valid for ", operation, ".")};
}
AwsError wrong_algorithm(std::string_view algorithm, std::string_view spec) {
  return {400, "InvalidKeyUsageException",
          join("Algorithm ", algorithm, " is incompatible with key spec ") + join(spec, ".")};
}
AwsError incorrect_key() {
  return {400, "IncorrectKeyException",
          "The key ID in the request does not identify a CMK that can perform this operation."};
}
AwsError asymmetric_context() {
  return validation("EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.");
}
AwsError key_id_required() { return validation("KeyId is required to decrypt with an asymmetric KMS key."); }
AwsError plaintext_too_long(std::string_view algorithm, std::string_view spec, std::size_t most) {
  return validation(join("Algorithm ", algorithm, " and key spec ") +
                    join(spec, " cannot encrypt data larger than ") + std::to_string(most) + " bytes.");
}
AwsError wrong_message_type(std::string_view message_type, std::string_view algorithm) {
  return validation(join("Message type ", message_type, " is incompatible with algorithm ") +
                    join(algorithm, "."));
}
AwsError wrong_digest_length(std::string_view algorithm) {
  return validation(join("Digest is invalid length for algorithm ", algorithm, "."));
}
AwsError no_public_key(std::string_view arn, std::string_view spec) {
  return unsupported(join(arn, " key spec is ") + join(spec, " which is not valid for GetPublicKey."));
}
// AWS answers these without a message, and code that compares bodies relies on it.
AwsError invalid_signature() { return {400, "KMSInvalidSignatureException"}; }
AwsError invalid_mac() { return {400, "KMSInvalidMacException"}; }
AwsError invalid_public_key() { return {400, "ValidationException"}; }
AwsError invalid_ciphertext() { return {400, "InvalidCiphertextException"}; }
AwsError invalid_marker() { return {400, "InvalidMarkerException", "Could not deserialize Marker"}; }
AwsError invalid_grant_token() { return {400, "InvalidGrantTokenException", "The grant token is invalid."}; }
AwsError dry_run_succeeded() {
  return {400, "DryRunOperationException", "The request would have succeeded, but the DryRun option is set."};
}
AwsError malformed_policy(std::string message) {
  return {400, "MalformedPolicyDocumentException", std::move(message)};
}
AwsError tag_error(std::string message) { return {400, "TagException", std::move(message)}; }
AwsError limit_exceeded(std::string message) { return {400, "LimitExceededException", std::move(message)}; }
AwsError unsupported(std::string message) {
  return {400, "UnsupportedOperationException", std::move(message)};
}
AwsError validation(std::string message) { return validation_error(Protocol::json, std::move(message)); }
AwsError modifiers_without_dry_run() {
  return validation("DryRunModifiers can only be specified when DryRun is true.");
}
AwsError key_id_without_ciphertext(std::string_view member) {
  return validation(join(member, " is required when DryRunModifiers contains IGNORE_CIPHERTEXT."));
}

}  // namespace latchkey::kms
