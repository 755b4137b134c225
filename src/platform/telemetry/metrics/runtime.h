// The go_* metrics that dashboards for Go servers query, as far as a C++ process has an honest counterpart, and the same
// facts under names of their own (argus_memory_*, argus_threads, argus_concurrency).
#pragma once

#include <functional>
#include <vector>

#include "platform/telemetry/metrics/registry.h"

namespace argus::metrics {

// Once a registry. `in_flight` says how many connections are open and requests being handled, together; it must not block
// and must outlive the last scrape.
void AddRuntimeMetrics(Registry& registry, std::function<double()> in_flight);

// The families of the allocator's numbers, also of those that this program's allocator does not tell.
std::vector<Family> MemoryFamilies();

// The pass that returns idle memory to the system, for a thread that wakes up now and then; go_gc_duration_seconds says how
// long it took. Thread-safe.
class MemoryReturn {
 public:
  // `registry` must outlive it.
  explicit MemoryReturn(Registry& registry);
  void Run();

 private:
  Summary& go_name_;
  Summary& own_name_;
};

}  // namespace argus::metrics
