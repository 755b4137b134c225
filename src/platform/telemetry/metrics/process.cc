#include "platform/telemetry/metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>

#include "platform/telemetry/metrics/proc_self.h"

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
constexpr Family kReceived{Type::kCounter, "process_network_receive_bytes_total",
                           "Bytes received by IP in the network namespace of the process."};
constexpr Family kSent{Type::kCounter, "process_network_transmit_bytes_total",
                       "Bytes sent by IP in the network namespace of the process."};

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// A line such as "btime 1716540131" of /proc/stat.
double BootTimeSeconds() {
  const std::string stat = ReadProcFile("/proc/stat");
  const std::size_t at = stat.find("\nbtime ");
  return at == std::string::npos ? kUnknown : std::strtod(stat.c_str() + at + 7, nullptr);
}

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

double IpBytes(const char* column) {
  return NetstatColumn(ReadProcFile("/proc/self/net/netstat"), "IpExt:", column);
}

void AddTraffic(Registry& registry, const Family& family, const char* column) {
  if (!std::isnan(IpBytes(column))) registry.AddCallback(family, [column] { return IpBytes(column); });
}

}  // namespace

void AddProcessMetrics(Registry& registry) {
  const double start = BootTimeSeconds() + ReadProcStat().start_seconds;
  const auto stat = std::make_shared<Recent<ProcStat>>(ReadProcStat);
  registry.AddCallback(kCpu, CpuSeconds);
  registry.AddCallback(kOpenFds, OpenFileDescriptors);
  registry.AddCallback(kMaxFds, [] { return SoftLimit(RLIMIT_NOFILE); });
  registry.AddCallback(kVirtual, [stat] { return stat->Get().virtual_bytes; });
  registry.AddCallback(kVirtualMax, [] { return SoftLimit(RLIMIT_AS); });
  registry.AddCallback(kResident, [stat] { return stat->Get().resident_bytes; });
  registry.AddCallback(kStart, [start] { return start; });
  registry.AddCallback(kThreads, [stat] { return stat->Get().threads; });
  AddTraffic(registry, kReceived, "InOctets");
  AddTraffic(registry, kSent, "OutOctets");
}

}  // namespace argus::metrics
