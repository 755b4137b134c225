#include "platform/telemetry/metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

namespace argus::metrics {
namespace {

constexpr Family kCpu{Type::kCounter, "process_cpu_seconds_total", "User and system CPU time spent, in seconds."};
constexpr Family kOpenFds{Type::kGauge, "process_open_fds", "Number of open file descriptors."};
constexpr Family kMaxFds{Type::kGauge, "process_max_fds", "Limit on open file descriptors."};
constexpr Family kVirtual{Type::kGauge, "process_virtual_memory_bytes", "Virtual memory size in bytes."};
constexpr Family kVirtualMax{Type::kGauge, "process_virtual_memory_max_bytes", "Limit on virtual memory in bytes."};
constexpr Family kResident{Type::kGauge, "process_resident_memory_bytes", "Resident memory size in bytes."};
constexpr Family kStart{Type::kGauge, "process_start_time_seconds", "Start of the process, seconds since the epoch."};
constexpr Family kThreads{Type::kGauge, "process_threads", "Number of operating system threads."};

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Field `number` of /proc/self/stat as proc(5) counts them, from 3 on: those after the process name in parentheses, which
// may itself hold spaces and parentheses.
double StatField(int number) {
  const std::string stat = ReadFile("/proc/self/stat");
  std::size_t at = stat.rfind(')');
  for (int field = 2; field < number && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  return at == std::string::npos ? kUnknown : std::strtod(stat.c_str() + at, nullptr);
}

// A line such as "btime 1716540131" of /proc/stat.
double BootTimeSeconds() {
  const std::string stat = ReadFile("/proc/stat");
  const std::size_t at = stat.find("\nbtime ");
  return at == std::string::npos ? kUnknown : std::strtod(stat.c_str() + at + 7, nullptr);
}

double TicksPerSecond() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

double CpuSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return kUnknown;
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * t.tv_usec; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double OpenFileDescriptors() {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return kUnknown;
  double count = -3;  // ".", ".." and the directory's own descriptor
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

double SoftLimit(__rlimit_resource resource) {
  rlimit limit{};
  return getrlimit(resource, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : kUnknown;
}

}  // namespace

void AddProcessMetrics(Registry& registry) {
  const double start = BootTimeSeconds() + StatField(22) / TicksPerSecond();
  registry.AddCallback(kCpu, CpuSeconds);
  registry.AddCallback(kOpenFds, OpenFileDescriptors);
  registry.AddCallback(kMaxFds, [] { return SoftLimit(RLIMIT_NOFILE); });
  registry.AddCallback(kVirtual, [] { return StatField(23); });
  registry.AddCallback(kVirtualMax, [] { return SoftLimit(RLIMIT_AS); });
  registry.AddCallback(kResident, [] { return StatField(24) * static_cast<double>(sysconf(_SC_PAGESIZE)); });
  registry.AddCallback(kStart, [start] { return start; });
  registry.AddCallback(kThreads, [] { return StatField(20); });
}

}  // namespace argus::metrics
