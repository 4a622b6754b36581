// A byte that chooses what to take it for, then a certificate, a public or a private key, in PEM or DER.
#include "http/x509.h"
#include "iam/certificates.h"
#include "kms/private_key.h"
#include "kms/wrapping.h"
#include "target.h"

using namespace latchkey;

namespace {

void use(const std::shared_ptr<const kms::PrivateKey>& key) {
  if (!key) return;
  const auto again = kms::PrivateKey::parse(key->pkcs8());
  fuzz::require(again && again->public_der() == key->public_der(),
                "a key that was read is written and read again");
}

}  // namespace

FUZZ_TARGET(key_formats) {
  const std::size_t what = fuzz::choose(input, 6);
  const std::string text(input);
  switch (what) {
    case 0:
      (void)iam::read_certificate(text);
      break;
    case 1:
      if (const auto bytes = iam::ssh_key_bytes(text)) (void)iam::ssh_key_pem(*bytes);
      break;
    case 2:
      use(kms::PrivateKey::from_pem(text));
      break;
    case 3:
      use(kms::PrivateKey::parse(text));
      break;
    case 4:
      (void)http::certificate_from_pem(text);
      (void)http::key_from_pem(text);
      break;
    default: {
      static const std::string key = kms::new_wrapping_key("RSA_2048");
      fuzz::require(!kms::unwrap(key, "RSAES_OAEP_SHA_256", text), "what was not wrapped is not unwrapped");
      (void)kms::unwrap(key, "RSA_AES_KEY_WRAP_SHA_256", text);
    }
  }
}
