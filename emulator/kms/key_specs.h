// What each key spec is for: the usages it may have and the algorithms that go with them.
// https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "core/value.h"
#include "store/store.h"

namespace latchkey::kms {

struct Spec {
  enum class Kind { symmetric, hmac, rsa, curve, edwards, sm2, ml_dsa };
  using Names = std::span<const std::string_view>;

  std::string_view name;
  Kind kind;
  std::size_t size;            // symmetric and HMAC: bytes; RSA: bits of the modulus
  std::string_view parameter;  // curve: the curve's name; others but RSA: the algorithm's
  // By usage, in the order of AWS's answers. Empty: the spec cannot have that usage.
  Names encryption = {};
  Names signing = {};
  Names mac = {};
  Names agreement = {};

  Names algorithms(std::string_view usage) const;
  bool allows(std::string_view usage) const { return !algorithms(usage).empty(); }
  bool asymmetric() const { return kind != Kind::symmetric && kind != Kind::hmac; }
};

// Every name that the API's model allows is there.
const Spec& key_spec(std::string_view name);
std::span<const Spec> key_specs();

// The algorithm is one of those of the spec under that usage.
bool fits(const Spec& spec, std::string_view usage, std::string_view algorithm);

// Adds EncryptionAlgorithms, SigningAlgorithms, KeyAgreementAlgorithms or MacAlgorithms, whichever the usage
// has.
void add_algorithms(Members& answer, std::string_view spec, std::string_view usage);

// Throws UnsupportedOperationException for what the region, or the OpenSSL that this program runs with, does
// not have.
void require_supported(const Spec& spec, std::string_view region);

// Throws std::runtime_error if there is a key whose spec, usage and material do not go together: every call that named it
// would fail for no reason of its own.
void require_workable_keys(const Store& store);

}  // namespace latchkey::kms
