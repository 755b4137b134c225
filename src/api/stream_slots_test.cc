#include "api/stream_slots.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "domain/reasons.h"

namespace argus::api {
namespace {

TEST(StreamSlots, AreBoundedForEachUser) {
  StreamSlots slots(2);
  auto first = slots.Take("alice");
  auto second = slots.Take("alice");
  ASSERT_TRUE(first.ok() && second.ok());
  const auto third = slots.Take("alice");
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code(), Code::kResourceExhausted);
  EXPECT_EQ(third.error().reason(), reasons::kTooManyStreams);
  EXPECT_TRUE(slots.Take("bob").ok());
}

TEST(StreamSlots, ComeBackWhenTheyAreGivenUp) {
  StreamSlots slots(1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(slots.Take("alice").ok());
}

TEST(StreamSlots, MayOutliveTheirOwner) {
  std::optional<StreamSlots> slots(std::in_place, 1);
  const auto slot = slots->Take("alice");
  slots.reset();
  EXPECT_TRUE(slot.ok());
}

}  // namespace
}  // namespace argus::api
