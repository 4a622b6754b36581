#include "bench/meter.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> allocated = 0;

}  // namespace

void* operator new(std::size_t size) {
  allocated.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace latchkey::bench {

long allocations() { return allocated.load(std::memory_order_relaxed); }

Cost cost_of(const std::function<void()>& work, double seconds) {
  for (int i = 0; i < 20; ++i) work();
  const long allocated_before = allocations();
  const std::clock_t start = std::clock();
  long calls = 0;
  double spent = 0;
  do {
    for (int i = 0; i < 20; ++i) work();
    calls += 20;
    spent = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  } while (spent < seconds);
  const auto count = static_cast<double>(calls);
  return {spent * 1e6 / count, static_cast<double>(allocations() - allocated_before) / count};
}

}  // namespace latchkey::bench
