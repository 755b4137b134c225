#include "platform/net/correlation_id.h"

#include <gtest/gtest.h>

namespace argus::net {
namespace {

constexpr Timestamp kNow{std::chrono::seconds(1'780'000'000)};  // 2026

TEST(CorrelationId, HasABoundedAlphabetAndLength) {
  EXPECT_TRUE(IsCorrelationId("req-2026-a.b_c:D"));
  EXPECT_TRUE(IsCorrelationId(std::string(128, 'a')));
  for (const std::string& bad : {std::string(), std::string(129, 'a'), std::string("a b"), std::string("a\nb"),
                                 std::string("a\"b"), std::string("a\0b", 3), std::string("ä")}) {
    EXPECT_FALSE(IsCorrelationId(bad)) << bad;
  }
}

TEST(CorrelationId, NewOnesAreWellFormedAndDiffer) {
  const std::string id = NewCorrelationId(kNow);
  EXPECT_TRUE(id.starts_with("req-2026-")) << id;
  EXPECT_TRUE(IsCorrelationId(id));
  EXPECT_NE(id, NewCorrelationId(kNow));
}

TEST(CorrelationId, ComesFromTheFirstWellFormedHeader) {
  Headers headers;
  headers.Add("x-request-id", "third");
  EXPECT_EQ(CorrelationIdOf(headers, kNow), "third");
  headers.Add("X-Correlation-Id", "second");
  EXPECT_EQ(CorrelationIdOf(headers, kNow), "second");
  headers.Add("correlation_id", "first one");  // Malformed: the next one counts.
  EXPECT_EQ(CorrelationIdOf(headers, kNow), "second");
  headers.Set("correlation_id", "first");
  EXPECT_EQ(CorrelationIdOf(headers, kNow), "first");
}

TEST(CorrelationId, ComesFromTheFirstWellFormedOfSeveralFields) {
  Headers headers;
  headers.Add("correlation_id", std::string(129, 'a'));
  headers.Add("correlation_id", "a\tb");
  headers.Add("correlation_id", "good");
  headers.Add("correlation_id", "later");
  EXPECT_EQ(CorrelationIdOf(headers, kNow), "good");
}

TEST(CorrelationId, IsAddedUnderBothNamesOnce) {
  Headers headers;
  headers.Add("x-correlation-id", "here already");
  AddCorrelationId("id", headers);
  AddCorrelationId("other", headers);
  EXPECT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers.Get("X-Correlation-ID"), "here already");
  EXPECT_EQ(headers.Get("correlation_id"), "id");
}

TEST(CorrelationId, IsMadeWhereTheCallerSentNone) { EXPECT_TRUE(CorrelationIdOf({}, kNow).starts_with("req-2026-")); }

}  // namespace
}  // namespace argus::net
