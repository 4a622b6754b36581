// What work costs: processor time, which other programs do not take from, and allocations, of one thread.
#pragma once

#include <cstdio>
#include <ctime>
#include <functional>
#include <string>

namespace latchkey::bench {

// Calls of operator new since the program began; meter.cc replaces it.
long allocations();

struct Cost {
  double microseconds = 0;  // of processor time
  double allocations = 0;
};

// Of one call of work, over at least `seconds` of processor time. The first calls are not counted: they fill caches.
Cost cost_of(const std::function<void()>& work, double seconds = 0.5);

}  // namespace latchkey::bench
