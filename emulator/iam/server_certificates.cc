// Server certificates. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs.html
#include "iam/access.h"
#include "iam/answers.h"
#include "iam/certificates.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/tags.h"
#include "kms/private_key.h"

namespace latchkey::iam {
namespace {

constexpr std::size_t kMostCertificates = 20;

Members metadata(const Call& call, const ServerCertificate& certificate) {
  return {{"Path", certificate.path},
          {"ServerCertificateName", certificate.name},
          {"ServerCertificateId", certificate.id},
          {"Arn", arn_of(call, certificate)},
          {"UploadDate", certificate.uploaded},
          {"Expiration", certificate.expires}};
}

AwsError malformed(std::string message) { return {400, "MalformedCertificate", std::move(message)}; }

Value upload(Call& call) {
  ServerCertificate certificate;
  certificate.account = call.account;
  certificate.name = call.in.text("ServerCertificateName");
  certificate.path = call.in.text_or("Path", "/");
  certificate.id = call.random.unique_id("ASCA", 17);
  certificate.body = call.in.text("CertificateBody");
  certificate.chain = call.in.text_or("CertificateChain", "");
  certificate.private_key = Secret(call.in.text("PrivateKey"));
  certificate.uploaded = call.now;
  certificate.tags = call.in.tags("Tags", "Key", "Value");
  check_new_tags(certificate.tags);
  const auto facts = read_certificate(certificate.body);
  if (!facts) throw malformed("Unable to parse certificate. Please ensure the certificate is in PEM format.");
  if (!certificate.chain.empty() && !read_certificate(certificate.chain)) {
    throw malformed("Unable to parse certificate chain. Please ensure it is in PEM format.");
  }
  const auto key = kms::PrivateKey::from_pem(certificate.private_key.reveal());
  if (!key)
    throw malformed("Unable to parse private key. Please ensure it is in PEM format and not encrypted.");
  if (key->public_der() != facts->key)
    throw AwsError{400, "KeyPairMismatch", "The private key does not match the certificate."};
  certificate.expires = facts->expires;
  call.store.write([&](Txn& txn) {
    if (txn.find<ServerCertificate>(id_of(call, certificate.name))) {
      throw exists("The Server Certificate with name " + certificate.name + " already exists.");
    }
    if (txn.count<ServerCertificate>(call.account, "") >= kMostCertificates) {
      throw quota_exceeded("ServerCertificatesPerAccount", kMostCertificates);
    }
    txn.put(certificate);
  });
  Members answer{{"ServerCertificateMetadata", metadata(call, certificate)}};
  if (!certificate.tags.empty()) answer.add("Tags", tag_list(certificate.tags));
  return answer;
}

Value get(Call& call) {
  const auto certificate = named<ServerCertificate>(call);
  Members out{{"ServerCertificateMetadata", metadata(call, *certificate)},
              {"CertificateBody", certificate->body}};
  if (!certificate->chain.empty()) out.add("CertificateChain", certificate->chain);
  if (!certificate->tags.empty()) out.add("Tags", tag_list(certificate->tags));
  return Members{{"ServerCertificate", std::move(out)}};
}

Value list(Call& call) {
  const std::string prefix = call.in.text_or("PathPrefix", "/");
  return table_answer<ServerCertificate>(
      call, "ServerCertificateMetadataList",
      [&](const ServerCertificate& certificate) { return certificate.path.starts_with(prefix); },
      [&](const ServerCertificate& certificate) { return metadata(call, certificate); });
}

Value update(Call& call) {
  const std::string& name = call.in.text("ServerCertificateName");
  call.store.write([&](Txn& txn) {
    ServerCertificate certificate = *require<ServerCertificate>(txn, call, name);
    const std::string next = call.in.text_or("NewServerCertificateName", certificate.name);
    const bool renamed = to_lower(next) != to_lower(certificate.name);
    if (renamed && txn.find<ServerCertificate>(id_of(call, next))) {
      throw exists("The Server Certificate with name " + next + " already exists.");
    }
    if (renamed) txn.erase<ServerCertificate>(id_of(call, name));
    certificate.name = next;
    certificate.path = call.in.text_or("NewPath", certificate.path);
    txn.put(std::move(certificate));
  });
  return {};
}

Value remove(Call& call) {
  const std::string& name = call.in.text("ServerCertificateName");
  call.store.write([&](Txn& txn) {
    require<ServerCertificate>(txn, call, name);
    txn.erase<ServerCertificate>(id_of(call, name));
  });
  return {};
}

}  // namespace

std::vector<Operation> server_certificate_operations() {
  const Member name = req("ServerCertificateName", shape::ServerCertificateName);
  return {
      {.name = "UploadServerCertificate",
       .input = {opt("Path", shape::Path), name, req("CertificateBody", shape::CertificateBody),
                 req("PrivateKey", shape::PrivateKey), opt("CertificateChain", shape::CertificateChain),
                 opt("Tags", shape::Tags)},
       .access = on_new("server-certificate", "ServerCertificate", true,
                        [](const Call& call) { return call.in.text("ServerCertificateName"); }),
       .run = upload},
      {.name = "GetServerCertificate", .input = {name}, .access = on_entity<ServerCertificate>(), .run = get},
      {.name = "ListServerCertificates",
       .input = {opt("PathPrefix", shape::PathPrefix), opt("Marker", shape::Marker),
                 opt("MaxItems", shape::MaxItems)},
       .access = on_everything(),
       .run = list},
      {.name = "UpdateServerCertificate",
       .input = {name, opt("NewPath", shape::Path),
                 opt("NewServerCertificateName", shape::ServerCertificateName)},
       .access = on_entity<ServerCertificate>(),
       .run = update},
      {.name = "DeleteServerCertificate",
       .input = {name},
       .access = on_entity<ServerCertificate>(),
       .run = remove},
  };
}

}  // namespace latchkey::iam
