#include "imds/metadata.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "core/arn.h"
#include "core/cipher.h"
#include "core/encoding.h"
#include "core/json.h"

namespace latchkey {
namespace {

constexpr std::string_view kRoot = "/latest/";
constexpr std::string_view kTokenPath = "api/token";
constexpr std::string_view kCredentials = "meta-data/iam/security-credentials/";
constexpr std::int64_t kLongestToken = 21'600;
constexpr std::int64_t kSessionSeconds = 6 * 3'600;
// AWS makes new credentials at least five minutes before the old ones end; SDKs ask again about then.
constexpr std::int64_t kRenewBefore = 15 * 60;
constexpr std::size_t kMostTokens = 10'000;
constexpr char kInstance[] = "i-0123456789abcdef0";

http::Answer text_answer(int status, std::string body) {
  http::Answer answer;
  answer.status = status;
  answer.headers.emplace_back("Content-Type", "text/plain");
  answer.headers.emplace_back("Server", "EC2ws");
  answer.body = std::move(body);
  return answer;
}

http::Answer json_answer_of(int status, const Members& members) {
  http::Answer answer;
  answer.status = status;
  answer.headers.emplace_back("Content-Type", "application/json");
  answer.body = to_json(members);
  return answer;
}

std::optional<std::int64_t> seconds_in(const sigv4::RawRequest& request) {
  const auto header = request.header("x-aws-ec2-metadata-token-ttl-seconds");
  if (!header) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(header->data(), header->data() + header->size(), seconds);
  if (error != std::errc() || end != header->data() + header->size()) return std::nullopt;
  if (seconds < 1 || seconds > kLongestToken) return std::nullopt;
  return seconds;
}

}  // namespace

// --- Which roles
// -----------------------------------------------------------------------------------------------------

void Metadata::expose(std::string account, std::string role) {
  const std::lock_guard lock(mutex_);
  if (alone_) return;
  std::pair<std::string, std::string> entry(std::move(account), to_lower(role));
  if (std::find(roles_.begin(), roles_.end(), entry) == roles_.end()) roles_.push_back(std::move(entry));
}

void Metadata::clear() {
  const std::lock_guard lock(mutex_);
  if (!alone_) roles_.clear();
  issued_.clear();
}

void Metadata::forget_sessions() {
  const std::lock_guard lock(mutex_);
  issued_.clear();
}

Ptr<Role> Metadata::role_of(std::string_view account, std::string_view role) const {
  if (auto found = store_.find<Role>({std::string(account), "", to_lower(role)})) return found;
  throw std::runtime_error("there is no role '" + std::string(role) + "' in account " + std::string(account));
}

Metadata::Issued Metadata::session_of(std::string_view account, std::string_view role) {
  return current_session(*role_of(account, role));
}

void Metadata::expose_alone(std::string_view account, std::string_view role) {
  role_of(account, role);
  const std::lock_guard lock(mutex_);
  alone_.emplace(std::string(account), to_lower(role));
  roles_ = {*alone_};
}

// "": the instance's, which is the first.
Ptr<Role> Metadata::exposed(std::string_view name) const {
  for (const auto& [account, role] : roles_) {
    if (!name.empty() && role != to_lower(name)) continue;
    if (auto found = store_.find<Role>({account, "", role})) return found;
  }
  return nullptr;
}

// --- Credentials
// -----------------------------------------------------------------------------------------------------

// The same for everybody until they are about to end, by the emulator's clock.
Metadata::Issued Metadata::current_session(const Role& role) {
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  Issued& issued = issued_[role.id];
  const Session& old = issued.session;
  const bool good =
      !issued.token.empty() && old.issued <= now && now.plus_seconds(kRenewBefore) < old.expires;
  if (good) return issued;
  Session session = new_session(role, std::string(kInstance), random_, now, kSessionSeconds);
  issued.token = seal_session(session, session_key(store_, random_), random_);
  issued.session = std::move(session);
  return issued;
}

http::Answer Metadata::credentials_of(std::string_view name, bool of_container) {
  Ptr<Role> role;
  {
    const std::lock_guard lock(mutex_);
    role = exposed(name);
  }
  if (!role) {
    if (!of_container) return text_answer(404, "no such role is exposed\n");
    return json_answer_of(404, Members{{"code", "NoCredentials"}, {"message", "no such role is exposed"}});
  }
  const Issued issued = current_session(*role);
  Members out;
  if (of_container) {
    out.add("RoleArn", arn_of(partition_of(settings_.region), *role));
  } else {
    out.add("Code", "Success")
        .add("LastUpdated", format_iso8601(issued.session.issued))
        .add("Type", "AWS-HMAC");
  }
  out.add("AccessKeyId", issued.session.access_key_id).add("SecretAccessKey", issued.session.secret.reveal());
  out.add("Token", issued.token).add("Expiration", format_iso8601(issued.session.expires));
  return json_answer_of(200, out);
}

http::Answer Metadata::container_answer(const http::Message& message, std::string_view role) {
  if (message.request.method != "GET") return text_answer(405, "");
  return credentials_of(role, true);
}

// --- Instance metadata
// -----------------------------------------------------------------------------------------------

http::Answer Metadata::new_token(const sigv4::RawRequest& request) {
  if (request.method != "PUT") return text_answer(405, "");
  // Through a proxy the answer would have gone more than one hop; AWS refuses such requests.
  if (request.header("x-forwarded-for")) return text_answer(403, "");
  const auto seconds = seconds_in(request);
  if (!seconds) return text_answer(400, "");
  std::string token = base64_encode(random_.bytes(39)) + "==";
  const Time now = clock_.real();
  {
    const std::lock_guard lock(mutex_);
    if (tokens_.size() >= kMostTokens)
      std::erase_if(tokens_, [&](const auto& entry) { return entry.second <= now; });
    if (tokens_.size() >= kMostTokens) tokens_.clear();
    tokens_[sha256(token)] = now.plus_seconds(*seconds);
  }
  http::Answer answer = text_answer(200, std::move(token));
  answer.headers.emplace_back("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", std::to_string(*seconds));
  return answer;
}

// Without a token the request is version 1's, which is answered too. Tokens go by the real clock, as their
// users do.
bool Metadata::has_valid_token(const sigv4::RawRequest& request) const {
  const auto given = request.header("x-aws-ec2-metadata-token");
  if (!given) return true;
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(sha256(*given));
  return found != tokens_.end() && clock_.real() < found->second;
}

std::string Metadata::identity_document() const {
  std::string account = settings_.account_id;
  if (!roles_.empty()) account = roles_.front().first;
  return to_json(Members{{"accountId", account},
                         {"architecture", "x86_64"},
                         {"availabilityZone", settings_.region + "a"},
                         {"imageId", "ami-0123456789abcdef0"},
                         {"instanceId", kInstance},
                         {"instanceType", "t3.micro"},
                         {"pendingTime", format_iso8601(clock_.now())},
                         {"privateIp", "127.0.0.1"},
                         {"region", settings_.region},
                         {"version", "2017-09-30"}});
}

http::Answer Metadata::answer(const http::Message& message) {
  const sigv4::RawRequest& request = message.request;
  std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  path.remove_prefix(std::min(path.size(), kRoot.size()));
  if (path == kTokenPath) return new_token(request);
  if (request.method != "GET") return text_answer(405, "");
  if (!has_valid_token(request)) return text_answer(401, "");
  if (path.starts_with(kCredentials) && path.size() > kCredentials.size()) {
    return credentials_of(path.substr(kCredentials.size()), false);
  }
  Ptr<Role> role;
  std::string document;
  {
    const std::lock_guard lock(mutex_);
    role = exposed("");
    document = identity_document();
  }
  if (path == "dynamic/instance-identity/document") return text_answer(200, std::move(document));
  if (path == "meta-data/placement/region") return text_answer(200, settings_.region);
  if (path == "meta-data/placement/availability-zone") return text_answer(200, settings_.region + "a");
  if (path == "meta-data/instance-id") return text_answer(200, kInstance);
  if (!role) return text_answer(404, "no role is exposed by instance metadata\n");
  if (path == kCredentials || path == kCredentials.substr(0, kCredentials.size() - 1)) {
    return text_answer(200, role->name);
  }
  if (path == "meta-data/iam/info") {
    return text_answer(
        200, to_json(Members{{"Code", "Success"},
                             {"LastUpdated", format_iso8601(clock_.now())},
                             {"InstanceProfileArn", Arn{std::string(partition_of(settings_.region)), "iam",
                                                        "", role->account, "instance-profile/" + role->name}
                                                        .str()},
                             {"InstanceProfileId", "AIPA" + role->id.substr(std::min<std::size_t>(role->id.size(), 4))}}));
  }
  return text_answer(404, "");
}

}  // namespace latchkey
