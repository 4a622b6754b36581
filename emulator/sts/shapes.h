// The input members of STS with their constraints, as AWS's public API model has them.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
#pragma once

#include "core/shape.h"

namespace latchkey::sts::shape {

inline constexpr std::string_view kXmlText =
    R"([\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+)";
inline constexpr Shape Arn = text(20, 2048, kXmlText);
inline constexpr Shape FederatedUserName = text(2, 32, R"([\w+=,.@-]*)");
inline constexpr Shape RoleSessionName = text(2, 64, R"([\w+=,.@-]*)");
inline constexpr Shape SessionPolicy =
    document(text(1, Shape::kNoMax, R"([\u0009\u000A\u000D\u0020-\u00FF]+)"));
inline constexpr Shape FederationPolicy = document(text(1, 2048, R"([\u0009\u000A\u000D\u0020-\u00FF]+)"));
inline constexpr Shape RoleDuration = integer(900, 43200);
inline constexpr Shape Duration = integer(900, 129600);
inline constexpr Shape ExternalId = text(2, 1224, R"([\w+=,.@:\/-]*)");
inline constexpr Shape SerialNumber = text(9, 256, R"([\w+=/:,.@-]*)");
inline constexpr Shape TokenCode = secret(text(6, 6, R"([\d]*)"));
inline constexpr Shape SourceIdentity = text(2, 64, R"([\w+=,.@-]*)");
inline constexpr Shape AccessKeyId = text(16, 128, R"([\w]*)");

inline constexpr Member kPolicyDescriptor[] = {opt("arn", Arn)};
inline constexpr Shape PolicyDescriptor = structure(kPolicyDescriptor);
inline constexpr Shape PolicyArns = list_of(PolicyDescriptor);

inline constexpr Shape TagKey = text(1, 128, R"([\p{L}\p{Z}\p{N}_.:/=+\-@]+)");
inline constexpr Shape TagValue = text(0, 256, R"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)");
inline constexpr Member kTagMembers[] = {req("Key", TagKey), req("Value", TagValue)};
inline constexpr Shape Tag = structure(kTagMembers);
inline constexpr Shape Tags = list_of(Tag, 0, 50);
inline constexpr Shape TransitiveTagKeys = list_of(TagKey, 0, 50);

inline constexpr Shape WebIdentityToken = secret(text(4, 20000));
inline constexpr Shape SamlAssertion = secret(text(4, 100000));
inline constexpr Shape ProviderId = text(4, 2048);
inline constexpr Shape TargetPrincipal = text(12, 2048);
inline constexpr Shape RootDuration = integer(0, 900);
inline constexpr Shape EncodedMessage = text(1, 10240);
inline constexpr Shape TradeInToken = secret(text());
inline constexpr Shape Audience = text(1, 1000);
inline constexpr Shape Audiences = list_of(Audience, 1, 10);
inline constexpr Shape WebIdentityDuration = integer(60, 3600);
inline constexpr Shape JwtAlgorithm = text(5, 5);

inline constexpr Shape ContextAssertion = text(4, 2048);
inline constexpr Member kProvidedContext[] = {opt("ProviderArn", Arn),
                                              opt("ContextAssertion", ContextAssertion)};
inline constexpr Shape ProvidedContext = structure(kProvidedContext);
inline constexpr Shape ProvidedContexts = list_of(ProvidedContext, 1, 5);

}  // namespace latchkey::sts::shape
