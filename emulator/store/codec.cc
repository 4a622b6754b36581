#include "store/codec.h"

#include <stdexcept>

#include "core/encoding.h"
#include "store/iam_fields.h"
#include "store/seal.h"

namespace latchkey {
namespace {

constexpr std::string_view kSealed = "sealed:";

std::string principals_of(const char* document) { return std::string(document) + "Principals"; }

// A visitor that writes each field it is shown.
class Encoder {
 public:
  static constexpr bool kReading = false;
  explicit Encoder(Secrets secrets) : secrets_(secrets) {}

  void operator()(const char* name, const std::string& value) { out_.add(name, value); }
  void operator()(const char* name, bool value) { out_.add(name, value); }
  void operator()(const char* name, std::int64_t value) { out_.add(name, value); }
  void operator()(const char* name, Time value) { out_.add(name, value.ms); }
  void operator()(const char* name, const std::optional<Time>& value) {
    if (value) out_.add(name, value->ms);
  }
  void operator()(const char* name, const Secret& value) { out_.add(name, text_of(value)); }
  void operator()(const char* name, const Document& value, policy::Kind) {
    out_.add(name, value.text());
    if (!value.principals().empty()) (*this)(principals_of(name).c_str(), value.principals());
  }
  void operator()(const char* name, const std::map<std::string, Document>& documents) {
    Members members;
    for (const auto& [key, document] : documents) members.add(key, document.text());
    out_.add(name, std::move(members));
  }
  void operator()(const char* name, const std::optional<ControlPolicies::Levels>& levels) {
    if (!levels) return;
    List list;
    for (const auto& level : *levels) {
      List texts;
      for (const Document& document : level) texts.emplace_back(document.text());
      list.emplace_back(std::move(texts));
    }
    out_.add(name, std::move(list));
  }
  void operator()(const char* name, const Tags& tags) {
    Members members;
    for (const auto& [key, value] : tags) members.add(key, value);
    out_.add(name, std::move(members));
  }
  void operator()(const char* name, const std::vector<std::string>& texts) {
    List list;
    for (const std::string& text : texts) list.emplace_back(text);
    out_.add(name, std::move(list));
  }
  void operator()(const char* name, const std::vector<Secret>& secrets) {
    List list;
    for (const Secret& secret : secrets) list.emplace_back(text_of(secret));
    out_.add(name, std::move(list));
  }
  template <class T>
  void operator()(const char* name, const std::vector<T>& parts) {
    List list;
    for (const T& part : parts) list.emplace_back(encode(part, secrets_));
    out_.add(name, std::move(list));
  }

  template <class T>
  void added(const char* name, const T& value) {
    (*this)(name, value);
  }

  Members take() { return std::move(out_); }

 private:
  std::string text_of(const Secret& value) const {
    return secrets_ == Secrets::plain ? base64_encode(value.reveal())
                                      : std::string(kSealed) + base64_encode(seal(value.reveal()));
  }

  Secrets secrets_;
  Members out_;
};

// A visitor that reads each field it is shown.
class Decoder {
 public:
  static constexpr bool kReading = true;
  explicit Decoder(const Members& in) : in_(in) {}

  void operator()(const char* name, std::string& value) { value = get<std::string>(name); }
  void operator()(const char* name, bool& value) { value = get<bool>(name); }
  void operator()(const char* name, std::int64_t& value) { value = get<std::int64_t>(name); }
  void operator()(const char* name, Time& value) { value = {get<std::int64_t>(name)}; }
  void operator()(const char* name, std::optional<Time>& value) {
    if (in_.find(name) != nullptr) value = Time{get<std::int64_t>(name)};
  }
  void operator()(const char* name, Secret& value) { value = secret_of(name, get<std::string>(name)); }
  void operator()(const char* name, std::vector<Secret>& secrets) {
    for (const Value& value : get<List>(name)) secrets.push_back(secret_of(name, text_of(name, value)));
  }
  void operator()(const char* name, Document& value, policy::Kind kind) {
    Tags principals;
    added(principals_of(name).c_str(), principals);
    value = Document(get<std::string>(name), kind, std::move(principals));
  }
  void operator()(const char* name, std::map<std::string, Document>& documents) {
    for (const auto& [key, text] : get<Members>(name)) {
      documents[key] = Document(text_of(name, text), policy::Kind::identity);
    }
  }
  void operator()(const char* name, std::optional<ControlPolicies::Levels>& levels) {
    if (in_.find(name) == nullptr) return;
    levels.emplace();
    for (const Value& level : get<List>(name)) {
      if (!level.is<List>()) fail(name, "must hold lists");
      auto& documents = levels->emplace_back();
      for (const Value& text : level.get<List>()) {
        documents.emplace_back(text_of(name, text), policy::Kind::control);
      }
    }
  }
  void operator()(const char* name, Tags& tags) {
    for (const auto& [key, value] : get<Members>(name)) tags.emplace_back(key, text_of(name, value));
  }
  void operator()(const char* name, std::vector<std::string>& texts) {
    for (const Value& value : get<List>(name)) texts.push_back(text_of(name, value));
  }
  template <class T>
  void operator()(const char* name, std::vector<T>& parts) {
    for (const Value& value : get<List>(name)) {
      if (!value.is<Members>()) fail(name, "must hold objects");
      parts.push_back(decode<T>(value.get<Members>()));
    }
  }

