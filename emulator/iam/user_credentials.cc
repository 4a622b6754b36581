// What else belongs to a user: signing certificates, SSH public keys, credentials of single services.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_ssh-keys.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_service-specific-creds.html
#include <algorithm>

#include "core/encoding.h"
#include "iam/access.h"
#include "iam/certificates.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

constexpr std::size_t kMostCertificates = 2;
constexpr std::size_t kMostSshKeys = 5;
constexpr std::size_t kMostServiceCredentials = 2;
constexpr std::size_t kServicePasswordBytes = 33;  // 44 characters
constexpr std::int64_t kDay = 86'400;

std::string_view status_of(bool active) { return active ? "Active" : "Inactive"; }

bool wanted_status(const Call& call) {
  const std::string& status = call.in.text("Status");
  if (status == "Expired") throw status_not_settable();
  return status == "Active";
}

// The name under which answers show an owner.
std::string owner_name(const Call& call, const std::string& owner) {
  for (const auto& user : call.store.indexed<User>(owner)) return user->name;
  return call.account;
}

// One of the three kinds: the member that names it, and what is missing where this owner has none of that id.
struct Owned {
  std::string_view member;
  std::string_view before;  // of the id, in the error's sentence
  std::string_view after;
};

template <class T>
Ptr<T> owned(const Call& call, const Txn& txn, const std::string& owner, const Owned& kind) {
  const std::string& id = call.in.text(kind.member);
  auto found = txn.find<T>({call.account, "", id});
  if (!found || found->user_id != owner)
    throw missing(std::string(kind.before) + id + std::string(kind.after));
  return found;
}

template <class T, class F>
Ptr<T> change_owned(const Call& call, const std::string& owner, const Owned& kind, F work) {
  return call.store.write([&](Txn& txn) {
    T entity = *owned<T>(call, txn, owner, kind);
    work(entity);
    return txn.put(std::move(entity));
  });
}

template <class T>
void erase_owned(const Call& call, const std::string& owner, const Owned& kind) {
  call.store.write([&](Txn& txn) {
    owned<T>(call, txn, owner, kind);
    txn.erase<T>({call.account, "", call.in.text(kind.member)});
  });
}

// --- Signing certificates
// --------------------------------------------------------------------------------------------

constexpr Owned kCertificate{"CertificateId", "The Certificate with id ", " cannot be found."};

Members entry_of(const Call& call, const SigningCertificate& certificate) {
  return {{"UserName", owner_name(call, certificate.user_id)},
          {"CertificateId", certificate.id},
          {"CertificateBody", certificate.body},
          {"Status", status_of(certificate.active)},
          {"UploadDate", certificate.uploaded}};
}

Value upload_signing_certificate(Call& call) {
  SigningCertificate certificate;
  certificate.account = call.account;
  certificate.user_id = owner_id(call);
  certificate.id = call.random.unique_id("", 24);
  certificate.body = call.in.text("CertificateBody");
  certificate.uploaded = call.now;
  if (!read_certificate(certificate.body)) {
    throw AwsError{400, "MalformedCertificate", "Certificate " + certificate.body + " is malformed"};
  }
  call.store.write([&](Txn& txn) {
    const auto present = txn.indexed<SigningCertificate>(certificate.user_id);
    for (const auto& other : present) {
      if (other->body == certificate.body) {
        throw AwsError{409, "DuplicateCertificate",
                       "The certificate already exists with id " + other->id + "."};
      }
    }
    if (present.size() >= kMostCertificates) throw quota_exceeded("CertificatesPerUser", kMostCertificates);
    txn.put(certificate);
  });
  return Members{{"Certificate", entry_of(call, certificate)}};
}

Value list_signing_certificates(Call& call) {
  const std::string owner = owner_id(call);
  return table_answer<SigningCertificate>(
      call, "Certificates", [&](const SigningCertificate& c) { return c.user_id == owner; },
      [&](const SigningCertificate& c) { return entry_of(call, c); });
}

Value update_signing_certificate(Call& call) {
  const bool active = wanted_status(call);
  change_owned<SigningCertificate>(call, owner_id(call), kCertificate,
                                   [&](SigningCertificate& c) { c.active = active; });
  return {};
}

Value delete_signing_certificate(Call& call) {
  erase_owned<SigningCertificate>(call, owner_id(call), kCertificate);
  return {};
}

// --- SSH public keys
// -------------------------------------------------------------------------------------------------

constexpr Owned kPublicKey{"SSHPublicKeyId", "The Public Key with id ", " cannot be found."};

Members key_entry(const Call& call, const SshPublicKey& key) {
  return {{"UserName", owner_name(call, key.user_id)},
          {"SSHPublicKeyId", key.id},
          {"Status", status_of(key.active)},
          {"UploadDate", key.uploaded}};
}

Members key_details(const Call& call, const SshPublicKey& key, std::string body) {
  return key_entry(call, key).add("Fingerprint", key.fingerprint).add("SSHPublicKeyBody", std::move(body));
}

