#include "pipeline/packed_entry.h"

#include <algorithm>
#include <array>

#include "core/json.h"

namespace latchkey {
namespace {

// About in the order in which a request's context is made, so that the next one is where the last one was found.
constexpr std::string_view kUsualKeys[] = {"aws:SourceIp",
                                           "aws:SecureTransport",
                                           "aws:CurrentTime",
                                           "aws:EpochTime",
                                           "aws:RequestedRegion",
                                           "aws:ViaAWSService",
                                           "aws:userid",
                                           "aws:username",
                                           "aws:UserAgent",
                                           "aws:Referer",
                                           "aws:TokenIssueTime",
                                           "aws:MultiFactorAuthPresent",
                                           "aws:MultiFactorAuthAge",
                                           "aws:SourceIdentity",
                                           "kms:CallerAccount",
                                           "kms:KeySpec",
                                           "kms:CustomerMasterKeySpec",
                                           "kms:KeyUsage",
                                           "kms:CustomerMasterKeyUsage",
                                           "kms:KeyOrigin",
                                           "kms:MultiRegion",
                                           "kms:MultiRegionKeyType",
                                           "kms:ResourceAliases",
                                           "kms:RequestAlias",
                                           "kms:EncryptionContextKeys",
                                           "kms:EncryptionAlgorithm",
                                           "kms:SigningAlgorithm",
                                           "kms:MessageType",
                                           "kms:MacAlgorithm",
                                           "kms:DataKeyPairSpec",
                                           "kms:BypassPolicyLockoutSafetyCheck",
                                           "sts:RoleSessionName",
                                           "sts:ExternalId",
                                           "sts:SourceIdentity"};
constexpr std::string_view kMatchKinds[] = {"identity", "resource", "boundary", "session", "scp", "rcp", "grant"};

// The texts of an entry that may be said again. Writer and reader keep the same list.
class Said {
 public:
  static constexpr std::size_t kShortest = 4;  // shorter ones are not worth it

  // npos: not yet.
  std::size_t find(std::string_view text) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (texts_[i] == text) return i;
    }
    return std::string_view::npos;
  }
  void add(std::string_view text) {
    if (text.size() >= kShortest && count_ < texts_.size()) texts_[count_++] = text;
  }
  std::string_view at(std::size_t index) const { return texts_.at(index); }

 private:
  std::array<std::string_view, 24> texts_;
  std::size_t count_ = 0;
};

class Packer {
 public:
  explicit Packer(PackedEntry& out) : bytes_(out.bytes), policies_(out.policies) { bytes_.resize(kUsualBytes); }
  ~Packer() { bytes_.resize(size_); }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  // Seven bits a byte, the lowest first.
  void number(std::uint64_t value) {
    char* to = room(10);
    for (; value >= 0x80; value >>= 7) to[size_++] = static_cast<char>((value & 0x7f) | 0x80);
    to[size_++] = static_cast<char>(value);
  }
  void text(std::string_view value) {
    const std::size_t said = value.size() < Said::kShortest ? std::string_view::npos : said_.find(value);
    if (said != std::string_view::npos) return number(said * 2 + 1);
    number(value.size() * 2);
    value.copy(room(value.size()) + size_, value.size());
    size_ += value.size();
    said_.add(value);
  }
  void key(std::string_view name) {
    for (std::size_t i = 0; i < std::size(kUsualKeys); ++i) {
      const std::size_t at = (next_key_ + i) % std::size(kUsualKeys);
      if (kUsualKeys[at] != name) continue;
      next_key_ = at + 1;
      return number(at + 1);
    }
    number(0);
    text(name);
  }
  void policy(const policy::PolicyPtr& policy) {
    number(policy ? 1 : 0);
    if (policy) policies_.push_back(policy);
  }
  // Where it stands among those that policy() was given; 0: not there.
  void reference(const policy::Policy* policy) {
    const auto found = std::find_if(policies_.begin(), policies_.end(), [&](const auto& p) { return p.get() == policy; });
    number(found == policies_.end() ? 0 : static_cast<std::uint64_t>(found - policies_.begin()) + 1);
  }

 private:
  static constexpr std::size_t kUsualBytes = 1024;

  // The bytes, with room for that many behind those that are written.
  char* room(std::size_t count) {
    if (bytes_.size() - size_ < count) bytes_.resize(2 * bytes_.size() + count);
    return bytes_.data();
  }

  std::string& bytes_;  // of which size_ are written
  std::size_t size_ = 0;
  std::vector<policy::PolicyPtr>& policies_;
  Said said_;
  std::size_t next_key_ = 0;
};

