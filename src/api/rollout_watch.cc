#include "api/rollout_watch.h"

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

void RolloutWatch::SetWake(std::function<void()> wake) {
  watch_ = hub_.Add(WatchedResources(name_), [changed = changed_, wake = std::move(wake)] {
    changed->store(true);
    wake();
  });
}

Result<rpc::StreamItem> RolloutWatch::Next(RequestContext& context) {
  if (ended_) return rpc::StreamItem::End();
  if (!changed_->exchange(false)) return rpc::StreamItem::Idle();
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