Value upload_ssh_key(Call& call) {
  SshPublicKey key;
  key.account = call.account;
  key.user_id = named<User>(call)->id;
  key.id = call.random.unique_id("APKA", 17);
  key.body = call.in.text("SSHPublicKeyBody");
  key.uploaded = call.now;
  const auto bytes = ssh_key_bytes(key.body);
  if (!bytes) throw AwsError{400, "InvalidPublicKey", "The public key is not a valid RSA key."};
  key.fingerprint = md5_fingerprint(*bytes);
  call.store.write([&](Txn& txn) {
    const auto present = txn.indexed<SshPublicKey>(key.user_id);
    for (const auto& other : present) {
      if (other->fingerprint == key.fingerprint) {
        throw AwsError{400, "DuplicateSSHPublicKey", "The SSH public key already exists for this user."};
      }
    }
    if (present.size() >= kMostSshKeys) throw quota_exceeded("SSHPublicKeysPerUser", kMostSshKeys);
    txn.put(key);
  });
  return Members{{"SSHPublicKey", key_details(call, key, key.body)}};
}

Value get_ssh_key(Call& call) {
  const std::string owner = named<User>(call)->id;
  const std::string& id = call.in.text("SSHPublicKeyId");
  const auto key = call.store.find<SshPublicKey>({call.account, "", id});
  if (!key || key->user_id != owner) throw missing("The Public Key with id " + id + " cannot be found.");
  const std::string bytes = ssh_key_bytes(key->body).value_or("");
  std::string body =
      call.in.text("Encoding") == "PEM" ? ssh_key_pem(bytes) : "ssh-rsa " + base64_encode(bytes);
  return Members{{"SSHPublicKey", key_details(call, *key, std::move(body))}};
}

Value list_ssh_keys(Call& call) {
  const std::string owner = owner_id(call);
  return table_answer<SshPublicKey>(
      call, "SSHPublicKeys", [&](const SshPublicKey& key) { return key.user_id == owner; },
      [&](const SshPublicKey& key) { return key_entry(call, key); });
}

Value update_ssh_key(Call& call) {
  const bool active = wanted_status(call);
  change_owned<SshPublicKey>(call, named<User>(call)->id, kPublicKey,
                             [&](SshPublicKey& key) { key.active = active; });
  return {};
}

Value delete_ssh_key(Call& call) {
  erase_owned<SshPublicKey>(call, named<User>(call)->id, kPublicKey);
  return {};
}

// --- Service-specific credentials
// ------------------------------------------------------------------------------------

struct CredentialService {
  std::string_view name;
  bool by_api_key;  // one secret instead of a user name and a password
};
constexpr CredentialService kServices[] = {{"codecommit.amazonaws.com", false},
                                           {"cassandra.amazonaws.com", false},
                                           {"bedrock.amazonaws.com", true},
                                           {"logs.amazonaws.com", true}};

const CredentialService& supported_service(const std::string& name) {
  for (const CredentialService& service : kServices) {
    if (service.name == name) return service;
  }
  throw AwsError{404, "NotSupportedService",
                 "No such service " + name + " is supported for Service Specific Credentials"};
}

bool by_api_key(const ServiceCredential& credential) {
  return supported_service(credential.service).by_api_key;
}

Members credential_entry(const Call& call, const ServiceCredential& credential) {
  Members out{{"UserName", owner_name(call, credential.user_id)},
              {"Status", status_of(credential.active)},
              {"CreateDate", credential.created},
              {"ServiceName", credential.service},
              {"ServiceSpecificCredentialId", credential.id}};
  if (credential.expires) out.add("ExpirationDate", *credential.expires);
  return out.add(by_api_key(credential) ? "ServiceCredentialAlias" : "ServiceUserName",
                 credential.service_user);
}

Members new_credential(const Call& call, const ServiceCredential& credential) {
  return credential_entry(call, credential)
      .add(by_api_key(credential) ? "ServiceCredentialSecret" : "ServicePassword",
           credential.secret.reveal());
}

void new_secret(const Call& call, ServiceCredential& credential) {
  credential.secret = Secret(base64_encode(call.random.bytes(kServicePasswordBytes)));
}

Value create_service_credential(Call& call) {
  const auto user = named<User>(call);
  ServiceCredential credential;
  credential.account = call.account;
  credential.user_id = user->id;
  credential.id = call.random.unique_id("ACCA", 17);
  credential.service = call.in.text("ServiceName");
  supported_service(credential.service);
  credential.service_user = user->name + "-at-" + call.account;
  credential.created = call.now;
  if (call.in.has("CredentialAgeDays")) {
    if (!by_api_key(credential))
      throw invalid("CredentialAgeDays is not supported for " + credential.service);
    credential.expires = call.now.plus_seconds(call.in.number("CredentialAgeDays") * kDay);
  }
  new_secret(call, credential);
  call.store.write([&](Txn& txn) {
    const auto present = txn.indexed<ServiceCredential>(user->id);
    const auto same = std::count_if(present.begin(), present.end(),
                                    [&](const auto& other) { return other->service == credential.service; });
    if (static_cast<std::size_t>(same) >= kMostServiceCredentials) {
      throw quota_exceeded("ServiceSpecificCredentialsPerUser", kMostServiceCredentials);
    }
    if (same > 0) credential.service_user = user->name + "+1-at-" + call.account;
    txn.put(credential);
  });
  return Members{{"ServiceSpecificCredential", new_credential(call, credential)}};
}

