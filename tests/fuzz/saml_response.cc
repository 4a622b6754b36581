// A SAML response. Whatever is done to what the provider signed, what is read is what it said, or nothing.
#include "core/encoding.h"
#include "identity/saml.h"
#include "target.h"

using namespace latchkey;
using fuzz::require;

namespace {

// The key that made the signatures of the corpus is gone; this is its certificate.
constexpr char kCertificate[] =
    "MIIDFzCCAf+gAwIBAgIUTkjB+e0oeyQEYKqYziCfW2B8xf4wDQYJKoZIhvcNAQELBQAwGjEYMBYGA1UEAwwPaWRwLmV4YW1wbGUu"
    "Y29tMCAXDTI2MTEzMDE3NDEwOVoYDzIxMjYxMTA2MTc0MTA5WjAaMRgwFgYDVQQDDA9pZHAuZXhhbXBsZS5jb20wggEiMA0GCSqG"
    "SIb3DQEBAQUAA4IBDwAwggEKAoIBAQDjLMQNNgZpG+Puy2mn4e12Hp+MZO7VjEZhTHhPpQf1ij1omxGRLaCQd9tHQcr+uRAK+60b"
    "v4DKRVF2MnifgB1IVUqMtrRUX4QScZL8zRRsJX3WltaM1Qo53YZ+1uC3r/zHfnSOF2KZP2yy4gglXe/nK++XWPsDYpo/00JlEy9m"
    "ilDeVMWprC0IzSmII/0IJxm5BBmQfQrbHwgB5kZXtEYtGs7cOKHj3e38QkJ/FAcdfcLNNPVphyT+35xoTh/nSLdet2LhJck53OLD"
    "eq3wfTC9LeG1SR9l9JXzRHLs9Ze07nZWkOIPd+3+I4Cmt+Qjf1vUEywSwGEpPvHN84BO5bl5AgMBAAGjUzBRMB0GA1UdDgQWBBTR"
    "9nq9qVEXqdtD6sNSXhpVmcrRdjAfBgNVHSMEGDAWgBTR9nq9qVEXqdtD6sNSXhpVmcrRdjAPBgNVHRMBAf8EBTADAQH/MA0GCSqG"
    "SIb3DQEBCwUAA4IBAQDQ8vGvd711e2XRhSdl5zS8+o7TMSjyvurgNkJLkcc18n2vy+HIz2TVnK9iBI7mAeEx9Zj6XmuEua1E3+ea"
    "e/SrdNw8X/a9+WZ4m1bpLH3fEe7Q4lPKcTF7CpXnpAP2aGtMKrvR66vzGEdWh24PfcxkH40/e650VGuEdmOa1Yvjs2hKrE5JAMAJ"
    "fiAQd6vpW4PR7yP04VqQv2LT/3GYlAiYP3KLalxJorHDwOBIj/l4J8mO1MqOqC8UK+Zs3QFGGMcaFXTMemNSITvRXR+Q1wC1YaSA"
    "fEsyvaRoYQUZ+R7JzpPPBl/muc1IP/ASKz7++p7M94JUr0YWpXWf3UaWq/ch";

}  // namespace

FUZZ_TARGET(saml_response) {
  static const SamlMetadata metadata{"https://idp.example.com/saml", {base64_decode(kCertificate).value()}};
  const auto claims = read_saml_response(input, metadata, {});
  if (!claims) return;
  require(claims->subject == "alice", "the provider has signed for one subject only");
  require(claims->recipient == "https://signin.aws.amazon.com/saml", "and for one recipient");
  require(claims->attributes.size() == 3, "with three attributes");
}
