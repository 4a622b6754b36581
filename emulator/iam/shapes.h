// The input members of IAM with their constraints, as AWS's public API model has them.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
#pragma once

#include "core/shape.h"

namespace latchkey::iam::shape {

// Where AWS answers a bad character with a sentence instead of the pattern.
inline constexpr std::string_view kNameWords =
    "It must contain only alphanumeric characters and/or the following: +=,.@_-";
inline constexpr std::string_view kPathWords =
    "It must begin and end with / and contain only alphanumeric characters and/or / characters.";
inline constexpr std::string_view kDocumentWords = "It must contain only printable ASCII characters.";

inline constexpr Shape UserName = text(1, 64, R"([\w+=,.@-]+)", kNameWords);
inline constexpr Shape ExistingUserName = text(1, 128, R"([\w+=,.@-]+)", kNameWords);
inline constexpr Shape GroupName = text(1, 128, R"([\w+=,.@-]+)", kNameWords);
inline constexpr Shape RoleName = text(1, 64, R"([\w+=,.@-]+)", kNameWords);
inline constexpr Shape PolicyName = text(1, 128, R"([\w+=,.@-]+)", kNameWords);
inline constexpr Shape Path = text(1, 512, R"((\u002F)|(\u002F[\u0021-\u007E]+\u002F))", kPathWords);
inline constexpr Shape PathPrefix = text(1, 512, R"(\u002F[\u0021-\u007F]*)");
inline constexpr Shape PolicyPath = text(1, 512, R"(((/[A-Za-z0-9\.,\+@=_-]+)*)/)", kPathWords);
inline constexpr Shape PolicyArn = text(20, 2048);
inline constexpr Shape VersionId = text(0, Shape::kNoMax, R"(v[1-9][0-9]*(\.[A-Za-z0-9-]*)?)");
inline constexpr Shape PolicyDocument =
    document(text(1, 131072, R"([\u0009\u000A\u000D\u0020-\u00FF]+)", kDocumentWords));
inline constexpr Shape PolicyDescription = text(0, 1000);
inline constexpr Shape RoleDescription = text(0, 1000, R"([\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*)");
inline constexpr Shape MaxSessionDuration = integer(3600, 43200);
inline constexpr Shape AccessKeyId = text(16, 128, R"([\w]+)");
inline constexpr Shape Flag = boolean();

inline constexpr Shape Arn = text(20, 2048);
inline constexpr Shape InstanceProfileName = text(1, 128, R"([\w+=,.@-]+)", kNameWords);
inline constexpr Shape Password = secret(text(1, 128, R"([\u0009\u000A\u000D\u0020-\u00FF]+)"));
inline constexpr Shape AccountAlias = text(3, 63, R"(^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$)");
inline constexpr Shape MinimumPasswordLength = integer(6, 128);
inline constexpr Shape MaxPasswordAge = integer(1, 1095);
inline constexpr Shape PasswordReusePrevention = integer(1, 24);
inline constexpr std::string_view kTokenVersions[] = {"v1Token", "v2Token"};
inline constexpr Shape TokenVersion = one_of(kTokenVersions);

inline constexpr Shape MfaDeviceName = text(1, Shape::kNoMax, R"([\w+=,.@-]+)");
inline constexpr Shape SerialNumber = text(9, 256, R"([\w+=/:,.@-]+)");
inline constexpr Shape AuthenticationCode = text(6, 6, R"([\d]+)");
inline constexpr std::string_view kAssignmentStatuses[] = {"Assigned", "Unassigned", "Any"};
inline constexpr Shape AssignmentStatus = one_of(kAssignmentStatuses);

inline constexpr Shape OidcUrl = text(1, 255);
inline constexpr Shape ClientId = text(1, 255);
inline constexpr Shape ClientIds = list_of(ClientId);
inline constexpr Shape Thumbprint = text(40, 40);
inline constexpr Shape Thumbprints = list_of(Thumbprint);
inline constexpr Shape SamlMetadata = text(1000, 10000000);
inline constexpr Shape SamlProviderName = text(1, 128, R"([\w._-]+)");
inline constexpr std::string_view kEncryptionModes[] = {"Required", "Allowed"};
inline constexpr Shape EncryptionMode = one_of(kEncryptionModes);
inline constexpr Shape PrivateKey = secret(text(1, 16384, R"([\u0009\u000A\u000D\u0020-\u00FF]+)"));
inline constexpr Shape PrivateKeyId = text(22, 64, R"([A-Z0-9]+)");

inline constexpr Shape ServerCertificateName = text(1, 128, R"([\w+=,.@-]+)", kNameWords);
inline constexpr Shape CertificateBody = text(1, 16384, R"([\u0009\u000A\u000D\u0020-\u00FF]+)");
inline constexpr Shape CertificateChain = text(1, 2097152, R"([\u0009\u000A\u000D\u0020-\u00FF]+)");
inline constexpr Shape CertificateId = text(24, 128, R"([\w]+)");
inline constexpr Shape PublicKeyId = text(20, 128, R"([\w]+)");
inline constexpr Shape PublicKeyBody = text(1, 16384, R"([\u0009\u000A\u000D\u0020-\u00FF]+)");
inline constexpr std::string_view kEncodings[] = {"SSH", "PEM"};
inline constexpr Shape Encoding = one_of(kEncodings);
inline constexpr Shape ServiceName = text();
inline constexpr Shape ServiceCredentialId = text(20, 128, R"([\w]+)");
inline constexpr Shape CredentialAgeDays = integer(1, 36600);
inline constexpr Shape CustomSuffix = text(1, 64, R"([\w+=,.@-]+)");
inline constexpr Shape DeletionTaskId = text(1, 1000);

inline constexpr std::string_view kGranularities[] = {"SERVICE_LEVEL", "ACTION_LEVEL"};
inline constexpr Shape Granularity = one_of(kGranularities);
inline constexpr Shape JobId = text(36, 36);
inline constexpr Shape ServiceNamespace = text(1, 64, R"([\w-]*)");
inline constexpr Shape ServiceNamespaces = list_of(ServiceNamespace, 1, 200);
inline constexpr Shape EntityPath = text(19, 427, R"(^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*)");
inline constexpr Shape OrganizationsPolicyId = text(0, Shape::kNoMax, R"(^p-[0-9a-zA-Z_]{8,128}$)");
inline constexpr std::string_view kSortKeys[] = {
    "SERVICE_NAMESPACE_ASCENDING", "SERVICE_NAMESPACE_DESCENDING", "LAST_AUTHENTICATED_TIME_ASCENDING",
    "LAST_AUTHENTICATED_TIME_DESCENDING"};
inline constexpr Shape SortKey = one_of(kSortKeys);
inline constexpr Shape Locale = text(2, 12);

inline constexpr Shape DelegationRequestId = text(16, 128, R"([\w-]+)");
inline constexpr Shape DelegationOwnerAccount = text(0, Shape::kNoMax, R"(\d{12})");
inline constexpr Shape DelegationOwnerId = text(20, 2048, R"(^[a-zA-Z0-9:/+=,.@_-]+$)");
inline constexpr Shape DelegationParameterName = text(5, 256, R"([ -~]+)");
inline constexpr Shape DelegationParameterValue = text(0, Shape::kNoMax, R"([ -~]+)");
inline constexpr Shape DelegationParameterValues = list_of(DelegationParameterValue);
inline constexpr std::string_view kDelegationParameterTypes[] = {"string", "stringList"};
inline constexpr Shape DelegationParameterType = one_of(kDelegationParameterTypes);
inline constexpr Member kDelegationParameterMembers[] = {opt("Name", DelegationParameterName),
                                                         opt("Values", DelegationParameterValues),
                                                         opt("Type", DelegationParameterType)};
inline constexpr Shape DelegationParameter = structure(kDelegationParameterMembers);
inline constexpr Shape DelegationParameters = list_of(DelegationParameter, 0, 50);
inline constexpr Member kDelegationPermissionMembers[] = {opt("PolicyTemplateArn", Arn),
                                                          opt("Parameters", DelegationParameters)};
inline constexpr Shape DelegationPermission = structure(kDelegationPermissionMembers);
inline constexpr Shape DelegationMessage = text(0, 200, R"([\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*)");
inline constexpr Shape DelegationWorkflow =
    text(5, 400, R"([\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]+)");
inline constexpr Shape DelegationUrl =
    text(1, 255, R"(^http(s?)://[a-zA-Z0-9._/-]*(\?[a-zA-Z0-9._=&-]*)?(#[a-zA-Z0-9._/-]*)?$)");
inline constexpr Shape DelegationChannel = text(2, 400, R"(^[a-zA-Z0-9:_.-]+$)");
inline constexpr Shape DelegationDuration = integer(300, 43200);
inline constexpr Shape DelegationNotes = text(0, 500, R"([\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*)");

inline constexpr Shape Marker = text(1, 320, R"([\u0020-\u00FF]+)");
inline constexpr Shape MaxItems = integer(1, 1000);

inline constexpr Shape TagKey = text(1, 128, R"([\p{L}\p{Z}\p{N}_.:/=+\-@]+)");
inline constexpr Shape TagValue = text(0, 256, R"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)");
inline constexpr Member kTagMembers[] = {req("Key", TagKey), req("Value", TagValue)};
inline constexpr Shape Tag = structure(kTagMembers);
inline constexpr Shape Tags = list_of(Tag, 0, 50);
inline constexpr Shape TagKeys = list_of(TagKey, 0, 50);

inline constexpr Shape SimulationPolicies = list_of(PolicyDocument);
inline constexpr Shape ActionName = text(3, 128);
inline constexpr Shape ActionNames = list_of(ActionName);
inline constexpr Shape ResourceName = text(1, 2048);
inline constexpr Shape ResourceNames = list_of(ResourceName);
inline constexpr Shape ResourceHandlingOption = text(1, 64);
inline constexpr Shape ContextKeyName = text(5, 256);
inline constexpr Shape ContextKeyValue = text();
inline constexpr Shape ContextKeyValues = list_of(ContextKeyValue);
inline constexpr std::string_view kContextKeyTypes[] = {"string",  "stringList",  "numeric", "numericList",
                                                        "boolean", "booleanList", "ip",      "ipList",
                                                        "binary",  "binaryList",  "date",    "dateList"};
inline constexpr Shape ContextKeyType = one_of(kContextKeyTypes);
inline constexpr Member kContextEntryMembers[] = {opt("ContextKeyName", ContextKeyName),
                                                  opt("ContextKeyValues", ContextKeyValues),
                                                  opt("ContextKeyType", ContextKeyType)};
inline constexpr Shape ContextEntry = structure(kContextEntryMembers);
inline constexpr Shape ContextEntries = list_of(ContextEntry);

inline constexpr std::string_view kStatuses[] = {"Active", "Inactive", "Expired"};
inline constexpr Shape Status = one_of(kStatuses);
inline constexpr std::string_view kPolicyScopes[] = {"All", "AWS", "Local"};
inline constexpr Shape PolicyScope = one_of(kPolicyScopes);
inline constexpr std::string_view kPolicyUsages[] = {"PermissionsPolicy", "PermissionsBoundary"};
inline constexpr Shape PolicyUsage = one_of(kPolicyUsages);
inline constexpr std::string_view kEntityTypes[] = {"User", "Role", "Group", "LocalManagedPolicy",
                                                    "AWSManagedPolicy"};
inline constexpr Shape EntityType = one_of(kEntityTypes);
inline constexpr Shape EntityTypes = list_of(EntityType);

}  // namespace latchkey::iam::shape
