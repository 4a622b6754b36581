// What an Emulator is made of. emulator.cc starts, resets and wires it; facade.cc is its public face.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "control.h"
#include "core/log.h"
#include "fixtures/load.h"
#include "http/certificate.h"
#include "http/server.h"
#include "imds/metadata.h"
#include "kms/rsa_pool.h"
#include "latchkey/emulator.h"
#include "pipeline/pipeline.h"

namespace latchkey {

struct Emulator::Impl {
  explicit Impl(Options given);
  ~Impl() {
    faults.clear();  // nobody waits any longer
    server->stop();
  }

  void open_store();
  std::vector<fixtures::Loaded> start_state(Store& into);
  void load_fixture(std::string_view json);
  void take(const fixtures::Loaded& loaded);
  void reset(std::string_view account);
  void reset_account(std::string_view account);
  http::Answer answer(const http::Message& message);
  http::Answer refuse(const http::Message& message, int status, std::string_view reason);
  std::string metrics_text() const;
  Control::Parts control_parts();

  Options options;
  Settings settings;
  Clock clock;
  const Time started = clock.real();
  Random random;
  kms::RsaPool rsa_pool;
  Log log;
  Journal journal;
  Faults faults;
  std::unique_ptr<Store> store;
  std::vector<const Service*> services;
  std::mutex reset_mutex;  // one reset, import or fixture at a time
  std::unique_ptr<http::Certificates> certificates;
  std::optional<Pipeline> pipeline;
  std::optional<Control> control;
  std::optional<Metadata> metadata;
  std::unique_ptr<http::Server> server;
};

}  // namespace latchkey
