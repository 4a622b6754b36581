// The emulator that a scenario runs against: one of its own in this process, or one that runs elsewhere.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "latchkey/emulator.h"
#include "scenarios/client.h"
#include "scenarios/document.h"

namespace latchkey::scenarios {

class Target {
 public:
  // An emulator with the scenario's options. Throws std::runtime_error.
  explicit Target(const Scenario& scenario);
  // One that runs already; the scenario's fixtures are loaded into it. The CA certificate is asked of it if
  // ca_file is empty. Throws std::runtime_error if it does not answer or cannot be what the scenario needs.
  enum class State { keep, reset };
  Target(const Scenario& scenario, const std::string& url, const std::string& ca_file, State state);
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  const Endpoint& http() const { return http_; }
  const Endpoint& https() const { return https_; }
  const std::string& ca_file() const { return ca_file_; }
  // What `latchkey exec` exports, with the bootstrap's credentials.
  std::map<std::string, std::string> environment() const;
  // What the emulator has logged; nullopt if it runs elsewhere.
  std::optional<std::string> log() const;

  // A call of the control API. Throws std::runtime_error if there is no answer.
  Response control(const std::string& method, const std::string& path, const std::string& body = {}) const;

 private:
  // The control API, where anything but success is a std::runtime_error with its reason.
  std::string require(const std::string& method, const std::string& path, const std::string& body = {}) const;
  void fetch_ca();
  void prepare(const Scenario& scenario, State state);

  struct Lines {
    std::mutex mutex;
    std::string text;
  };
  std::shared_ptr<Lines> lines_;
  std::unique_ptr<Emulator> emulator_;
  Endpoint http_;
  Endpoint https_;
  std::string ca_file_;
  std::string fetched_ca_;  // a file of our own
  std::string region_;
};

}  // namespace latchkey::scenarios
