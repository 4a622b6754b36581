// The CA that Latchkey makes itself, and the leaf certificates it issues.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;

namespace latchkey::http {

// Makes or loads the CA, issues the leaf, and owns the SSL_CTX that a server handshakes with. Thread safe.
//
// CA: EC P-256, ten years, basicConstraints CA, keyUsage keyCertSign. Leaf: under 398 days, EKU serverAuth,
// DNS names localhost, *.localhost, localhost.localstack.cloud, *.amazonaws.com and the KMS/IAM/STS names of
// each region that is asked for by SNI, IP 127.0.0.1 and ::1. A handshake whose SNI is an address gets the
// default leaf.
class Certificates {
 public:
  // directory: where ca.pem and ca-key.pem are kept (made, the key with mode 0600, if they are not there; an
  // expired pair is renewed, an unreadable one is an error). Empty: a new CA in a fresh private temporary
  // directory, made when it is first asked for, that the destructor removes.
  explicit Certificates(const std::string& directory);
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  std::string ca_path() const;  // the PEM file that clients must trust
  std::string ca_pem() const;
  // The context of the default leaf, made when it is first asked for; its SNI callback switches to the right leaf. ALPN chooses http/1.1 or
  // nothing.
  SSL_CTX* context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey::http
