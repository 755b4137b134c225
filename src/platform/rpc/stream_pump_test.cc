#include "platform/rpc/stream_pump.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <thread>

#include "platform/rpc/testdata/echo_service.h"

namespace argus::rpc {
namespace {

using rpctest::v1::CountResponse;

// A queue that the test fills; Next() takes from it.
struct Source {
  std::mutex mutex;
  std::deque<int> numbers;
  bool ended = false;
  bool gone = false;
  std::function<void()> wake;

  void Push(int number) {
    std::function<void()> call;
    {
      const std::lock_guard lock(mutex);
      numbers.push_back(number);
      call = wake;
    }
    if (call) call();
  }
};

class Queue final : public Subscription {
 public:
  explicit Queue(std::shared_ptr<Source> source) : source_(std::move(source)) {}
  ~Queue() override {
    const std::lock_guard lock(source_->mutex);
    source_->gone = true;
  }
  Result<StreamItem> Next(RequestContext&) override {
    const std::lock_guard lock(source_->mutex);
    if (source_->numbers.empty()) return source_->ended ? StreamItem::End() : StreamItem::Idle();
    auto message = std::make_unique<CountResponse>();
    message->set_number(source_->numbers.front());
    source_->numbers.pop_front();
    return StreamItem::Of(std::move(message));
  }
  void SetWake(std::function<void()> wake) override {
    const std::lock_guard lock(source_->mutex);
    source_->wake = std::move(wake);
  }

 private:
  const std::shared_ptr<Source> source_;
};

// Sends into a list; the test says when a message is out.
class Pump final : public StreamPump {
 public:
  using StreamPump::StreamPump;

  int AwaitMessage() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !sent_.empty(); });
    const int number = sent_.empty() ? -1 : sent_.front();
    if (!sent_.empty()) sent_.pop_front();
    return number;
  }
  std::optional<Status> AwaitEnd() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return end_.has_value(); });
    return end_;
  }
  bool ended() {
    const std::lock_guard lock(mutex_);
    return end_.has_value();
  }

 private:
  void Send(const google::protobuf::Message& message) override {
    const std::lock_guard lock(mutex_);
    sent_.push_back(static_cast<const CountResponse&>(message).number());
    changed_.notify_all();
  }
  void Finish(const Status& status) override {
    const std::lock_guard lock(mutex_);
    end_ = status;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<int> sent_;
  std::optional<Status> end_;
};

class StreamPumpTest : public testing::Test {
 protected:
  StreamPumpTest() {
    dispatcher_.AddService("argus.rpctest.v1.EchoService");
    Arrival arrival;
    arrival.method = dispatcher_.Find("/argus.rpctest.v1.EchoService/Count");
    cancel_ = arrival.context.cancel;
    auto call = std::make_unique<Call>(std::move(arrival));
    call->subscription() = std::make_unique<Queue>(source_);
    pump_ = std::make_shared<Pump>(std::move(call), workers_);
  }
  bool SourceGone() {
    const std::lock_guard lock(source_->mutex);
    return source_->gone;
  }

  Dispatcher dispatcher_;
  WorkerPool workers_{"test", 2, 100};
  std::shared_ptr<Source> source_ = std::make_shared<Source>();
  std::shared_ptr<CancelToken> cancel_;
  std::shared_ptr<Pump> pump_;
};

TEST_F(StreamPumpTest, SendsOneMessageAtATimeAndWakesForMore) {
  source_->Push(1);
  source_->Push(2);
  pump_->Begin();
  EXPECT_EQ(pump_->AwaitMessage(), 1);
  {
    const std::lock_guard lock(source_->mutex);
    EXPECT_EQ(source_->numbers.size(), 1u);  // the second waits until the first is out
  }
  pump_->Sent();
  EXPECT_EQ(pump_->AwaitMessage(), 2);
  pump_->Sent();
  source_->Push(3);
  EXPECT_EQ(pump_->AwaitMessage(), 3);
  {
    const std::lock_guard lock(source_->mutex);
    source_->ended = true;
  }
  pump_->Sent();
  EXPECT_TRUE(pump_->AwaitEnd()->ok());
  EXPECT_TRUE(SourceGone());
}

TEST_F(StreamPumpTest, StopEndsAnIdleStreamAndOneThatHasNotBegun) {
  pump_->Stop(Error(Code::kUnavailable, reasons::kDraining, "bye"));
  EXPECT_FALSE(pump_->ended());
  pump_->Begin();
  EXPECT_EQ(pump_->AwaitEnd()->error().reason(), reasons::kDraining);
  source_->Push(1);  // a late wake is harmless
}

TEST_F(StreamPumpTest, StopWaitsForTheMessageBeingSent) {
  source_->Push(1);
  pump_->Begin();
  EXPECT_EQ(pump_->AwaitMessage(), 1);
  pump_->Stop(Error(Code::kUnavailable, reasons::kDraining, "bye"));
  EXPECT_FALSE(pump_->ended());
  pump_->Sent();
  EXPECT_EQ(pump_->AwaitEnd()->error().reason(), reasons::kDraining);
}

TEST_F(StreamPumpTest, AbandonLetsGoOfTheSubscriptionWithoutAnEnd) {
  source_->Push(1);
  pump_->Begin();
  EXPECT_EQ(pump_->AwaitMessage(), 1);
  pump_->Abandon();
  pump_->Sent();
  workers_.Stop();
  EXPECT_TRUE(cancel_->cancelled());
  EXPECT_TRUE(SourceGone());
  EXPECT_FALSE(pump_->ended());
}

TEST_F(StreamPumpTest, AFullQueueEndsTheStreamHonestly) {
  workers_.Stop();
  pump_->Begin();
  EXPECT_EQ(pump_->AwaitEnd()->error().reason(), reasons::kOverloaded);
}

TEST_F(StreamPumpTest, ManyWakersLoseNothing) {
  constexpr int kEach = 500;
  pump_->Begin();
  std::vector<std::thread> pushers;
  for (int t = 0; t < 2; ++t) {
    pushers.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) source_->Push(i);
    });
  }
  for (int i = 0; i < 2 * kEach; ++i) {
    ASSERT_GE(pump_->AwaitMessage(), 0);
    pump_->Sent();
  }
  for (auto& pusher : pushers) pusher.join();
}

}  // namespace
}  // namespace argus::rpc
