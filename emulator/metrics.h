// What `GET /_latchkey/metrics` shows, in Prometheus' text format:
// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <string>
#include <vector>

#include "core/clock.h"
#include "pipeline/pipeline.h"
#include "store/store.h"

namespace latchkey {

struct Measured {
  const Pipeline& pipeline;
  const std::vector<const Service*>& services;
  const Store& store;
  const Journal& journal;
  const Clock& clock;
  std::size_t connections;
  Time started;  // in real time
};

// Labels are names of operations that exist, outcomes and kinds of entities: no client can make new ones.
std::string prometheus_text(const Measured& measured);

}  // namespace latchkey
