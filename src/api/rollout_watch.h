// A rollout as a stream: now, and again after every change until it ends.
#pragma once

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
  RolloutWatch(ChangeHub& hub, const std::string& name, Load load, StreamSlots::Slot slot);

  Result<rpc::StreamItem> Next(RequestContext& context) override;
  void SetWake(std::function<void()> wake) override;

 private:
  struct Bell;

  const Load load_;
  const StreamSlots::Slot slot_;
  const std::shared_ptr<Bell> bell_;  // Shared with the hub, which may still ring once when this is gone.
  std::string last_sent_;             // Serialized, so that only what differs is sent again.
  bool ended_ = false;
  const ChangeHub::Watch watch_;
};

}  // namespace argus::api
