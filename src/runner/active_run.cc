#include "runner/active_run.h"

#include "runner/run_services.h"

namespace argus::runner {

ActiveRun::ActiveRun(store::ClaimedRun claimed, MonotonicTime leased_at, std::chrono::milliseconds lease)
    : claimed_(std::move(claimed)),
      ctx_(RunContext(claimed_.origin, kTaskRunActor)),
      start_(leased_at),
      lease_(lease),
      leased_at_(leased_at.time_since_epoch().count()) {}

void ActiveRun::Stop(StopReason reason) {
  const std::lock_guard lock(mutex_);
  if (reason_ != StopReason::kNone) return;
  reason_ = reason;
  ctx_.cancel->Cancel();
  if (connection_ != nullptr) connection_->Cancel();
}

StopReason ActiveRun::stop_reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

void ActiveRun::Attach(target::Connection* connection) {
  const std::lock_guard lock(mutex_);
  connection_ = connection;
}

void ActiveRun::Renewed(MonotonicTime asked_at) {
  leased_at_.store(asked_at.time_since_epoch().count(), std::memory_order_release);
}

bool ActiveRun::LeaseHolds(MonotonicTime now) const {
  const MonotonicTime leased_at{MonotonicTime::duration(leased_at_.load(std::memory_order_acquire))};
  return now - leased_at < lease_ * 2 / 3;
}

void ActiveRuns::Add(std::shared_ptr<ActiveRun> run) {
  const std::lock_guard lock(mutex_);
  auto name = run->claimed().name.ToString();
  runs_.emplace(std::move(name), std::move(run));
}

void ActiveRuns::Remove(const ActiveRun& run) {
  const std::lock_guard lock(mutex_);
  runs_.erase(run.claimed().name.ToString());
  if (runs_.empty()) emptied_.notify_all();
}

std::size_t ActiveRuns::size() const {
  const std::lock_guard lock(mutex_);
  return runs_.size();
}

std::vector<std::shared_ptr<ActiveRun>> ActiveRuns::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<ActiveRun>> all;
  for (const auto& [name, run] : runs_) all.push_back(run);
  return all;
}

bool ActiveRuns::NoteChange(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(name);
  if (found == runs_.end()) return false;
  found->second->NoteChange();
  return true;
}

bool ActiveRuns::WaitUntilEmpty(MonotonicTime deadline) const {
  std::unique_lock lock(mutex_);
  return emptied_.wait_until(lock, deadline, [this] { return runs_.empty(); });
}

}  // namespace argus::runner
