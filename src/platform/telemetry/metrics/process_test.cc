#include "platform/telemetry/metrics/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <string>

namespace argus::metrics {
namespace {

double Sample(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + name.size() + 2, nullptr);
}

TEST(ProcessMetrics, TellTheFactsOfThisProcess) {
  Registry registry;
  AddProcessMetrics(registry);
  const std::string text = registry.RenderText();
  EXPECT_GE(Sample(text, "process_cpu_seconds_total"), 0);
  EXPECT_GE(Sample(text, "process_open_fds"), 3);
  EXPECT_GE(Sample(text, "process_max_fds"), Sample(text, "process_open_fds"));
  EXPECT_GT(Sample(text, "process_resident_memory_bytes"), 1e5);
  EXPECT_GT(Sample(text, "process_virtual_memory_bytes"), Sample(text, "process_resident_memory_bytes"));
  EXPECT_GT(Sample(text, "process_virtual_memory_max_bytes"), 0);
  EXPECT_GE(Sample(text, "process_threads"), 1);
  EXPECT_NEAR(Sample(text, "process_start_time_seconds"), static_cast<double>(std::time(nullptr)), 300);
}

TEST(ProcessMetrics, CountDescriptorsExactly) {
  Registry registry;
  AddProcessMetrics(registry);
  const double before = Sample(registry.RenderText(), "process_open_fds");
  const int extra = dup(0);
  EXPECT_EQ(Sample(registry.RenderText(), "process_open_fds"), before + 1);
  close(extra);
}

}  // namespace
}  // namespace argus::metrics
