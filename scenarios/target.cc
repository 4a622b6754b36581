#include "scenarios/target.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "core/json.h"
#include "scenarios/variables.h"

namespace latchkey::scenarios {
namespace {

Endpoint endpoint_of(const std::string& url) {
  auto endpoint = Endpoint::parse(url);
  if (!endpoint) throw std::runtime_error("'" + url + "' is not http://HOST:PORT or https://HOST:PORT");
  return *std::move(endpoint);
}

}  // namespace

Target::Target(const Scenario& scenario)
    : lines_(std::make_shared<Lines>()), region_(scenario.options.region) {
  Options options = scenario.options;
  options.log_level = Options::LogLevel::debug;
  options.log_sink = [lines = lines_](const std::string& line) {
    const std::lock_guard lock(lines->mutex);
    lines->text += line;
  };
  emulator_ = std::make_unique<Emulator>(std::move(options));
  http_ = endpoint_of(emulator_->url());
  https_ = endpoint_of(emulator_->https_url());
  ca_file_ = emulator_->ca_path();
}

Target::Target(const Scenario& scenario, const std::string& url, const std::string& ca_file, State state)
    : http_(endpoint_of(url)), https_(http_), ca_file_(ca_file), region_(scenario.options.region) {
  http_.tls = false;
  https_.tls = true;
  prepare(scenario, state);
  if (ca_file_.empty()) fetch_ca();
}

Target::~Target() {
  if (!fetched_ca_.empty()) unlink(fetched_ca_.c_str());
}

void Target::prepare(const Scenario& scenario, State state) {
  const auto health = parse_json(require("GET", "/_latchkey/health"));
  const Value* enforcing = health ? at_path(*health, "enforce_iam") : nullptr;
  const std::string_view wanted = scenario.options.enforce_iam ? "on" : "off";
  if (enforcing == nullptr || *enforcing != Value(wanted)) {
    throw std::runtime_error("the scenario needs an emulator with --enforce-iam=" + std::string(wanted));
  }
  if (state == State::reset) require("POST", "/_latchkey/reset");
  if (!scenario.options.clock.empty()) {
    require("PUT", "/_latchkey/clock", to_json(Members{{"freeze", scenario.options.clock}}));
  }
  for (const std::string& fixture : scenario.options.fixtures)
    require("POST", "/_latchkey/fixtures", fixture);
}

void Target::fetch_ca() {
  std::string name = (std::filesystem::temp_directory_path() / "latchkey-ca-XXXXXX").string();
  const int file = mkstemp(name.data());
  if (file < 0) throw std::runtime_error("cannot make a temporary file");
  close(file);
  fetched_ca_ = name;
  ca_file_ = name;
  std::ofstream(name, std::ios::binary) << require("GET", "/_latchkey/ca.pem");
}

std::map<std::string, std::string> Target::environment() const {
  if (emulator_) {
    const auto pairs = emulator_->environment();
    return {pairs.begin(), pairs.end()};
  }
  std::map<std::string, std::string> out = {
      {"AWS_ACCESS_KEY_ID", "test"},   {"AWS_SECRET_ACCESS_KEY", "test"},  {"AWS_REGION", region_},
      {"AWS_DEFAULT_REGION", region_}, {"AWS_CA_BUNDLE", ca_file_},        {"NODE_EXTRA_CA_CERTS", ca_file_},
      {"LATCHKEY_URL", http_.url()},   {"LATCHKEY_URL_TLS", https_.url()}, {"LATCHKEY_CA", ca_file_}};
  for (const char* name : {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_IAM",
                           "AWS_ENDPOINT_URL_STS", "AWS_EC2_METADATA_SERVICE_ENDPOINT"}) {
    out[name] = http_.url();
  }
  return out;
}

std::optional<std::string> Target::log() const {
  if (!lines_) return std::nullopt;
  const std::lock_guard lock(lines_->mutex);
  return lines_->text;
}

Response Target::control(const std::string& method, const std::string& path, const std::string& body) const {
  sigv4::RawRequest request;
  request.method = method;
  request.target = path;
  request.headers.push_back({"Host", http_.authority()});
  if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  request.body = body;
  return send(http_, ca_file_, request);
}

std::string Target::require(const std::string& method, const std::string& path,
                            const std::string& body) const {
  Response response = control(method, path, body);
  if (response.status == 200) return std::move(response.body);
  const auto answer = parse_json(response.body);
  const Value* error = answer ? at_path(*answer, "error") : nullptr;
  throw std::runtime_error(method + " " + path + " answers " + std::to_string(response.status) +
                           (error == nullptr ? "" : ": " + as_text(*error)));
}

}  // namespace latchkey::scenarios