  // A field that documents written by earlier versions have not.
  template <class T>
  void added(const char* name, T& value) {
    if (in_.find(name) != nullptr) (*this)(name, value);
  }

 private:
  [[noreturn]] static void fail(const char* name, const char* reason) {
    throw std::runtime_error(std::string(name) + " " + reason);
  }
  static Secret secret_of(const char* name, std::string_view text) {
    const bool sealed = text.starts_with(kSealed);
    if (sealed) text.remove_prefix(kSealed.size());
    auto bytes = base64_decode(text);
    if (bytes && sealed) bytes = unseal(*bytes);
    if (!bytes) fail(name, "is not a secret that can be read");
    return Secret(std::move(*bytes));
  }
  static const std::string& text_of(const char* name, const Value& value) {
    if (!value.is<std::string>()) fail(name, "must hold strings");
    return value.get<std::string>();
  }
  template <class T>
  const T& get(const char* name) {
    const Value* value = in_.find(name);
    if (value == nullptr) fail(name, "is missing");
    if (!value->is<T>()) fail(name, "has the wrong type");
    return value->get<T>();
  }

  const Members& in_;
};

// --- The fields, once a kind
// -----------------------------------------------------------------------------------------

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

std::string state_name(Key::State state) {
  switch (state) {
    case Key::State::enabled:
      return "Enabled";
    case Key::State::disabled:
      return "Disabled";
    case Key::State::pending_deletion:
      return "PendingDeletion";
    case Key::State::pending_import:
      return "PendingImport";
    case Key::State::unavailable:
      return "Unavailable";
  }
  return "";
}

Key::State state_named(const std::string& name) {
  for (const auto state : {Key::State::enabled, Key::State::disabled, Key::State::pending_deletion,
                           Key::State::pending_import}) {
    if (state_name(state) == name) return state;
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
  std::string state = state_name(entity.state);
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

}  // namespace

template <class T>
Members encode(const T& entity, Secrets secrets) {
  Encoder encoder(secrets);
  fields(encoder, entity, static_cast<const T*>(nullptr));
  return encoder.take();
}

template <class T>
T decode(const Members& members) {
  Decoder decoder(members);
  T entity;
  fields(decoder, entity, static_cast<const T*>(nullptr));
  return entity;
}

template Members encode(const User&, Secrets);
template Members encode(const Group&, Secrets);
template Members encode(const ControlPolicies&, Secrets);
template Members encode(const Role&, Secrets);
template Members encode(const ManagedPolicy&, Secrets);
template Members encode(const AccessKey&, Secrets);
template Members encode(const Key&, Secrets);
template Members encode(const Alias&, Secrets);
template Members encode(const Grant&, Secrets);
template Members encode(const CustomKeyStore&, Secrets);
template Members encode(const AccountSettings&, Secrets);
template Members encode(const InstanceProfile&, Secrets);
template Members encode(const LoginProfile&, Secrets);
template Members encode(const MfaDevice&, Secrets);
template Members encode(const OidcProvider&, Secrets);
template Members encode(const SamlProvider&, Secrets);
template Members encode(const ServerCertificate&, Secrets);
template Members encode(const SigningCertificate&, Secrets);
template Members encode(const SshPublicKey&, Secrets);
template Members encode(const ServiceCredential&, Secrets);
template Members encode(const IamJob&, Secrets);
template Members encode(const DelegationRequest&, Secrets);
template Members encode(const Setting&, Secrets);
template User decode(const Members&);
template Group decode(const Members&);
template ControlPolicies decode(const Members&);
template Role decode(const Members&);
template ManagedPolicy decode(const Members&);
template AccessKey decode(const Members&);
template Key decode(const Members&);
template Alias decode(const Members&);
template Grant decode(const Members&);
template CustomKeyStore decode(const Members&);
template AccountSettings decode(const Members&);
template InstanceProfile decode(const Members&);
template LoginProfile decode(const Members&);
template MfaDevice decode(const Members&);
template OidcProvider decode(const Members&);
template SamlProvider decode(const Members&);
template ServerCertificate decode(const Members&);
template SigningCertificate decode(const Members&);
template SshPublicKey decode(const Members&);
template ServiceCredential decode(const Members&);
template IamJob decode(const Members&);
template DelegationRequest decode(const Members&);
template Setting decode(const Members&);

}  // namespace latchkey
