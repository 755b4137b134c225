#include "api/change_hub.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace argus::api {
namespace {

constexpr std::chrono::milliseconds kSlowPoll{15'000};
constexpr std::size_t kMaxNotes = 1024;  // Past it, everything counts as changed.

constexpr store::Topic kTopics[] = {store::Topic::kRollout, store::Topic::kTaskRun,      store::Topic::kIssue,
                                    store::Topic::kPlan,    store::Topic::kPlanCheckRun, store::Topic::kSetting};

bool IsAtOrBelow(std::string_view name, std::string_view resource) {
  return name.starts_with(resource) && (name.size() == resource.size() || name[resource.size()] == '/');
}

// Whether a name in the sorted set is at or below one of `resources`.
bool Touches(const std::set<std::string>& changed, const std::vector<std::string>& resources) {
  return std::any_of(resources.begin(), resources.end(), [&](const std::string& resource) {
    return std::any_of(changed.lower_bound(resource), changed.end(),
                       [&](const std::string& name) { return IsAtOrBelow(name, resource); });
  });
}

}  // namespace

ChangeHub::ChangeHub(store::Notifier& notifier)
    : next_poll_(std::chrono::steady_clock::now() + kSlowPoll),
      waker_("change-hub", kSlowPoll, [this] { WakeWatchers(); }) {
  for (const store::Topic topic : kTopics) {
    subscriptions_.push_back(notifier.Subscribe(topic, [this](const auto& change) { Note(change.resource); }));
  }
}

ChangeHub::Watch ChangeHub::Add(std::vector<std::string> resources, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = next_id_++;
  watchers_.emplace(id, Watcher{std::move(resources), std::move(wake)});
  return {this, id};
}

void ChangeHub::Remove(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  watchers_.erase(id);
}

void ChangeHub::Note(const std::string& resource) {
  {
    const std::lock_guard lock(mutex_);
    if (watchers_.empty()) return;
    if (changed_.size() < kMaxNotes) changed_.insert(resource);
  }
  waker_.Wake();
}

std::vector<std::function<void()>> ChangeHub::TakeWakes() {
  const std::lock_guard lock(mutex_);
  const std::set<std::string> changed = std::exchange(changed_, {});
  const auto now = std::chrono::steady_clock::now();
  const bool all = now >= next_poll_ || changed.size() >= kMaxNotes;
  if (all) next_poll_ = now + kSlowPoll;
  std::vector<std::function<void()>> wakes;
  for (const auto& [id, watcher] : watchers_) {
    if (all || Touches(changed, watcher.resources)) wakes.push_back(watcher.wake);
  }
  return wakes;
}

void ChangeHub::WakeWatchers() {
  for (const auto& wake : TakeWakes()) wake();
}

ChangeHub::Watch::Watch(Watch&& other) noexcept : hub_(std::exchange(other.hub_, nullptr)), id_(other.id_) {}

ChangeHub::Watch& ChangeHub::Watch::operator=(Watch&& other) noexcept {
  std::swap(hub_, other.hub_);
  std::swap(id_, other.id_);
  return *this;
}

ChangeHub::Watch::~Watch() {
  if (hub_ != nullptr) hub_->Remove(id_);
}

}  // namespace argus::api
