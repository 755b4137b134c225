#include "platform/telemetry/metrics/runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "platform/telemetry/metrics/proc_self.h"

namespace argus::metrics {
namespace {

using testing::HasSubstr;

double Sample(const std::string& text, const std::string& name) {
  const std::size_t at = ("\n" + text).find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + name.size() + 1, nullptr);
}

TEST(RuntimeMetrics, HaveBothTheirNames) {
  Registry registry;
  AddRuntimeMetrics(registry, [] { return 5.0; });
  const std::string text = registry.RenderText();
  EXPECT_GE(Sample(text, "go_threads"), 1);
  EXPECT_EQ(Sample(text, "go_goroutines"), Sample(text, "go_threads") + 5);
  EXPECT_EQ(Sample(text, "argus_concurrency"), Sample(text, "go_goroutines"));
  EXPECT_GE(Sample(text, "go_sched_gomaxprocs_threads"), 1);
  EXPECT_GE(Sample(text, "go_memstats_alloc_bytes"), 0);
  EXPECT_GE(Sample(text, "go_memstats_heap_inuse_bytes"), 0);
  EXPECT_EQ(Sample(text, "argus_memory_active_bytes"), Sample(text, "go_memstats_heap_inuse_bytes"));
  EXPECT_GT(Sample(text, "go_memstats_stack_inuse_bytes"), 4096);
  EXPECT_GE(Sample(text, "go_memstats_sys_bytes"),
            Sample(text, "go_memstats_heap_sys_bytes") + Sample(text, "go_memstats_stack_inuse_bytes"));
  EXPECT_EQ(Sample(text, "go_memstats_next_gc_bytes"), -1);
}

TEST(MemoryReturn, TimesItsPasses) {
  Registry registry;
  MemoryReturn memory_return(registry);
  EXPECT_THAT(registry.RenderText(), HasSubstr("go_gc_duration_seconds{quantile=\"1\"} NaN\n"));
  memory_return.Run();
  memory_return.Run();
  const std::string text = registry.RenderText();
  EXPECT_EQ(Sample(text, "go_gc_duration_seconds_count"), 2);
  EXPECT_EQ(Sample(text, "argus_memory_return_duration_seconds_count"), 2);
  EXPECT_GT(Sample(text, "go_gc_duration_seconds{quantile=\"1\"}"), 0);
  EXPECT_LT(Sample(text, "go_gc_duration_seconds{quantile=\"0\"}"), 10);
}

TEST(NetstatColumn, FindsAValueByTableAndName) {
  const char* netstat = "TcpExt: A B\nTcpExt: 1 2\nIpExt: InNoRoutes InOctets\nIpExt: 3 4\n";
  EXPECT_EQ(NetstatColumn(netstat, "IpExt:", "InOctets"), 4);
  EXPECT_EQ(NetstatColumn(netstat, "TcpExt:", "A"), 1);
  EXPECT_NE(NetstatColumn(netstat, "IpExt:", "A"), NetstatColumn(netstat, "IpExt:", "A"));  // NaN
  EXPECT_NE(NetstatColumn("", "IpExt:", "A"), NetstatColumn("", "IpExt:", "A"));
}

}  // namespace
}  // namespace argus::metrics
