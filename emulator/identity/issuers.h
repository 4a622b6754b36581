// The keys of OpenID Connect issuers, which real AWS fetches from the issuer and which a fixture or the
// control API brings here; and tokens of issuers whose keys are made here, so that a test needs no identity
// provider.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/operation.h"

namespace latchkey {

// A URL without https:// and without a slash at its end: how providers and their keys are named.
std::string issuer_name(std::string_view url);

// The URL under which an account's outbound tokens are issued.
std::string outbound_issuer(std::string_view account);

// Throws std::runtime_error for what is no URL, and for what are no keys (JWKs).
void check_issuer(std::string_view url, const List& keys);
// Replaces the issuer's keys. Throws as check_issuer does.
void register_issuer(Store& store, std::string_view url, const List& keys);
// nullopt: nothing is known of the issuer.
std::optional<List> issuer_keys(const Store& store, std::string_view url);

// A token signed with the issuer's key of that algorithm (RS256 or ES384), which is made and registered on
// first use. iss, iat and exp (in an hour) are filled in where the claims leave them out.
std::string issue_token(Store& store, Random& random, const Settings& settings, std::string_view url,
                        Members claims, Time now, std::string_view algorithm = "RS256");

}  // namespace latchkey
