// The rules that the W3C's own test suite for trace context asks of a service, rule by rule.
#include "platform/telemetry/trace/propagation.h"

#include <gtest/gtest.h>

namespace argus::trace {
namespace {

const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kSpan = "b7ad6b7169203331";
const std::string kHeader = "00-" + kTrace + "-" + kSpan + "-01";

bool Accepts(const std::string& traceparent) { return !Extract(traceparent, "").trace_id.empty(); }

TEST(Traceparent, IsRead) {
  const auto trace = Extract(kHeader, "");
  EXPECT_EQ(trace.trace_id, kTrace);
  EXPECT_EQ(trace.span_id, kSpan);
  EXPECT_TRUE(trace.sampled);
}

TEST(Traceparent, IsWrittenAsItWasRead) {
  EXPECT_EQ(FormatTraceparent(Extract(kHeader, "")), kHeader);
  EXPECT_EQ(FormatTraceparent({kTrace, kSpan, false}), "00-" + kTrace + "-" + kSpan + "-00");
  EXPECT_EQ(FormatTraceparent({}), "");
}

TEST(Traceparent, HasBlanksAroundIt) {
  EXPECT_TRUE(Accepts(" " + kHeader + "\t"));
  EXPECT_FALSE(Accepts("00- " + kTrace + "-" + kSpan + "-01"));
}

TEST(Traceparent, OfVersionFfIsRefused) { EXPECT_FALSE(Accepts("ff-" + kTrace + "-" + kSpan + "-01")); }

TEST(Traceparent, OfALaterVersionIsReadAsFarAsKnown) {
  EXPECT_TRUE(Accepts("cc-" + kTrace + "-" + kSpan + "-01"));
  EXPECT_TRUE(Accepts("cc-" + kTrace + "-" + kSpan + "-01-what-the-future-brings"));
  EXPECT_FALSE(Accepts("cc-" + kTrace + "-" + kSpan + "-01.what-the-future-brings"));
}

TEST(Traceparent, OfVersion00HasNothingBehindTheFlags) {
  EXPECT_FALSE(Accepts(kHeader + "-"));
  EXPECT_FALSE(Accepts(kHeader + ".5"));
  EXPECT_FALSE(Accepts(kHeader + "-extra"));
}

TEST(Traceparent, VersionIsTwoHexDigits) {
  for (const std::string version : {"0", "000", ".0", "0x", "0G", "1F", ""}) {
    EXPECT_FALSE(Accepts(version + "-" + kTrace + "-" + kSpan + "-01")) << version;
  }
}

TEST(Traceparent, TraceIdIsThirtyTwoLowerCaseDigitsNotAllZero) {
  EXPECT_FALSE(Accepts("00-" + std::string(32, '0') + "-" + kSpan + "-01"));
  EXPECT_FALSE(Accepts("00-" + kTrace.substr(1) + "-" + kSpan + "-01"));
  EXPECT_FALSE(Accepts("00-" + kTrace + "0-" + kSpan + "-01"));
  EXPECT_FALSE(Accepts("00-0AF7651916CD43DD8448EB211C80319C-" + kSpan + "-01"));
  EXPECT_FALSE(Accepts("00-.af7651916cd43dd8448eb211c80319c-" + kSpan + "-01"));
}

TEST(Traceparent, ParentIdIsSixteenLowerCaseDigitsNotAllZero) {
  EXPECT_FALSE(Accepts("00-" + kTrace + "-0000000000000000-01"));
  EXPECT_FALSE(Accepts("00-" + kTrace + "-B7AD6B7169203331-01"));
  EXPECT_FALSE(Accepts("00-" + kTrace + "-b7ad6b716920333-01"));
  EXPECT_FALSE(Accepts("00-" + kTrace + "-b7ad6b71692033311-01"));
}

TEST(Traceparent, FlagsAreTwoLowerCaseDigitsOfWhichOneBitCounts) {
  for (const std::string flags : {"", "1", "001", ".1", "0.", "0A", "xy"}) {
    EXPECT_FALSE(Accepts("00-" + kTrace + "-" + kSpan + "-" + flags)) << flags;
  }
  EXPECT_TRUE(Extract("00-" + kTrace + "-" + kSpan + "-ff", "").sampled);
  EXPECT_TRUE(Extract("00-" + kTrace + "-" + kSpan + "-03", "").sampled);
  EXPECT_FALSE(Extract("00-" + kTrace + "-" + kSpan + "-02", "").sampled);
}

TEST(Traceparent, RefusedAnythingElse) {
  for (const std::string header : {"", "-", "---", "garbage"}) EXPECT_FALSE(Accepts(header)) << header;
  EXPECT_FALSE(Accepts(std::string(1 << 20, '0')));
  EXPECT_FALSE(Accepts(kHeader + "," + kHeader)) << "two headers are none";
}

TEST(Tracestate, TravelsWithAGoodTraceparentOnly) {
  EXPECT_EQ(Extract(kHeader, "a=1").tracestate, "a=1");
  EXPECT_EQ(Extract("00-garbage", "a=1").tracestate, "");
  EXPECT_EQ(Extract(kHeader, "a=1,a=2").trace_id, kTrace) << "a bad tracestate costs only itself";
}

TEST(Tracestate, KeepsMembersInOrder) {
  EXPECT_EQ(CleanTracestate("foo=1"), "foo=1");
  EXPECT_EQ(CleanTracestate("foo=1,bar=2"), "foo=1,bar=2");
  EXPECT_EQ(CleanTracestate("foo=1 \t , \t bar=2"), "foo=1,bar=2");
}

TEST(Tracestate, LeavesEmptyMembersOut) {
  EXPECT_EQ(CleanTracestate(""), "");
  EXPECT_EQ(CleanTracestate("foo=1,"), "foo=1");
  EXPECT_EQ(CleanTracestate(",foo=1,,bar=2, "), "foo=1,bar=2");
}

TEST(Tracestate, RefusesAKeyTwice) {
  EXPECT_EQ(CleanTracestate("foo=1,foo=1"), "");
  EXPECT_EQ(CleanTracestate("foo=1,bar=2,foo=3"), "");
}

TEST(Tracestate, TakesAllowedKeyCharacters) {
  const std::string key = "0123456789abcdefghijklmnopqrstuvwxyz_-*/";
  EXPECT_EQ(CleanTracestate(key + "=1"), key + "=1");
  EXPECT_EQ(CleanTracestate(key + "@a-z0-9_-*/=1"), key + "@a-z0-9_-*/=1");
}

TEST(Tracestate, RefusesOtherKeys) {
  for (const std::string member : {"foo =1", "FOO=1", "foo.bar=1", "foo@=1", "@foo=1", "foo@@bar=1", "foo@bar@baz=1",
                                   "=1", "foo", "foo@1bar=1", "_foo=1"}) {
    EXPECT_EQ(CleanTracestate(member), "") << member;
  }
}

TEST(Tracestate, BoundsKeysAndValues) {
  EXPECT_NE(CleanTracestate(std::string(256, 'z') + "=1"), "");
  EXPECT_EQ(CleanTracestate(std::string(257, 'z') + "=1"), "");
  EXPECT_NE(CleanTracestate(std::string(241, 't') + "@" + std::string(14, 'v') + "=1"), "");
  EXPECT_EQ(CleanTracestate(std::string(242, 't') + "@v=1"), "");
  EXPECT_EQ(CleanTracestate("t@" + std::string(15, 'v') + "=1"), "");
  EXPECT_NE(CleanTracestate("foo=" + std::string(256, 'v')), "");
  EXPECT_EQ(CleanTracestate("foo=" + std::string(257, 'v')), "");
}

TEST(Tracestate, TakesPrintableValuesOnly) {
  EXPECT_EQ(CleanTracestate("foo= 1"), "foo= 1");
  EXPECT_EQ(CleanTracestate("foo="), "");
  EXPECT_EQ(CleanTracestate("foo=bar=baz"), "");
  EXPECT_EQ(CleanTracestate("foo=\x7f"), "");
  EXPECT_EQ(CleanTracestate("foo=\xc3\xa9"), "");
}

TEST(Tracestate, HoldsThirtyTwoMembers) {
  std::string list;
  for (int i = 0; i < 32; ++i) list += (i ? "," : "") + ("k" + std::to_string(i)) + "=1";
  EXPECT_EQ(CleanTracestate(list), list);
  EXPECT_EQ(CleanTracestate(list + ",k32=1"), "");
}

}  // namespace
}  // namespace argus::trace
