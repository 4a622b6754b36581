// The fields of each kind of entity as they are stored; IAM's smaller ones are in store/iam_fields.h. Names do not change:
// data directories and exported states have them.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>

#include "core/encoding.h"
#include "store/entity.h"

namespace latchkey {

template <class V, class E>
void principal_fields(V& visit, E& entity) {
  visit("Account", entity.account);
  visit("Name", entity.name);
  visit("Path", entity.path);
  visit("Id", entity.id);
  visit("Created", entity.created);
  visit("Tags", entity.tags);
  visit("InlinePolicies", entity.inline_policies);
  visit("AttachedPolicies", entity.attached);
  visit("PermissionsBoundary", entity.boundary);
}

template <class V, class E>
void fields(V& visit, E& entity, const User*) {
  principal_fields(visit, entity);
  visit.added("Groups", entity.groups);
  visit("PasswordLastUsed", entity.password_last_used);
}

template <class V, class E>
void fields(V& visit, E& entity, const Group*) {
  principal_fields(visit, entity);
}

template <class V, class E>
void fields(V& visit, E& entity, const ControlPolicies*) {
  visit("Account", entity.account);
  visit("ServiceControlPolicies", entity.service);
  visit("ResourceControlPolicies", entity.resource);
}

template <class V, class E>
void fields(V& visit, E& entity, const Role*) {
  principal_fields(visit, entity);
  visit("Description", entity.description);
  visit("HasDescription", entity.has_description);
  visit("Trust", entity.trust, policy::Kind::trust);
  visit("MaxSessionDuration", entity.max_session_seconds);
  visit("LastUsed", entity.last_used);
  visit("LastUsedRegion", entity.last_used_region);
}

template <class V, class E>
void fields(V& visit, E& entity, const ManagedPolicy::Version*) {
  visit("VersionId", entity.id);
  visit("Document", entity.document, policy::Kind::identity);
  visit("Created", entity.created);
}

template <class V, class E>
void fields(V& visit, E& entity, const ManagedPolicy*) {
  visit("Account", entity.account);
  visit("Name", entity.name);
  visit("Path", entity.path);
  visit("Id", entity.id);
  visit("Description", entity.description);
  visit("Created", entity.created);
  visit("Updated", entity.updated);
  visit("Tags", entity.tags);
  visit("Versions", entity.versions);
  visit("DefaultVersion", entity.default_version);
  if constexpr (V::kReading) {
    const bool known = std::any_of(entity.versions.begin(), entity.versions.end(),
                                   [&](const auto& version) { return version.id == entity.default_version; });
    if (!known) throw std::runtime_error("DefaultVersion is none of the Versions");
  }
  visit("NextVersion", entity.next_version);
}

template <class V, class E>
void fields(V& visit, E& entity, const AccessKey*) {
  visit("Account", entity.account);
  visit("Id", entity.id);
  visit("Secret", entity.secret);
  visit("User", entity.user);
  visit("Active", entity.active);
  visit("Created", entity.created);
  visit("LastUsed", entity.last_used);
  visit("LastUsedService", entity.last_used_service);
  visit("LastUsedRegion", entity.last_used_region);
}

template <class V, class E>
void fields(V& visit, E& entity, const KeyMaterial*) {
  visit("Id", entity.id);
  visit("Bytes", entity.bytes);
  visit("Created", entity.created);
  visit.added("Pending", entity.pending);
  visit.added("Rotation", entity.rotation);
  visit.added("Rotated", entity.rotated);
  visit.added("Description", entity.description);
  visit.added("ValidTo", entity.valid_to);
}

// Blobs are bytes, and texts of the document are not.
template <class V, class E>
void fields(V& visit, E& entity, const RecordedCiphertext*) {
  std::string blob = base64_encode(entity.blob);
  visit("Blob", blob);
  if constexpr (V::kReading) entity.blob = base64_decode(blob).value_or("");
  visit("Context", entity.context);
  visit("Plaintext", entity.plaintext);
}

inline Key::State state_named(const std::string& name) {
  for (const auto state : {Key::State::enabled, Key::State::disabled, Key::State::pending_deletion,
                           Key::State::pending_import}) {
    if (to_string(state) == name) return state;
  }
  throw std::runtime_error("State has an unknown value");
}

template <class V, class E>
void fields(V& visit, E& entity, const Key*) {
  visit("Account", entity.account);
  visit("Region", entity.region);
  visit("Id", entity.id);
  visit("Created", entity.created);
  visit("Description", entity.description);
  visit("Usage", entity.usage);
  visit("Spec", entity.spec);
  visit("Origin", entity.origin);
  visit("Manager", entity.manager);
  visit("MultiRegion", entity.multi_region);
  std::string state(to_string(entity.state));
  visit("State", state);
  if constexpr (V::kReading) entity.state = state_named(state);
  visit("DeletionDate", entity.deletion_date);
  visit("PendingWindowDays", entity.pending_window_days);
  visit("Policy", entity.policy, policy::Kind::key);
  visit("Tags", entity.tags);
  visit("Materials", entity.materials);
  visit.added("Recorded", entity.recorded);
  visit.added("Rotates", entity.rotates);
  visit.added("RotationPeriodDays", entity.rotation_period_days);
  if constexpr (V::kReading) {
    if (entity.rotation_period_days < 1 || entity.rotation_period_days > 2'560)
      throw std::runtime_error("RotationPeriodDays is not in 1..2560");
  }
  visit.added("NextRotation", entity.next_rotation);
  visit.added("PrimaryRegion", entity.primary_region);
  visit.added("ReplicaRegions", entity.replica_regions);
  visit.added("CustomKeyStore", entity.custom_key_store);
  visit.added("XksKeyId", entity.xks_key_id);
  const auto last_use = entity.last_use->get();
  KeyUse use = last_use ? *last_use : KeyUse{};
  visit.added("LastUseOperation", use.operation);
  visit.added("LastUse", use.at);
  visit.added("LastUseRequestId", use.request_id);
  visit.added("LastUseEventId", use.event_id);
  if constexpr (V::kReading) {
    if (!use.operation.empty()) entity.last_use->set(std::make_shared<const KeyUse>(std::move(use)));
    // A key that waits for its first import has none, and neither has one whose material lives elsewhere.
    if (entity.materials.empty() && entity.origin == "AWS_KMS")
      throw std::runtime_error("Materials must not be empty");
  }
}

template <class V, class E>
void fields(V& visit, E& entity, const Grant*) {
  visit("Account", entity.account);
  visit("Region", entity.region);
  visit("Key", entity.key);
  visit("Id", entity.id);
  visit("Name", entity.name);
  visit("Created", entity.created);
  visit("Grantee", entity.grantee);
  visit.added("GranteeId", entity.grantee_id);
  visit("Retiring", entity.retiring);
  visit("Issuer", entity.issuer);
  visit("Operations", entity.operations);
  visit("ConstraintIsSubset", entity.constraint_is_subset);
  visit("Constraint", entity.constraint);
}

template <class V, class E>
void fields(V& visit, E& entity, const CustomKeyStore*) {
  visit("Account", entity.account);
  visit("Region", entity.region);
  visit("Id", entity.id);
  visit("Name", entity.name);
  visit("Type", entity.type);
  visit("State", entity.state);
  visit.added("Settles", entity.settles);
  visit("Created", entity.created);
  visit("ClusterId", entity.cluster_id);
  visit("TrustAnchor", entity.trust_anchor);
  visit("Password", entity.password);
  visit("XksConnectivity", entity.xks_connectivity);
  visit("XksEndpoint", entity.xks_endpoint);
  visit("XksPath", entity.xks_path);
  visit("XksAccessKeyId", entity.xks_access_key_id);
  visit("XksSecret", entity.xks_secret);
  visit("XksVpcService", entity.xks_vpc_service);
  visit("XksVpcOwner", entity.xks_vpc_owner);
}

template <class V, class E>
void fields(V& visit, E& entity, const Alias*) {
  visit("Account", entity.account);
  visit("Region", entity.region);
  visit("Name", entity.name);
  visit("Target", entity.target);
  visit("Created", entity.created);
  visit("Updated", entity.updated);
}

template <class V, class E>
void fields(V& visit, E& entity, const Setting*) {
  visit("Name", entity.name);
  visit("Value", entity.value);
}

}  // namespace latchkey