Value list_service_credentials(Call& call) {
  const bool all = call.in.flag("AllUsers");
  const std::string owner = all ? "" : owner_id(call);
  const std::string service = call.in.text_or("ServiceName", "");
  if (!service.empty()) supported_service(service);
  return table_answer<ServiceCredential>(
      call, "ServiceSpecificCredentials",
      [&](const ServiceCredential& c) {
        return (all || c.user_id == owner) && (service.empty() || c.service == service);
      },
      [&](const ServiceCredential& c) { return credential_entry(call, c); });
}

constexpr Owned kCredential{"ServiceSpecificCredentialId", "No such credential ", " exists"};

Value reset_service_credential(Call& call) {
  const auto credential = change_owned<ServiceCredential>(call, owner_id(call), kCredential,
                                                          [&](ServiceCredential& c) { new_secret(call, c); });
  return Members{{"ServiceSpecificCredential", new_credential(call, *credential)}};
}

Value update_service_credential(Call& call) {
  const bool active = wanted_status(call);
  change_owned<ServiceCredential>(call, owner_id(call), kCredential,
                                  [&](ServiceCredential& c) { c.active = active; });
  return {};
}

Value delete_service_credential(Call& call) {
  erase_owned<ServiceCredential>(call, owner_id(call), kCredential);
  return {};
}

}  // namespace

std::vector<Operation> user_credential_operations() {
  const Member existing = opt("UserName", shape::ExistingUserName);
  const Member user = req("UserName", shape::UserName);
  const Member maybe_user = opt("UserName", shape::UserName);
  const Member status = req("Status", shape::Status);
  const Member marker = opt("Marker", shape::Marker);
  const Member max_items = opt("MaxItems", shape::MaxItems);
  const Member certificate = req("CertificateId", shape::CertificateId);
  const Member key = req("SSHPublicKeyId", shape::PublicKeyId);
  const Member credential = req("ServiceSpecificCredentialId", shape::ServiceCredentialId);
  return {
      {.name = "UploadSigningCertificate",
       .input = {existing, req("CertificateBody", shape::CertificateBody)},
       .access = on_user_or_caller(),
       .run = upload_signing_certificate},
      {.name = "ListSigningCertificates",
       .input = {existing, marker, max_items},
       .access = on_user_or_caller(),
       .run = list_signing_certificates},
      {.name = "UpdateSigningCertificate",
       .input = {existing, certificate, status},
       .access = on_user_or_caller(),
       .run = update_signing_certificate},
      {.name = "DeleteSigningCertificate",
       .input = {existing, certificate},
       .access = on_user_or_caller(),
       .run = delete_signing_certificate},
      {.name = "UploadSSHPublicKey",
       .input = {user, req("SSHPublicKeyBody", shape::PublicKeyBody)},
       .access = on_entity<User>(),
       .run = upload_ssh_key},
      {.name = "GetSSHPublicKey",
       .input = {user, key, req("Encoding", shape::Encoding)},
       .access = on_entity<User>(),
       .run = get_ssh_key},
      {.name = "ListSSHPublicKeys",
       .input = {maybe_user, marker, max_items},
       .access = on_user_or_caller(),
       .run = list_ssh_keys},
      {.name = "UpdateSSHPublicKey",
       .input = {user, key, status},
       .access = on_entity<User>(),
       .run = update_ssh_key},
      {.name = "DeleteSSHPublicKey",
       .input = {user, key},
       .access = on_entity<User>(),
       .run = delete_ssh_key},
      {.name = "CreateServiceSpecificCredential",
       .input = {user, req("ServiceName", shape::ServiceName),
                 opt("CredentialAgeDays", shape::CredentialAgeDays)},
       .access = on_entity<User>(),
       .run = create_service_credential},
      {.name = "ListServiceSpecificCredentials",
       .input = {maybe_user, opt("ServiceName", shape::ServiceName), opt("AllUsers", shape::Flag), marker,
                 max_items},
       .access = on_user_or_caller(),
       .run = list_service_credentials},
      {.name = "ResetServiceSpecificCredential",
       .input = {maybe_user, credential},
       .access = on_user_or_caller(),
       .run = reset_service_credential},
      {.name = "UpdateServiceSpecificCredential",
       .input = {maybe_user, credential, status},
       .access = on_user_or_caller(),
       .run = update_service_credential},
      {.name = "DeleteServiceSpecificCredential",
       .input = {maybe_user, credential},
       .access = on_user_or_caller(),
       .run = delete_service_credential},
  };
}

}  // namespace latchkey::iam
