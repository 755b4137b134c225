#include "app/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace argus::app {
namespace {

using metrics::Family;
using metrics::Type;

TEST(MetricsReference, IsTheReviewedPage) {
  std::ifstream file(ARGUS_SOURCE_DIR "/docs/reference/metrics.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(page, MetricsReference()) << "make it anew: make reference";
}

TEST(MetricsCatalogue, NamesEachFamilyOnce) {
  std::set<std::string_view> names;
  for (const auto& family : MetricsCatalogue()) EXPECT_TRUE(names.insert(family.name).second) << family.name;
}

// What promtool would say, and what it cannot know.
TEST(MetricsCatalogue, FollowsTheConventions) {
  const std::regex name("[a-z][a-z0-9_]*");
  for (const auto& family : MetricsCatalogue()) {
    const std::string text(family.name);
    EXPECT_TRUE(std::regex_match(text, name)) << text;
    EXPECT_TRUE(family.help.ends_with(".")) << text << " has no sentence for help";
    EXPECT_EQ(text.ends_with("_total"), family.type == Type::kCounter) << text;
    for (const char* wrong : {"_counter_", "_gauge_", "_histogram_", "_summary_", "_ms_", "milliseconds", "percent"}) {
      EXPECT_EQ((text + "_").find(wrong), std::string::npos) << text;
    }
    const bool has_bounds = family.type == Type::kHistogram || family.type == Type::kSummary;
    EXPECT_EQ(family.buckets.size() > 0, has_bounds) << text;
    EXPECT_TRUE(std::is_sorted(family.buckets.begin(), family.buckets.end())) << text;
  }
}

}  // namespace
}  // namespace argus::app
