#include "platform/telemetry/profile/profile.h"

#include <gtest/gtest.h>

#include "github.com/google/pprof/proto/profile.pb.h"
#include "platform/telemetry/profile/heap_text.h"
#include "platform/telemetry/profile/profile_proto.h"
#include "platform/telemetry/profile/profile_text.h"

namespace argus::profile {
namespace {

namespace pb = perftools::profiles;

__attribute__((noinline)) std::uintptr_t HereIAm() {
  const auto address = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  asm volatile("" ::: "memory");
  return address - 1;
}

__attribute__((noinline)) std::uintptr_t AddressInCaller() {
  const auto address = HereIAm();
  asm volatile("" ::: "memory");
  return address;
}

Profile TwoSamples() {
  Profile profile;
  profile.types = {{"samples", "count"}, {"cpu", "nanoseconds"}};
  profile.period_type = {"cpu", "nanoseconds"};
  profile.period = 10'000'000;
  const auto address = AddressInCaller();
  const std::int64_t first[] = {1, 10}, second[] = {2, 20};
  profile.Add({{address}, {{"runner", "sync"}}}, first);
  profile.Add({{address, address}, {}}, second);
  profile.Add({{address, address}, {}}, second);
  return profile;
}

TEST(Profile, AddsUpEqualStacks) {
  const auto profile = TwoSamples();
  ASSERT_EQ(profile.samples.size(), 2u);
  EXPECT_EQ(profile.samples.begin()->second, (std::vector<std::int64_t>{1, 10}));
  EXPECT_EQ(profile.samples.rbegin()->second, (std::vector<std::int64_t>{4, 40}));
}

TEST(Profile, DifferenceKeepsWhatChanged) {
  Profile before = TwoSamples(), after = TwoSamples();
  before.time = Timestamp(std::chrono::seconds(1));
  after.time = Timestamp(std::chrono::seconds(4));
  const std::int64_t more[] = {5, 50}, fewer[] = {-1, -10};
  after.Add(after.samples.begin()->first, more);
  after.Add({{7}, {}}, fewer);
  const auto difference = Difference(before, after);
  EXPECT_EQ(difference.duration, std::chrono::seconds(3));
  ASSERT_EQ(difference.samples.size(), 2u);
  EXPECT_EQ(difference.samples.at({{7}, {}}), (std::vector<std::int64_t>{-1, -10}));
  EXPECT_EQ(difference.samples.at(before.samples.begin()->first), (std::vector<std::int64_t>{5, 50}));
}

TEST(ProfileProto, CarriesFunctionsMappingsAndLabels) {
  pb::Profile read;
  ASSERT_TRUE(read.ParseFromString(EncodeProfile(TwoSamples(), symbols::Symbolizer::OfProcess())));
  const auto text = [&](std::int64_t index) { return read.string_table(static_cast<int>(index)); };
  EXPECT_EQ(text(0), "");
  ASSERT_EQ(read.sample_type_size(), 2);
  EXPECT_EQ(text(read.sample_type(1).type()), "cpu");
  EXPECT_EQ(text(read.period_type().unit()), "nanoseconds");
  ASSERT_EQ(read.location_size(), 1);
  ASSERT_EQ(read.function_size(), 1);
  EXPECT_NE(text(read.function(0).name()).find("AddressInCaller"), std::string::npos);
  EXPECT_NE(text(read.function(0).filename()).find("profile_test.cc"), std::string::npos);
  EXPECT_GT(read.location(0).line(0).line(), 0);
  const auto& mapping = read.mapping(static_cast<int>(read.location(0).mapping_id()) - 1);
  EXPECT_NE(text(mapping.filename()).find("profile_test"), std::string::npos);
  EXPECT_TRUE(mapping.has_functions());
  ASSERT_EQ(read.sample_size(), 2);
  EXPECT_EQ(read.sample(0).location_id_size(), 1);
  EXPECT_EQ(read.sample(1).location_id_size(), 2);
  EXPECT_EQ(text(read.sample(0).label(0).key()), "runner");
  EXPECT_EQ(text(read.sample(0).label(0).str()), "sync");
}

TEST(ProfileText, ListsTheLargestFirstWithNames) {
  auto profile = TwoSamples();
  profile.types = {{"goroutine", "count"}};
  for (auto& [key, values] : profile.samples) values.resize(1);
  const auto text = CountText(profile, symbols::Symbolizer::OfProcess());
  EXPECT_TRUE(text.starts_with("goroutine profile: total 5\n4 @ 0x")) << text;
  EXPECT_NE(text.find("AddressInCaller"), std::string::npos);
  EXPECT_NE(text.find("# labels: {\"runner\":\"sync\"}"), std::string::npos);
}

constexpr std::string_view kHeap =
    "heap_v2/524288\n"
    "  t*: 3: 1048640 [0: 0]\n"
    "  t3: 3: 1048640 [0: 0]\n"
    "@ 0x11 0x21\n"
    "  t*: 1: 64 [2: 128]\n"
    "  t3: 1: 64 [2: 128]\n"
    "@ 0x31\n"
    "  t*: 2: 1048576 [2: 1048576]\n"
    "  t4: 2: 1048576 [2: 1048576]\n"
    "\nMAPPED_LIBRARIES:\n00400000-00500000 r-xp 00000000 08:01 1 /bin/true\n@ 0x99\n  t*: 1: 1 [1: 1]\n";

TEST(HeapText, ScalesSamplesToWhatTheyStandFor) {
  const auto parsed = ParseHeapText(kHeap);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->period, 524288);
  ASSERT_EQ(parsed->samples.size(), 2u);
  const auto& small = parsed->samples.at({{0x10, 0x20}, {}});  // one of 64 bytes stands for 8192.5
  EXPECT_EQ(small, (std::vector<std::int64_t>{16385, 1048640, 8193, 524320}));
  const auto& large = parsed->samples.at({{0x30}, {}});  // 1 / (1 - 1/e)
  EXPECT_EQ(large, (std::vector<std::int64_t>{3, 1658823, 3, 1658823}));
}

TEST(HeapText, RefusesWhatIsNotOne) {
  for (const std::string_view text : {"", "heap profile: 1", "heap_v2/x\n", "heap_v2/0\n", "heap_v2/1\n@ 0x1\n  t*: x\n",
                                      "heap_v2/1\n@ 0x1\n  t*: 1: 2 3\n", "heap_v2/1\n@ 0x1\n  t*: 1: 2 [3\n"}) {
    EXPECT_FALSE(ParseHeapText(text).ok()) << text;
  }
  EXPECT_TRUE(ParseHeapText("heap_v2/524288\n  t*: 0: 0 [0: 0]\n").value().samples.empty());
}

}  // namespace
}  // namespace argus::profile
