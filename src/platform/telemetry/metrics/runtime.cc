#include "platform/telemetry/metrics/runtime.h"

#include <pthread.h>
#include <sched.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include "platform/telemetry/metrics/allocator.h"
#include "platform/telemetry/metrics/proc_self.h"

namespace argus::metrics {
namespace {

constexpr auto kGauge = Type::kGauge;
constexpr auto kCounter = Type::kCounter;

constexpr Family kGoGoroutines{
    kGauge, "go_goroutines",
    "Concurrent tasks: operating system threads plus open connections plus requests in flight."};
constexpr Family kConcurrency{kGauge, "argus_concurrency", "Operating system threads plus open connections plus requests in flight."};
constexpr Family kGoThreads{kGauge, "go_threads", "Number of operating system threads."};
constexpr Family kThreads{kGauge, "argus_threads", "Number of operating system threads."};
constexpr Family kGoMaxProcs{kGauge, "go_sched_gomaxprocs_threads", "Number of CPUs this process may run on."};
constexpr Family kCpus{kGauge, "argus_cpus", "Number of CPUs this process may run on."};

constexpr FixedList<double, 32> kQuantiles{0, 0.25, 0.5, 0.75, 1};
constexpr Family kGoGc{Type::kSummary, "go_gc_duration_seconds",
                       "Duration of the allocator's pass that returns idle memory to the system. Nothing is stopped "
                       "meanwhile.",
                       {}, kQuantiles};
constexpr Family kReturn{Type::kSummary, "argus_memory_return_duration_seconds",
                         "Duration of the allocator's pass that returns idle memory to the system.", {}, kQuantiles};

// A fact of the allocator under both its names.
struct MemoryFact {
  Family go;
  Family own;
  double (*read)(const AllocatorStats&);
};

double HeapIdle(const AllocatorStats& s) { return s.idle + s.released; }
double HeapSys(const AllocatorStats& s) { return s.active + s.idle + s.released; }
// What an allocator does not tell counts as nothing where it is one of several parts.
double OrNothing(double part) { return std::isnan(part) ? 0 : part; }

constexpr MemoryFact kMemory[] = {
    {{kGauge, "go_memstats_heap_alloc_bytes", "Bytes in live objects, rounded up to the allocator's size classes."},
     {kGauge, "argus_memory_live_bytes", "Bytes in live objects, rounded up to the allocator's size classes."},
     [](const AllocatorStats& s) { return s.allocated; }},
    {{kGauge, "go_memstats_heap_inuse_bytes", "Bytes of pages that hold live objects."},
     {kGauge, "argus_memory_active_bytes", "Bytes of pages that hold live objects."},
     [](const AllocatorStats& s) { return s.active; }},
    {{kGauge, "go_memstats_heap_idle_bytes",
      "Bytes of address space that hold no live object: kept for reuse, or already released to the system."},
     {kGauge, "argus_memory_idle_bytes",
      "Bytes of address space that hold no live object: kept for reuse, or already released to the system."},
     HeapIdle},
    {{kGauge, "go_memstats_heap_released_bytes", "Bytes of address space whose pages went back to the system."},
     {kGauge, "argus_memory_released_bytes", "Bytes of address space whose pages went back to the system."},
     [](const AllocatorStats& s) { return s.released; }},
    {{kGauge, "go_memstats_heap_sys_bytes", "Bytes of address space the allocator holds for objects."},
     {kGauge, "argus_memory_heap_bytes", "Bytes of address space the allocator holds for objects."},
     HeapSys},
    {{kGauge, "go_memstats_heap_objects", "Number of live objects."},
     {kGauge, "argus_memory_live_objects", "Number of live objects."},
     [](const AllocatorStats& s) { return s.mallocs - s.frees; }},
    {{kGauge, "go_memstats_other_sys_bytes", "Bytes the allocator holds for its own bookkeeping."},
     {kGauge, "argus_memory_allocator_bytes", "Bytes the allocator holds for its own bookkeeping."},
     [](const AllocatorStats& s) { return s.metadata; }},
    {{kCounter, "go_memstats_alloc_bytes_total", "Bytes in all objects ever allocated, freed ones included."},
     {kCounter, "argus_memory_allocated_bytes_total", "Bytes in all objects ever allocated, freed ones included."},
     [](const AllocatorStats& s) { return s.allocated_total; }},
    {{kCounter, "go_memstats_mallocs_total", "Number of objects ever allocated."},
     {kCounter, "argus_memory_allocations_total", "Number of objects ever allocated."},
     [](const AllocatorStats& s) { return s.mallocs; }},
    {{kCounter, "go_memstats_frees_total", "Number of objects ever freed."},
     {kCounter, "argus_memory_frees_total", "Number of objects ever freed."},
     [](const AllocatorStats& s) { return s.frees; }},
};

constexpr Family kGoAlloc{kGauge, "go_memstats_alloc_bytes", "The same as go_memstats_heap_alloc_bytes."};
constexpr Family kGoStack{kGauge, "go_memstats_stack_inuse_bytes",
                          "Bytes of address space reserved for the stacks of threads, not all of it resident."};
constexpr Family kStack{kGauge, "argus_memory_stack_bytes",
                        "Bytes of address space reserved for the stacks of threads, not all of it resident."};
constexpr Family kGoSys{kGauge, "go_memstats_sys_bytes",
                        "Bytes of address space held for objects, stacks and the allocator's bookkeeping."};
constexpr Family kSys{kGauge, "argus_memory_reserved_bytes",
                      "Bytes of address space held for objects, stacks and the allocator's bookkeeping."};

void AddTwice(Registry& registry, const Family& go, const Family& own, const std::function<double()>& read) {
  registry.AddCallback(go, read);
  registry.AddCallback(own, read);
}

double UsableCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

double StackBytesPerThread() {
  pthread_attr_t attributes;
  std::size_t size = 0;
  if (pthread_attr_init(&attributes) != 0) return 0;
  pthread_attr_getstacksize(&attributes, &size);
  pthread_attr_destroy(&attributes);
  return static_cast<double>(size);
}

}  // namespace

std::vector<Family> MemoryFamilies() {
  std::vector<Family> families;
  for (const auto& fact : kMemory) families.insert(families.end(), {fact.go, fact.own});
  return families;
}

void AddRuntimeMetrics(Registry& registry, std::function<double()> in_flight) {
  const auto memory = std::make_shared<Recent<AllocatorStats>>(ReadAllocatorStats);
  const auto stat = std::make_shared<Recent<ProcStat>>(ReadProcStat);
  const auto stacks = [stat, each = StackBytesPerThread()] { return stat->Get().threads * each; };
  for (const auto& fact : kMemory) {
    const auto read = [memory, read = fact.read] { return read(memory->Get()); };
    if (!std::isnan(read())) AddTwice(registry, fact.go, fact.own, read);  // else this allocator does not tell
  }
  registry.AddCallback(kGoAlloc, [memory] { return memory->Get().allocated; });
  AddTwice(registry, kGoStack, kStack, stacks);
  AddTwice(registry, kGoSys, kSys, [memory, stacks] {
    const AllocatorStats stats = memory->Get();
    return HeapSys(stats) + OrNothing(stats.metadata) + stacks();
  });
  AddTwice(registry, kGoThreads, kThreads, [stat] { return stat->Get().threads; });
  AddTwice(registry, kGoGoroutines, kConcurrency,
           [stat, in_flight = std::move(in_flight)] { return stat->Get().threads + in_flight(); });
  AddTwice(registry, kGoMaxProcs, kCpus, UsableCpus);
}

MemoryReturn::MemoryReturn(Registry& registry)
    : go_name_(registry.GetSummary(kGoGc)), own_name_(registry.GetSummary(kReturn)) {}

void MemoryReturn::Run() {
  const auto begin = std::chrono::steady_clock::now();
  ReturnIdleMemory();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  go_name_.Observe(seconds);
  own_name_.Observe(seconds);
}

}  // namespace argus::metrics
