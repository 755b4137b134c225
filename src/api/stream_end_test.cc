#include "api/stream_end.h"

#include <gtest/gtest.h>

#include <optional>

#include "contract/contract.h"
#include "platform/base/reasons.h"

namespace argus::api {
namespace {

// Ends at once, with an error if it was given one.
class Ending final : public rpc::Subscription {
 public:
  explicit Ending(Status status) : status_(std::move(status)) {}
  Result<rpc::StreamItem> Next(RequestContext&) override {
    if (!status_.ok()) return status_.error();
    return rpc::StreamItem::End();
  }
  void SetWake(std::function<void()>) override {}

 private:
  const Status status_;
};

class StreamEndTest : public testing::Test {
 protected:
  StreamEndTest()
      : method_(v1::WatchRolloutRequest::descriptor()->file()->FindServiceByName("RolloutService")->method(15)) {
    rpc::Arrival arrival;
    arrival.method = &method_;
    call_.emplace(std::move(arrival));
  }

  void Open(Status status) {
    call_->subscription() = std::make_unique<Ending>(std::move(status));
    WhenEnded(*call_, rpc::MessagePtr(), [this](const Status& ended) { Note(ended); });
  }
  void Note(const Status& status) {
    ++times_;
    ended_ = status;
  }

  rpc::Method method_;
  std::optional<rpc::Call> call_;
  int times_ = 0;
  Status ended_;
};

TEST_F(StreamEndTest, IsAtOnceForAUnaryCallAndForARefusedOne) {
  WhenEnded(*call_, rpc::MessagePtr(), [this](const Status& ended) { Note(ended); });
  EXPECT_TRUE(ended_.ok());
  WhenEnded(*call_, Error(Code::kNotFound, reasons::kRouteNotFound, "gone"),
            [this](const Status& ended) { Note(ended); });
  EXPECT_EQ(ended_.error().code(), Code::kNotFound);
  EXPECT_EQ(times_, 2);
}

TEST_F(StreamEndTest, ComesWithTheStreamsOwnEnd) {
  Open(Ok());
  EXPECT_EQ(times_, 0);
  EXPECT_TRUE(call_->subscription()->Next(call_->context())->end);
  call_->subscription().reset();
  EXPECT_EQ(times_, 1);
  EXPECT_TRUE(ended_.ok());
}

TEST_F(StreamEndTest, ComesWithTheStreamsError) {
  Open(Error(Code::kUnavailable, reasons::kDatabaseUnavailable, "down"));
  EXPECT_FALSE(call_->subscription()->Next(call_->context()).ok());
  call_->subscription().reset();
  EXPECT_EQ(ended_.error().code(), Code::kUnavailable);
}

TEST_F(StreamEndTest, IsCancelledWhenTheCallerLeaves) {
  Open(Ok());
  call_.reset();
  EXPECT_EQ(times_, 1);
  EXPECT_EQ(ended_.error().code(), Code::kCancelled);
}

}  // namespace
}  // namespace argus::api
