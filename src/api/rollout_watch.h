// A rollout as a stream: now, and again after every change until it ends.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "api/change_hub.h"
#include "api/stream_slots.h"
#include "contract/contract.h"
#include "platform/rpc/subscription.h"

namespace argus::api {

class RolloutWatch final : public rpc::Subscription {
 public:
  // Reads the rollout and checks that the caller may still see it.
  using Load = std::function<Result<v1::Rollout>(const RequestContext&)>;

  // `hub` must outlive it. `name` is the rollout's; `slot` is held as long as the stream is open.
  RolloutWatch(ChangeHub& hub, std::string name, Load load, StreamSlots::Slot slot)
      : hub_(hub), name_(std::move(name)), load_(std::move(load)), slot_(std::move(slot)) {}

  Result<rpc::StreamItem> Next(RequestContext& context) override;
  void SetWake(std::function<void()> wake) override;

 private:
  ChangeHub& hub_;
  const std::string name_;
  const Load load_;
  const StreamSlots::Slot slot_;
  // Shared with the hub, which may still wake once when this is gone. True: there may be something new.
  const std::shared_ptr<std::atomic<bool>> changed_ = std::make_shared<std::atomic<bool>>(true);
  std::string last_sent_;  // Serialized, so that only what differs is sent again.
  bool ended_ = false;
  ChangeHub::Watch watch_;
};

}  // namespace argus::api