class Unpacker {
 public:
  explicit Unpacker(const PackedEntry& packed) : packed_(packed), rest_(packed.bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
  }
  std::string_view view() {
    const std::uint64_t head = number();
    if (head % 2 == 1) return said_.at(head / 2);
    const std::string_view value = rest_.substr(0, head / 2);
    rest_.remove_prefix(value.size());
    said_.add(value);
    return value;
  }
  std::string text() { return std::string(view()); }
  std::string_view key() {
    const std::uint64_t usual = number();
    return usual == 0 ? view() : kUsualKeys[usual - 1];
  }
  policy::PolicyPtr policy() { return number() == 0 ? nullptr : packed_.policies.at(next_policy_++); }
  const policy::Policy* reference() {
    const std::uint64_t place = number();
    return place == 0 ? nullptr : packed_.policies.at(place - 1).get();
  }

 private:
  const PackedEntry& packed_;
  std::string_view rest_;
  Said said_;
  std::size_t next_policy_ = 0;
};

// Each of these pairs writes and reads the same members in the same order.

void pack_context(Packer& out, const policy::Context& context) {
  const auto entries = context.entries();
  out.number(entries.size());
  for (const auto& [key, values] : entries) {
    out.key(key);
    out.number(values.size());
    for (const std::string_view value : values) out.text(value);
  }
}

policy::Context unpack_context(Unpacker& in) {
  policy::Context context;
  for (std::uint64_t left = in.number(); left > 0; --left) {
    const std::string key(in.key());
    std::vector<std::string> values(in.number());
    for (std::string& value : values) value = in.text();
    context.add(key, values);
  }
  return context;
}

void pack_named(Packer& out, const policy::Named& named) {
  out.policy(named.policy);
  out.text(named.name);
  out.text(named.arn);
}

policy::Named unpack_named(Unpacker& in) {
  policy::Named named;
  named.policy = in.policy();
  named.name = in.text();
  named.arn = in.text();
  return named;
}

void pack_list(Packer& out, const std::vector<policy::Named>& list) {
  out.number(list.size());
  for (const policy::Named& named : list) pack_named(out, named);
}

std::vector<policy::Named> unpack_list(Unpacker& in) {
  std::vector<policy::Named> list(in.number());
  for (policy::Named& named : list) named = unpack_named(in);
  return list;
}

void pack_levels(Packer& out, const std::vector<std::vector<policy::Named>>& levels) {
  out.number(levels.size());
  for (const auto& level : levels) pack_list(out, level);
}

std::vector<std::vector<policy::Named>> unpack_levels(Unpacker& in) {
  std::vector<std::vector<policy::Named>> levels(in.number());
  for (auto& level : levels) level = unpack_list(in);
  return levels;
}

template <class T>
void pack_optional(Packer& out, const std::optional<T>& value, void (*pack_value)(Packer&, const T&)) {
  out.number(value ? 1 : 0);
  if (value) pack_value(out, *value);
}

template <class T>
void unpack_optional(Unpacker& in, std::optional<T>& value, T (*unpack_value)(Unpacker&)) {
  if (in.number() != 0) value = unpack_value(in);
}

void pack_set(Packer& out, const policy::Set& set) {
  pack_optional(out, set.identity, pack_list);
  pack_optional(out, set.resource, pack_named);
  pack_optional(out, set.boundary, pack_named);
  pack_optional(out, set.session, pack_list);
  pack_optional(out, set.scp, pack_levels);
  pack_optional(out, set.rcp, pack_levels);
  pack_optional(out, set.grant, pack_named);
}

policy::Set unpack_set(Unpacker& in) {
  policy::Set set;
  unpack_optional(in, set.identity, unpack_list);
  unpack_optional(in, set.resource, unpack_named);
  unpack_optional(in, set.boundary, unpack_named);
  unpack_optional(in, set.session, unpack_list);
  unpack_optional(in, set.scp, unpack_levels);
  unpack_optional(in, set.rcp, unpack_levels);
  unpack_optional(in, set.grant, unpack_named);
  return set;
}

void pack_decision(Packer& out, const policy::Decision& decision) {
  out.number(static_cast<std::uint64_t>(decision.outcome));
  out.number(static_cast<std::uint64_t>(decision.cause));
  out.number(decision.matched.size());
  for (const policy::Match& match : decision.matched) {
    const auto kind = std::find(std::begin(kMatchKinds), std::end(kMatchKinds), match.kind);
    out.number(static_cast<std::uint64_t>(kind - std::begin(kMatchKinds)));
    out.number(match.level);
    out.number(match.index);
    out.number(match.statement);
    out.reference(match.policy);
  }
}

