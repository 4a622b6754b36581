#include "policy/request_view.h"

#include <span>

#include "policy/text.h"

namespace latchkey::policy {
namespace {

// Keys that AWS fills in itself. What the caller's context says wins, so that a simulation can say anything.
enum Derived : std::size_t {
  kPrincipalArn,
  kPrincipalAccount,
  kPrincipalType,
  kUserId,
  kUserName,
  kPrincipalIsAwsService,
  kPrincipalServiceName,
  kResourceAccount,
  kCallerAccount,
};
constexpr std::array<std::string_view, 9> kDerivedKeys = {
    "aws:principalarn",  "aws:principalaccount",      "aws:principaltype",        "aws:userid",
    "aws:username",      "aws:principalisawsservice", "aws:principalservicename", "aws:resourceaccount",
    "kms:calleraccount",
};

// A service principal is a name; a federated identity provider is of the same kind here, but is not an AWS
// service.
bool aws_service(const Principal& principal) {
  return principal.kind == Principal::Kind::service && principal.arn.substr(0, 4) != "arn:";
}

std::string_view principal_type(Principal::Kind kind) {
  switch (kind) {
    case Principal::Kind::anonymous:
      return "Anonymous";
    case Principal::Kind::root:
      return "Account";
    case Principal::Kind::user:
      return "User";
    case Principal::Kind::role:
    case Principal::Kind::role_session:
      return "AssumedRole";
    case Principal::Kind::federated_user:
      return "FederatedUser";
    case Principal::Kind::service:
      return "";
  }
  return "";
}

// Of "user/a/b/Jane" the name, as aws:username has it.
std::string_view last_component(std::string_view text) { return text.substr(text.rfind('/') + 1); }

// aws:PrincipalArn of a session is its role's ARN; without the role at hand, the path is unknown.
std::string principal_arn(const Principal& who) {
  if (who.kind == Principal::Kind::role_session) {
    if (!who.role_arn.empty()) return who.role_arn;
    const Principal parsed = Principal::parse(who.arn);
    return parsed.role_arn;
  }
  return who.arn;
}

}  // namespace

ArnParts split_arn(std::string_view text) {
  ArnParts parts;
  if (text.substr(0, 4) != "arn:") return parts;
  text.remove_prefix(4);
  for (std::string_view* part : {&parts.partition, &parts.service, &parts.region, &parts.account}) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return ArnParts{};
    *part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  parts.resource = text;
  parts.valid = true;
  return parts;
}

RequestView::RequestView(const Request& request) : request_(request) {
  if (request.action.size() <= short_action_.size()) {
    for (std::size_t i = 0; i < request.action.size(); ++i) short_action_[i] = lower(request.action[i]);
    action_ = std::string_view(short_action_.data(), request.action.size());
  } else {
    long_action_ = lower(request.action);
    action_ = long_action_;
  }
  const std::size_t colon = action_.find(':');
  service_ = action_.substr(0, colon == std::string_view::npos ? 0 : colon);
  resource_account_ = request.resource_account;
  if (resource_account_.empty()) {
    // S3's ARNs have no account and AWS's own policies have "aws": such resources are taken for the caller's.
    const std::string_view account = split_arn(request.resource).account;
    resource_account_ = account_id(account) ? account : std::string_view(request.principal.account);
  }
}

bool RequestView::cross_account() const {
  return !principal().account.empty() && principal().account != resource_account_;
}

bool RequestView::key_resource() const {
  const ArnParts arn = split_arn(request_.resource);
  return arn.service == "kms" && arn.resource.substr(0, 4) == "key/";
}

bool RequestView::role_resource() const {
  const ArnParts arn = split_arn(request_.resource);
  return arn.service == "iam" && arn.resource.substr(0, 5) == "role/";
}

Values RequestView::find(std::string_view lower_key) const {
  if (const Values values = request_.context.find(lower_key); values.present()) return values;
  if (lower_key.size() < 4 || lower_key[3] != ':') return {};
  for (std::size_t i = 0; i < kDerived; ++i) {
    if (kDerivedKeys[i] == lower_key) return derive(i);
  }
  return {};
}

Values RequestView::derive(std::size_t index) const {
  if (state_[index] == 0) {
    std::string value;
    state_[index] = compute(index, value) ? 1 : 2;
    if (state_[index] == 1) derived_[index].set(kDerivedKeys[index], value);
  }
  return state_[index] == 1 ? derived_[index].find(kDerivedKeys[index]) : Values();
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
bool RequestView::compute(std::size_t index, std::string& out) const {
  const Principal& who = principal();
  const bool is_anonymous = who.kind == Principal::Kind::anonymous;
  const bool is_service = who.kind == Principal::Kind::service;
  switch (static_cast<Derived>(index)) {
    case kPrincipalArn:
      if (!is_anonymous && !is_service) out = principal_arn(who);
      break;
    case kPrincipalAccount:
      out = is_anonymous ? "anonymous" : who.account;
      break;
    case kPrincipalType:
      out = principal_type(who.kind);
      break;
    case kUserId:
      out = is_anonymous ? "anonymous" : who.unique_id;
      if (who.kind == Principal::Kind::root) out = who.account;
      if (who.kind == Principal::Kind::federated_user && out.empty()) {
        out = who.account + ":" + std::string(last_component(who.arn));
      }
      break;
    case kUserName:
      if (who.kind == Principal::Kind::user) out = last_component(who.arn);
      break;
    case kPrincipalIsAwsService:
      if (!is_anonymous) out = aws_service(who) ? "true" : "false";
      break;
    case kPrincipalServiceName:
      if (aws_service(who)) out = who.arn;
      break;
    case kResourceAccount:
      out = resource_account_;
      break;
    case kCallerAccount:
      if (service_ == "kms") out = who.account;
      break;
  }
  return !out.empty();
}

// --- Context ---

namespace {

template <class Head>
Head head_at(const std::string& packed, std::size_t at) {
  Head head;
  std::memcpy(&head, packed.data() + at, sizeof head);
  return head;
}

void append_size(std::string& out, std::size_t size) {
  const auto number = static_cast<std::uint32_t>(size);
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

std::size_t Context::place_of(std::string_view key, std::size_t within) const {
  std::size_t at = 0;
  while (at < within) {
    const auto head = head_at<Head>(packed_, at);
    if (head.key_size == key.size() &&
        equals_ignoring_case({packed_.data() + at + sizeof head, head.key_size}, key)) {
      return at;
    }
    at += head.size;
  }
  return packed_.size();
}

// A key that is there already keeps its place and its spelling.
template <class Texts>
void Context::set_texts(std::string_view key, const Texts& texts, std::size_t count) {
  const std::size_t place = place_of(key);
  std::string tail;
  std::string spelling;
  if (place < packed_.size()) {
    const auto head = head_at<Head>(packed_, place);
    spelling.assign(packed_, place + sizeof head, head.key_size);
    key = spelling;
    tail.assign(packed_, place + head.size, std::string::npos);
    packed_.resize(place);
  }
  append(key, texts, count);
  packed_.append(tail);
}

template <class Texts>
void Context::append(std::string_view key, const Texts& texts, std::size_t count) {
  const std::size_t place = packed_.size();
  Head head{0, static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(count)};
  packed_.append(sizeof head, '\0').append(key);
  for (const std::string_view text : texts) {
    append_size(packed_, text.size());
    packed_.append(text);
  }
  head.size = static_cast<std::uint32_t>(packed_.size() - place);
  std::memcpy(packed_.data() + place, &head, sizeof head);
}

void Context::add(std::string_view key, std::string_view value) { append(key, std::span(&value, 1), 1); }

void Context::add(std::string_view key, const std::vector<std::string>& values) { append(key, values, values.size()); }

void Context::set(std::string_view key, const std::string_view* values, std::size_t count) {
  set_texts(key, std::span(values, count), count);
}

void Context::set(std::string_view key, const std::vector<std::string>& values) {
  set_texts(key, values, values.size());
}

void Context::set(std::string_view key, Values values) { set_texts(key, values, values.size()); }

void Context::set_all(const Context& other) {
  if (packed_.empty()) {
    packed_.append(other.packed_);
    return;
  }
  // What comes from the other one has its keys once each, so they are looked for in what is here before.
  std::size_t before = packed_.size();
  std::size_t at = 0;
  while (at < other.packed_.size()) {
    const auto head = head_at<Head>(other.packed_, at);
    const std::string_view key(other.packed_.data() + at + sizeof head, head.key_size);
    if (place_of(key, before) == packed_.size()) {
      packed_.append(other.packed_, at, head.size);
    } else {
      const std::size_t size = packed_.size();
      set(key, Values(key.data() + key.size(), head.count));
      before = before + packed_.size() - size;
    }
    at += head.size;
  }
}

Values Context::find(std::string_view key) const {
  const std::size_t place = place_of(key);
  if (place == packed_.size()) return {};
  const auto head = head_at<Head>(packed_, place);
  return {packed_.data() + place + sizeof head + head.key_size, head.count};
}

std::vector<Context::Entry> Context::entries() const {
  constexpr std::size_t kUsual = 32;
  std::vector<Entry> out;
  out.reserve(kUsual);
  for (std::size_t at = 0; at < packed_.size();) {
    const auto head = head_at<Head>(packed_, at);
    const std::string_view key(packed_.data() + at + sizeof head, head.key_size);
    out.push_back({key, Values(key.data() + key.size(), head.count)});
    at += head.size;
  }
  return out;
}

Context Context::from_packed(std::string packed) {
  Context out;
  out.packed_ = std::move(packed);
  return out;
}

}  // namespace latchkey::policy
