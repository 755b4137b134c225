#include "platform/db/pool.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "platform/db/errors.h"

namespace argus::db {
namespace {

using std::chrono::milliseconds;

struct FakeConnection {
  explicit FakeConnection(int n) : number(n) {}
  bool Healthy() const { return healthy; }
  int number;
  bool healthy = true;
};

class PoolTest : public testing::Test {
 protected:
  Pool<FakeConnection>::Lease Take() { return std::move(pool_.Acquire(patience_)).value(); }

  int opened_ = 0;
  bool refuse_ = false;
  const Patience patience_{milliseconds{5000}};
  Pool<FakeConnection> pool_{2, [this](const Patience&) -> Result<std::unique_ptr<FakeConnection>> {
                               if (refuse_) return Unavailable("refused");
                               return std::make_unique<FakeConnection>(++opened_);
                             }};
};

TEST_F(PoolTest, LendsTheMostRecentlyUsed) {
  {
    const auto first = Take();
    const auto second = Take();
  }
  EXPECT_EQ(Take()->number, 1);
  EXPECT_EQ(opened_, 2);
}

TEST_F(PoolTest, ClosesWhatIsNotHealthy) {
  Take()->healthy = false;
  EXPECT_EQ(Take()->number, 2);
}

TEST_F(PoolTest, WaitsForAReturnedConnection) {
  std::optional<Pool<FakeConnection>::Lease> first(Take());
  const auto second = Take();
  std::thread giver([&] { first.reset(); });
  EXPECT_EQ(Take()->number, 1);
  giver.join();
}

TEST_F(PoolTest, GivesUpWithTheReason) {
  const auto first = Take();
  const auto second = Take();
  EXPECT_EQ(pool_.Acquire(Patience(milliseconds{1})).error().code(), Code::kUnavailable);
  RequestContext ctx;
  ctx.deadline = std::chrono::steady_clock::now();
  EXPECT_EQ(pool_.Acquire(Patience(ctx)).error().code(), Code::kDeadlineExceeded);
  ctx.cancel->Cancel();
  EXPECT_EQ(pool_.Acquire(Patience(ctx)).error().code(), Code::kCancelled);
}

TEST_F(PoolTest, SaysHowFullItIs) {
  const auto first = Take();
  {
    const auto second = Take();
    EXPECT_EQ(pool_.use().lent, 2u);
  }
  const PoolUse use = pool_.use();
  EXPECT_EQ(use.open, 2u);
  EXPECT_EQ(use.lent, 1u);
  EXPECT_EQ(use.capacity, 2u);
}

TEST_F(PoolTest, AFailedOpeningFreesItsPlace) {
  refuse_ = true;
  for (int attempt = 0; attempt < 3; ++attempt) EXPECT_FALSE(pool_.Acquire(patience_).ok());
  refuse_ = false;
  const auto first = Take();
  const auto second = Take();
}

}  // namespace
}  // namespace argus::db
