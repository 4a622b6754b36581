// The fields of IAM's smaller entities as they are stored; store/kinds.cc reads and writes them.
#pragma once

#include "store/entity.h"

namespace latchkey {

template <class V, class E>
void fields(V& visit, E& entity, const PasswordPolicy*) {
  visit("MinimumLength", entity.minimum_length);
  visit("Symbols", entity.symbols);
  visit("Numbers", entity.numbers);
  visit("Uppercase", entity.uppercase);
  visit("Lowercase", entity.lowercase);
  visit("UsersMayChange", entity.users_may_change);
  visit("MaxAgeDays", entity.max_age_days);
  visit("Remembered", entity.remembered);
  visit("HardExpiry", entity.hard_expiry);
}

template <class V, class E>
void fields(V& visit, E& entity, const AccountSettings*) {
  visit("Account", entity.account);
  visit("Alias", entity.alias);
  visit("PasswordPolicy", entity.password_policy);
  visit("GlobalTokenVersion", entity.global_token_version);
  visit("RootCredentialsManagement", entity.root_credentials_management);
  visit("RootSessions", entity.root_sessions);
  visit("OutboundFederation", entity.outbound_federation);
  visit("CredentialReport", entity.credential_report);
  visit("CredentialReportMade", entity.credential_report_made);
}

template <class V, class E>
void fields(V& visit, E& entity, const InstanceProfile*) {
  visit("Account", entity.account);
  visit("Name", entity.name);
  visit("Path", entity.path);
  visit("Id", entity.id);
  visit("Created", entity.created);
  visit("Role", entity.role);
  visit("Tags", entity.tags);
}

template <class V, class E>
void fields(V& visit, E& entity, const LoginProfile*) {
  visit("Account", entity.account);
  visit("UserId", entity.user_id);
  visit("Password", entity.password);
  visit("FormerPasswords", entity.former_passwords);
  visit("Created", entity.created);
  visit("Changed", entity.changed);
  visit("ResetRequired", entity.reset_required);
}

template <class V, class E>
void fields(V& visit, E& entity, const MfaDevice*) {
  visit("Account", entity.account);
  visit("Serial", entity.serial);
  visit("Name", entity.name);
  visit("Path", entity.path);
  visit("Seed", entity.seed);
  visit("Created", entity.created);
  visit("UserId", entity.user_id);
  visit("Enabled", entity.enabled);
  visit("Tags", entity.tags);
}

template <class V, class E>
void fields(V& visit, E& entity, const OidcProvider*) {
  visit("Account", entity.account);
  visit("Url", entity.url);
  visit("Created", entity.created);
  visit("ClientIds", entity.client_ids);
  visit("Thumbprints", entity.thumbprints);
  visit("Tags", entity.tags);
}

template <class V, class E>
void fields(V& visit, E& entity, const SamlProvider::PrivateKey*) {
  visit("Id", entity.id);
  visit("Pem", entity.pem);
  visit("Added", entity.added);
}

template <class V, class E>
void fields(V& visit, E& entity, const SamlProvider*) {
  visit("Account", entity.account);
  visit("Name", entity.name);
  visit("Id", entity.id);
  visit("Created", entity.created);
  visit("ValidUntil", entity.valid_until);
  visit("Metadata", entity.metadata);
  visit("EncryptionMode", entity.encryption_mode);
  visit("PrivateKeys", entity.private_keys);
  visit("Tags", entity.tags);
}

template <class V, class E>
void fields(V& visit, E& entity, const ServerCertificate*) {
  visit("Account", entity.account);
  visit("Name", entity.name);
  visit("Path", entity.path);
  visit("Id", entity.id);
  visit("Body", entity.body);
  visit("Chain", entity.chain);
  visit("PrivateKey", entity.private_key);
  visit("Uploaded", entity.uploaded);
  visit("Expires", entity.expires);
  visit("Tags", entity.tags);
}

template <class V, class E>
void fields(V& visit, E& entity, const SigningCertificate*) {
  visit("Account", entity.account);
  visit("UserId", entity.user_id);
  visit("Id", entity.id);
  visit("Body", entity.body);
  visit("Active", entity.active);
  visit("Uploaded", entity.uploaded);
}

template <class V, class E>
void fields(V& visit, E& entity, const SshPublicKey*) {
  visit("Account", entity.account);
  visit("UserId", entity.user_id);
  visit("Id", entity.id);
  visit("Body", entity.body);
  visit("Fingerprint", entity.fingerprint);
  visit("Active", entity.active);
  visit("Uploaded", entity.uploaded);
}

template <class V, class E>
void fields(V& visit, E& entity, const ServiceCredential*) {
  visit("Account", entity.account);
  visit("UserId", entity.user_id);
  visit("Id", entity.id);
  visit("Service", entity.service);
  visit("ServiceUser", entity.service_user);
  visit("Secret", entity.secret);
  visit("Alias", entity.alias);
  visit("Active", entity.active);
  visit("Created", entity.created);
  visit("Expires", entity.expires);
}

template <class V, class E>
void fields(V& visit, E& entity, const IamJob*) {
  visit("Account", entity.account);
  visit("Id", entity.id);
  visit("Subject", entity.subject);
  visit("ByAction", entity.by_action);
  visit("Created", entity.created);
}

template <class V, class E>
void fields(V& visit, E& entity, const DelegationRequest*) {
  visit("Account", entity.account);
  visit("Id", entity.id);
  visit("OwnerAccount", entity.owner_account);
  visit("Owner", entity.owner);
  visit("Description", entity.description);
  visit("Template", entity.template_arn);
  visit("Parameters", entity.parameters);
  visit("Message", entity.message);
  visit("Requestor", entity.requestor);
  visit("WorkflowId", entity.workflow_id);
  visit("RedirectUrl", entity.redirect_url);
  visit("Channel", entity.channel);
  visit("Notes", entity.notes);
  visit("Rejection", entity.rejection);
  visit("State", entity.state);
  visit("SessionSeconds", entity.session_seconds);
  visit("OnlyByOwner", entity.only_by_owner);
  visit("Created", entity.created);
  visit("Updated", entity.updated);
}

}  // namespace latchkey
