#include "api/traceparent.h"

#include <gtest/gtest.h>

#include <string>

namespace argus::api {
namespace {

const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kSpan = "b7ad6b7169203331";

TEST(Traceparent, GivesTheCallersSpan) {
  const auto trace = ParseTraceparentHeader("00-" + kTrace + "-" + kSpan + "-01");
  EXPECT_EQ(trace.trace_id, kTrace);
  EXPECT_EQ(trace.span_id, kSpan);
  EXPECT_TRUE(trace.sampled);
  EXPECT_FALSE(ParseTraceparentHeader("00-" + kTrace + "-" + kSpan + "-00").sampled);
}

TEST(Traceparent, ReadsLaterVersionsAsFarAsTheyAreAlike) {
  EXPECT_EQ(ParseTraceparentHeader("01-" + kTrace + "-" + kSpan + "-01-more").trace_id, kTrace);
  EXPECT_EQ(ParseTraceparentHeader("01-" + kTrace + "-" + kSpan + "-01.more").trace_id, "");
}

TEST(Traceparent, IgnoresWhatIsMalformed) {
  const std::string zero32(32, '0');
  const std::string zero16(16, '0');
  for (const std::string& bad :
       {std::string(), std::string("00"), "ff-" + kTrace + "-" + kSpan + "-01", "00-" + zero32 + "-" + kSpan + "-01",
        "00-" + kTrace + "-" + zero16 + "-01", "00-" + kTrace + "-" + kSpan + "-0g",
        "00-" + kTrace + "-" + kSpan + "-01-x", "00-" + std::string(32, 'A') + "-" + kSpan + "-01",
        "00_" + kTrace + "_" + kSpan + "_01"}) {
    EXPECT_EQ(ParseTraceparentHeader(bad).trace_id, "") << bad;
  }
}

}  // namespace
}  // namespace argus::api
