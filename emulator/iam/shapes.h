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

}  // namespace latchkey::iam::shape
