#include "platform/telemetry/metrics/proc_self.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>

namespace argus::metrics {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Field `number` as proc(5) counts them, from 3 on: those after the process name in parentheses, which may itself hold
// spaces and parentheses.
double Field(const std::string& stat, int number) {
  std::size_t at = stat.rfind(')');
  for (int field = 2; field < number && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  return at == std::string::npos ? kUnknown : std::strtod(stat.c_str() + at, nullptr);
}

}  // namespace

std::string ReadProcFile(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

ProcStat ReadProcStat() {
  const std::string stat = ReadProcFile("/proc/self/stat");
  return {.threads = Field(stat, 20),
          .start_seconds = Field(stat, 22) / static_cast<double>(sysconf(_SC_CLK_TCK)),
          .virtual_bytes = Field(stat, 23),
          .resident_bytes = Field(stat, 24) * static_cast<double>(sysconf(_SC_PAGESIZE))};
}

double NetstatColumn(std::string_view netstat, std::string_view table, std::string_view column) {
  std::istringstream lines{std::string(netstat)};
  for (std::string names, values; std::getline(lines, names) && std::getline(lines, values);) {
    std::istringstream name(names);
    std::istringstream value(values);
    for (std::string n, v; name >> n && value >> v;) {
      if (!names.starts_with(table)) break;
      if (n == column) return std::strtod(v.c_str(), nullptr);
    }
  }
  return kUnknown;
}

}  // namespace argus::metrics
