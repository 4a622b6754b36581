// KMS's errors, each a factory named after its condition. All of them are HTTP 400, whatever the API model says.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace latchkey::kms {

AwsError key_not_found(std::string_view arn);
AwsError invalid_key_id(std::string_view id);
AwsError invalid_arn(std::string_view region);  // an ARN of another region: names that region
AwsError alias_not_found(std::string_view arn);
AwsError alias_exists(std::string_view arn);
AwsError invalid_alias_prefix();
AwsError reserved_alias();
AwsError alias_of_alias();
AwsError key_disabled(std::string_view arn);
AwsError pending_deletion(std::string_view arn);
AwsError pending_import(std::string_view arn);
AwsError key_unavailable(std::string_view arn);
AwsError nothing_pending_rotation(std::string_view arn);
AwsError wrong_origin(std::string_view arn, std::string_view origin);
AwsError not_pending_deletion(std::string_view arn);
AwsError wrong_usage(std::string_view arn, std::string_view usage, std::string_view operation);
AwsError wrong_algorithm(std::string_view algorithm, std::string_view spec);
AwsError incorrect_key();
AwsError asymmetric_context();   // an encryption context for an asymmetric key
AwsError key_id_required();      // an asymmetric ciphertext does not say whose it is
AwsError plaintext_too_long(std::string_view algorithm, std::string_view spec, std::size_t most);
AwsError wrong_message_type(std::string_view message_type, std::string_view algorithm);
AwsError wrong_digest_length(std::string_view algorithm);
AwsError invalid_signature();
AwsError invalid_mac();
AwsError invalid_public_key();
AwsError no_public_key(std::string_view arn, std::string_view spec);
AwsError invalid_ciphertext();
AwsError invalid_marker();
AwsError invalid_grant_token();
AwsError dry_run_succeeded();
AwsError malformed_policy(std::string message);
AwsError tag_error(std::string message);
AwsError limit_exceeded(std::string message);
AwsError unsupported(std::string message);
AwsError validation(std::string message);
AwsError modifiers_without_dry_run();
AwsError key_id_without_ciphertext(std::string_view member);  // a dry run without a ciphertext

}  // namespace latchkey::kms
