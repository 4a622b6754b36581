// The input members of KMS with their constraints, as AWS's public API model has them.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
#pragma once

#include "core/shape.h"

namespace latchkey::kms::shape {

inline constexpr Shape KeyId = text(1, 2048);
inline constexpr Shape Limit = integer(1, 1000);
inline constexpr Shape Marker = text(1, 1024, R"([\u0020-\u00FF]*)");
inline constexpr Shape Flag = boolean();
inline constexpr Shape Description = text(0, 8192);
inline constexpr Shape PolicyName = text(1, 128, R"([\w]+)");
inline constexpr Shape Policy = document(text(1, 131072, R"([\u0009\u000A\u000D\u0020-\u00FF]+)"));
inline constexpr Shape AliasName = text(1, 256, R"(^[a-zA-Z0-9:/_-]+$)");
inline constexpr Shape CustomKeyStoreId = text(1, 64);
inline constexpr Shape CustomKeyStoreName = text(1, 256);
inline constexpr Shape CloudHsmClusterId = text(19, 24, R"(cluster-[2-7a-zA-Z]{11,16})");
inline constexpr Shape TrustAnchorCertificate = text(1, 5000);
inline constexpr Shape KeyStorePassword = secret(text(7, 32));
inline constexpr std::string_view kCustomKeyStoreTypes[] = {"AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"};
inline constexpr Shape CustomKeyStoreType = one_of(kCustomKeyStoreTypes);
inline constexpr Shape XksProxyUriEndpoint = text(10, 128, R"(^https://[a-zA-Z0-9.-]+$)");
inline constexpr Shape XksProxyUriPath =
    text(10, 128, R"(^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$)");
inline constexpr Shape XksProxyVpcEndpointServiceName =
    text(20, 64, R"(^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$)");
inline constexpr Shape AccountId = text(12, 12, R"([0-9]{12})");
inline constexpr Shape XksProxyAccessKeyId = secret(text(20, 30, R"(^[A-Z2-7]+$)"));
inline constexpr Shape XksProxyRawSecretAccessKey = secret(text(43, 64, R"(^[a-zA-Z0-9\/+=]+$)"));
inline constexpr Member kXksProxyCredential[] = {req("AccessKeyId", XksProxyAccessKeyId),
                                                 req("RawSecretAccessKey", XksProxyRawSecretAccessKey)};
inline constexpr Shape XksProxyAuthenticationCredential = structure(kXksProxyCredential);
inline constexpr std::string_view kXksProxyConnectivities[] = {"PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE"};
inline constexpr Shape XksProxyConnectivity = one_of(kXksProxyConnectivities);
inline constexpr Shape XksKeyId = text(1, 128, R"(^[a-zA-Z0-9-_.]+$)");
inline constexpr Shape PendingWindowInDays = integer(1, 365);

inline constexpr Shape RotationPeriodInDays = integer(90, 2560);
inline constexpr std::string_view kIncludeKeyMaterial[] = {"ALL_KEY_MATERIAL", "ROTATIONS_ONLY"};
inline constexpr Shape IncludeKeyMaterial = one_of(kIncludeKeyMaterial);

inline constexpr std::string_view kWrappingAlgorithms[] = {
    "RSAES_PKCS1_V1_5",       "RSAES_OAEP_SHA_1",         "RSAES_OAEP_SHA_256",
    "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256", "SM2PKE"};
inline constexpr Shape WrappingAlgorithm = one_of(kWrappingAlgorithms);
inline constexpr std::string_view kWrappingKeySpecs[] = {"RSA_2048", "RSA_3072", "RSA_4096", "SM2"};
inline constexpr Shape WrappingKeySpec = one_of(kWrappingKeySpecs);
inline constexpr std::string_view kExpirationModels[] = {"KEY_MATERIAL_EXPIRES",
                                                         "KEY_MATERIAL_DOES_NOT_EXPIRE"};
inline constexpr Shape ExpirationModel = one_of(kExpirationModels);
inline constexpr std::string_view kImportTypes[] = {"NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"};
inline constexpr Shape ImportType = one_of(kImportTypes);
inline constexpr Shape KeyMaterialDescription = text(0, 256, R"(^[a-zA-Z0-9:/_\s.-]+$)");
inline constexpr Shape KeyMaterialId = text(64, 64, "^[a-f0-9]+$");
inline constexpr Shape Date = timestamp();

inline constexpr Shape Region = text(1, 32, R"(^([a-z]+-){2,3}\d+$)");

inline constexpr Shape TagKey = text(1, 128);
inline constexpr Shape TagValue = text(0, 256);
inline constexpr Member kTagMembers[] = {req("TagKey", TagKey), req("TagValue", TagValue)};
inline constexpr Shape Tag = structure(kTagMembers);
inline constexpr Shape Tags = list_of(Tag);
inline constexpr Shape TagKeys = list_of(TagKey);

inline constexpr Shape GrantToken = text(1, 8192);
inline constexpr Shape GrantTokens = list_of(GrantToken, 0, 10);

inline constexpr Shape PrincipalId = text(1, 256, R"(^[\w+=,.@:/-]+$)");
inline constexpr Shape GrantId = text(1, 128);
inline constexpr Shape GrantName = text(1, 256, R"(^[a-zA-Z0-9:/_-]+$)");
inline constexpr std::string_view kGrantOperations[] = {"Decrypt",
                                                        "Encrypt",
                                                        "GenerateDataKey",
                                                        "GenerateDataKeyWithoutPlaintext",
                                                        "ReEncryptFrom",
                                                        "ReEncryptTo",
                                                        "Sign",
                                                        "Verify",
                                                        "GetPublicKey",
                                                        "CreateGrant",
                                                        "RetireGrant",
                                                        "DescribeKey",
                                                        "GenerateDataKeyPair",
                                                        "GenerateDataKeyPairWithoutPlaintext",
                                                        "GenerateMac",
                                                        "VerifyMac",
                                                        "DeriveSharedSecret"};
inline constexpr Shape GrantOperation = one_of(kGrantOperations);
inline constexpr Shape GrantOperations = list_of(GrantOperation);

inline constexpr Shape ContextKey = text();
inline constexpr Shape ContextValue = text();
inline constexpr Shape EncryptionContext = map_of(ContextKey, ContextValue);
inline constexpr Member kGrantConstraints[] = {opt("EncryptionContextSubset", EncryptionContext),
                                               opt("EncryptionContextEquals", EncryptionContext)};
inline constexpr Shape GrantConstraints = structure(kGrantConstraints);

inline constexpr Shape Plaintext = secret(bytes(1, 4096));
inline constexpr Shape Ciphertext = bytes(1, 6144);
inline constexpr Shape NumberOfBytes = integer(1, 1024);

// Enums in the order in which AWS prints them, where an answer that shows it has been recorded.
inline constexpr std::string_view kEncryptionAlgorithms[] = {"RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1",
                                                             "SYMMETRIC_DEFAULT", "SM2PKE"};
inline constexpr Shape EncryptionAlgorithm = one_of(kEncryptionAlgorithms);
inline constexpr std::string_view kSigningAlgorithms[] = {"RSASSA_PSS_SHA_256",
                                                          "RSASSA_PSS_SHA_384",
                                                          "RSASSA_PSS_SHA_512",
                                                          "RSASSA_PKCS1_V1_5_SHA_256",
                                                          "RSASSA_PKCS1_V1_5_SHA_384",
                                                          "RSASSA_PKCS1_V1_5_SHA_512",
                                                          "ECDSA_SHA_256",
                                                          "ECDSA_SHA_384",
                                                          "ECDSA_SHA_512",
                                                          "SM2DSA",
                                                          "ML_DSA_SHAKE_256",
                                                          "ED25519_SHA_512",
                                                          "ED25519_PH_SHA_512"};
inline constexpr Shape SigningAlgorithm = one_of(kSigningAlgorithms);
inline constexpr std::string_view kMessageTypes[] = {"RAW", "DIGEST", "EXTERNAL_MU"};
inline constexpr Shape MessageType = one_of(kMessageTypes);
inline constexpr std::string_view kMacAlgorithms[] = {"HMAC_SHA_384", "HMAC_SHA_256", "HMAC_SHA_224",
                                                      "HMAC_SHA_512"};
inline constexpr Shape MacAlgorithm = one_of(kMacAlgorithms);
inline constexpr std::string_view kKeyAgreementAlgorithms[] = {"ECDH"};
inline constexpr Shape KeyAgreementAlgorithm = one_of(kKeyAgreementAlgorithms);
inline constexpr Shape PublicKey = bytes(1, 8192);
inline constexpr std::string_view kDataKeyPairSpecs[] = {
    "RSA_2048",      "RSA_3072",        "RSA_4096", "ECC_NIST_P256",        "ECC_NIST_P384",
    "ECC_NIST_P521", "ECC_SECG_P256K1", "SM2",      "ECC_NIST_EDWARDS25519"};
inline constexpr Shape DataKeyPairSpec = one_of(kDataKeyPairSpecs);
inline constexpr std::string_view kDataKeySpecs[] = {"AES_256", "AES_128"};
inline constexpr Shape DataKeySpec = one_of(kDataKeySpecs);
inline constexpr std::string_view kKeyUsages[] = {"ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC",
                                                  "KEY_AGREEMENT"};
inline constexpr Shape KeyUsage = one_of(kKeyUsages);
inline constexpr std::string_view kKeySpecs[] = {"RSA_2048",
                                                 "RSA_3072",
                                                 "RSA_4096",
                                                 "ECC_NIST_P256",
                                                 "ECC_NIST_P384",
                                                 "ECC_NIST_P521",
                                                 "ECC_SECG_P256K1",
                                                 "SYMMETRIC_DEFAULT",
                                                 "HMAC_224",
                                                 "HMAC_256",
                                                 "HMAC_384",
                                                 "HMAC_512",
                                                 "SM2",
                                                 "ML_DSA_44",
                                                 "ML_DSA_65",
                                                 "ML_DSA_87",
                                                 "ECC_NIST_EDWARDS25519"};
inline constexpr Shape KeySpec = one_of(kKeySpecs);
inline constexpr Shape CustomerMasterKeySpec = one_of(std::span(kKeySpecs).first(13));
inline constexpr std::string_view kOrigins[] = {"AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"};
inline constexpr Shape Origin = one_of(kOrigins);

inline constexpr std::string_view kKeyEncryptionAlgorithms[] = {"RSAES_OAEP_SHA_256"};
inline constexpr Shape KeyEncryptionAlgorithm = one_of(kKeyEncryptionAlgorithms);
inline constexpr Shape AttestationDocument = bytes(1, 262144);
inline constexpr Member kRecipientMembers[] = {opt("KeyEncryptionAlgorithm", KeyEncryptionAlgorithm),
                                               opt("AttestationDocument", AttestationDocument)};
inline constexpr Shape Recipient = structure(kRecipientMembers);
inline constexpr std::string_view kDryRunModifiers[] = {"IGNORE_CIPHERTEXT"};
inline constexpr Shape DryRunModifier = one_of(kDryRunModifiers);
inline constexpr Shape DryRunModifiers = list_of(DryRunModifier);

}  // namespace latchkey::kms::shape