policy::Decision unpack_decision(Unpacker& in) {
  policy::Decision decision;
  decision.outcome = static_cast<policy::Outcome>(in.number());
  decision.cause = static_cast<policy::Cause>(in.number());
  decision.matched.resize(in.number());
  for (policy::Match& match : decision.matched) {
    match.kind = kMatchKinds[in.number()];
    match.level = in.number();
    match.index = in.number();
    match.statement = in.number();
    match.policy = in.reference();
  }
  return decision;
}

void pack_evidence(Packer& out, const Evidence& evidence) {
  const policy::Request& request = evidence.request;
  out.number(static_cast<std::uint64_t>(request.principal.kind));
  for (const std::string* text : {&request.principal.account, &request.principal.partition, &request.principal.arn,
                                  &request.principal.role_arn, &request.principal.unique_id, &request.action,
                                  &request.resource, &request.resource_account}) {
    out.text(*text);
  }
  pack_context(out, request.context);
  pack_set(out, evidence.policies);
  pack_decision(out, evidence.decision);
}

Evidence unpack_evidence(Unpacker& in) {
  Evidence evidence;
  policy::Request& request = evidence.request;
  request.principal.kind = static_cast<policy::Principal::Kind>(in.number());
  for (std::string* text : {&request.principal.account, &request.principal.partition, &request.principal.arn,
                            &request.principal.role_arn, &request.principal.unique_id, &request.action,
                            &request.resource, &request.resource_account}) {
    *text = in.text();
  }
  request.context = unpack_context(in);
  evidence.policies = unpack_set(in);
  evidence.decision = unpack_decision(in);
  return evidence;
}

// The texts of an entry, in the order in which they are kept. The id is the first, for has_id().
template <class AnyEntry>
auto texts_of(AnyEntry& entry) {
  return std::array{&entry.id,        &entry.principal, &entry.account,    &entry.access_key_id,
                    &entry.service,   &entry.operation, &entry.region,     &entry.source_ip,
                    &entry.user_agent, &entry.fault,    &entry.error_code, &entry.error_message};
}

void pack_entry(Packer& out, const Entry& entry) {
  for (const std::string* text : texts_of(entry)) out.text(*text);
  out.number(static_cast<std::uint64_t>(entry.time.ms));
  out.number(entry.tls ? 1 : 0);
  out.number(static_cast<std::uint64_t>(entry.outcome));
  out.number(static_cast<std::uint64_t>(entry.status));
  const std::string parameters = entry.parameters.empty() ? std::string() : to_json(entry.parameters);
  out.text(parameters);
  out.number(entry.signature ? 1 : 0);
  if (entry.signature) {
    out.text(entry.signature->canonical_request);
    out.text(entry.signature->string_to_sign);
    out.text(entry.signature->cause);
  }
  out.number(entry.decisions.size());
  for (const Evidence& evidence : entry.decisions) pack_evidence(out, evidence);
}

}  // namespace

PackedEntry pack(const Entry& entry) {
  PackedEntry packed;
  {
    Packer out(packed);  // the bytes are complete when it goes
    pack_entry(out, entry);
  }
  return packed;
}

Entry unpack(const PackedEntry& packed) {
  Entry entry;
  Unpacker in(packed);
  for (std::string* text : texts_of(entry)) *text = in.text();
  entry.time.ms = static_cast<std::int64_t>(in.number());
  entry.tls = in.number() != 0;
  entry.outcome = static_cast<Entry::Outcome>(in.number());
  entry.status = static_cast<int>(in.number());
  if (const auto parameters = parse_json(in.view()); parameters && parameters->is<Members>()) {
    entry.parameters = parameters->get<Members>();
  }
  if (in.number() != 0) {
    SignatureTrace& trace = entry.signature.emplace();
    trace.canonical_request = in.text();
    trace.string_to_sign = in.text();
    trace.cause = in.text();
  }
  for (std::uint64_t left = in.number(); left > 0; --left) entry.decisions.push_back(unpack_evidence(in));
  return entry;
}

bool has_id(const PackedEntry& packed, std::string_view id) {
  return Unpacker(packed).view() == id;
}

// The third text, as texts_of() has them.
bool is_of_account(const PackedEntry& packed, std::string_view account) {
  Unpacker in(packed);
  in.view();
  in.view();
  return in.view() == account;
}

}  // namespace latchkey
