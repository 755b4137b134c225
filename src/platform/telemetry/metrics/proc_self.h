// What the kernel says about this process. Private to this module; a fact that cannot be read is NaN.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace argus::metrics {

// Of /proc/self/stat, in bytes, seconds since boot and numbers.
struct ProcStat {
  double threads;
  double start_seconds;
  double virtual_bytes;
  double resident_bytes;
};
ProcStat ReadProcStat();

// A column of a two-line table such as "IpExt: InOctets …" over "IpExt: 42 …" in /proc/self/net/netstat.
double NetstatColumn(std::string_view netstat, std::string_view table, std::string_view column);

std::string ReadProcFile(const char* path);

// A reading that the callbacks of one scrape share. Thread-safe.
template <typename T>
class Recent {
 public:
  explicit Recent(std::function<T()> read) : read_(std::move(read)) {}

  T Get() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now >= stale_) {
      value_ = read_();
      stale_ = now + std::chrono::milliseconds(20);
    }
    return value_;
  }

 private:
  const std::function<T()> read_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point stale_{};
  T value_{};
};

}  // namespace argus::metrics
