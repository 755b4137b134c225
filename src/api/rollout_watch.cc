#include "api/rollout_watch.h"

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace argus::api {
namespace {

bool HasEnded(const v1::Rollout& rollout) {
  return rollout.state() == v1::Rollout::DONE || rollout.state() == v1::Rollout::CANCELED;
}

// The rollout, and what its gates look at: issues and checks of the project, settings.
std::vector<std::string> WatchedResources(const std::string& rollout) {
  const std::string project = rollout.substr(0, rollout.find("/rollouts/"));
  return {rollout, project + "/issues", project + "/plans", "settings"};
}

}  // namespace

struct RolloutWatch::Bell {
  std::atomic<bool> rung{true};  // There may be something new.
  std::mutex mutex;
  std::function<void()> wake;

  void Ring() {
    rung.store(true);
    std::function<void()> call;
    {
      const std::lock_guard lock(mutex);
      call = wake;
    }
    if (call) call();
  }
};

RolloutWatch::RolloutWatch(ChangeHub& hub, const std::string& name, Load load, StreamSlots::Slot slot)
    : load_(std::move(load)),
      slot_(std::move(slot)),
      bell_(std::make_shared<Bell>()),
      watch_(hub.Add(WatchedResources(name), [bell = bell_] { bell->Ring(); })) {}

// The stream may run and end on another thread as soon as the bell knows `wake`: nothing of this is touched after that.
void RolloutWatch::SetWake(std::function<void()> wake) {
  const auto bell = bell_;
  const std::lock_guard lock(bell->mutex);
  bell->wake = std::move(wake);
}

Result<rpc::StreamItem> RolloutWatch::Next(RequestContext& context) {
  if (ended_) return rpc::StreamItem::End();
  if (!bell_->rung.exchange(false)) return rpc::StreamItem::Idle();
  ARGUS_ASSIGN(auto rollout, load_(context));
  ended_ = HasEnded(rollout);
  auto response = std::make_unique<v1::WatchRolloutResponse>();
  *response->mutable_rollout() = std::move(rollout);
  std::string bytes = response->SerializeAsString();
  if (bytes == last_sent_) return ended_ ? rpc::StreamItem::End() : rpc::StreamItem::Idle();
  last_sent_ = std::move(bytes);
  return rpc::StreamItem::Of(std::move(response));
}

}  // namespace argus::api
