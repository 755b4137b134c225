#include "platform/telemetry/metrics/allocator.h"

#include <malloc.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

// jemalloc's, null in a program without it.
extern "C" {
int mallctl(const char* name, void* old, std::size_t* old_size, void* now, std::size_t now_size) __attribute__((weak));
int mallctlnametomib(const char* name, std::size_t* mib, std::size_t* mib_size) __attribute__((weak));
int mallctlbymib(const std::size_t* mib, std::size_t mib_size, void* old, std::size_t* old_size, void* now,
                 std::size_t now_size) __attribute__((weak));
}

namespace argus::metrics {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
// jemalloc's arena number that stands for all arenas together.
constexpr const char* kAllArenas = "4096";

template <typename T>
double Read(const std::string& name) {
  T value{};
  std::size_t size = sizeof value;
  return mallctl(name.c_str(), &value, &size, nullptr, 0) == 0 ? static_cast<double>(value) : kUnknown;
}

double ArenaBytes(const char* name) { return Read<std::size_t>(std::string("stats.arenas.") + kAllArenas + "." + name); }
double ArenaCount(const char* name) { return Read<std::uint64_t>(std::string("stats.arenas.") + kAllArenas + "." + name); }

// A number of the `at`-th size class; `name` has a 0 in the place of `at`, which is part `part` of it.
template <typename T>
class PerClass {
 public:
  PerClass(const std::string& name, std::size_t part) : part_(part) { mallctlnametomib(name.c_str(), mib_, &length_); }
  double Read(std::size_t at) {
    T value{};
    std::size_t size = sizeof value;
    mib_[part_] = at;
    return mallctlbymib(mib_, length_, &value, &size, nullptr, 0) == 0 ? static_cast<double>(value) : 0;
  }

 private:
  const std::size_t part_;
  std::size_t mib_[8] = {};
  std::size_t length_ = 8;
};

// Objects ever made in each of `classes`, times their size. `kind` is "bin" or "lextent".
double BytesEverAllocated(double classes, const std::string& kind) {
  PerClass<std::size_t> size("arenas." + kind + ".0.size", 2);
  PerClass<std::uint64_t> made(std::string("stats.arenas.") + kAllArenas + "." + kind + "s.0.nmalloc", 4);
  double bytes = 0;
  for (std::size_t at = 0; at < static_cast<std::size_t>(classes); ++at) bytes += made.Read(at) * size.Read(at);
  return bytes;
}

AllocatorStats Jemalloc() {
  std::uint64_t epoch = 1;
  mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);  // takes a new reading
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {.allocated = Read<std::size_t>("stats.allocated"),
          .active = Read<std::size_t>("stats.active"),
          .idle = (ArenaBytes("pdirty") + ArenaBytes("pmuzzy")) * page,
          .released = Read<std::size_t>("stats.retained"),
          .metadata = Read<std::size_t>("stats.metadata"),
          .allocated_total = BytesEverAllocated(Read<unsigned>("arenas.nbins"), "bin") +
                             BytesEverAllocated(Read<unsigned>("arenas.nlextents"), "lextent"),
          .mallocs = ArenaCount("small.nmalloc") + ArenaCount("large.nmalloc"),
          .frees = ArenaCount("small.ndalloc") + ArenaCount("large.ndalloc")};
}

AllocatorStats Libc() {
  const struct mallinfo2 info = mallinfo2();
  const double used = static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
  return {.allocated = used,
          .active = used,
          .idle = static_cast<double>(info.fordblks),
          .released = 0,
          .metadata = kUnknown,
          .allocated_total = kUnknown,
          .mallocs = kUnknown,
          .frees = kUnknown};
}

}  // namespace

AllocatorStats ReadAllocatorStats() { return mallctl != nullptr ? Jemalloc() : Libc(); }

void ReturnIdleMemory() {
  if (mallctl == nullptr) {
    malloc_trim(0);
  } else {
    mallctl((std::string("arena.") + kAllArenas + ".decay").c_str(), nullptr, nullptr, nullptr, 0);
  }
}

}  // namespace argus::metrics
